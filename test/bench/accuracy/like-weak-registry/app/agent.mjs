// Agents can be found by name for as long as somebody has them.
import { setTimeout as sleep } from 'node:timers/promises';

const agents = new Map();
const gone = new FinalizationRegistry((name) => {
  if (!agents.get(name)?.deref()) agents.delete(name);
});

class Agent {
  history = [];
  constructor(name) {
    this.name = name;
    agents.set(name, new WeakRef(this));
    gone.register(this, name);
  }
  async say(text) {
    await sleep(1);
    this.history.push({ role: 'user', text }, { role: 'assistant', text: `${this.name} heard ${text}` });
  }
}

const recent = [];
for (let step = 1; step <= 160; step++) {
  const agent = new Agent(`agent ${step}`);
  for (let i = 0; i < 4; i++) await agent.say(`sentence ${i} of ${step}`);
  recent.push(agent);
  if (recent.length > 5) recent.shift();
  console.log(`step ${step} done, ${recent[0].history.length}`);
  await sleep(30);
}
