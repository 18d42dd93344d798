// A simulation: agents come and go, and there is room for four hundred.
import { setTimeout as sleep } from 'node:timers/promises';

class Agent {
  beliefs = new Map();

  constructor(name, born) {
    this.name = name;
    this.born = born;
  }

  live(step) {
    this.beliefs.set(`belief ${step % 6}`, { text: `${this.name} at ${step}`, weight: 1 / step });
  }
}

const world = { agents: [] };
for (let step = 1; step <= 220; step++) {
  const room = Math.min(400, 40 + step * 3);
  world.agents = world.agents.filter((agent) => step - agent.born < 25);
  while (world.agents.length < room) world.agents.push(new Agent(`agent ${step}-${world.agents.length}`, step - (world.agents.length % 20)));
  for (const agent of world.agents) agent.live(step);
  console.log(`step ${step} done`);
  await sleep(35);
}
