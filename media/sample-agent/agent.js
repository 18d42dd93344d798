/** A small agent: it takes tasks, asks its model, and remembers what was said. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentMemory } from './memory.js';
import { complete } from './model.js';

const memory = new AgentMemory();

async function handle(task) {
  for (let turn = 1; turn <= 20; turn++) {
    memory.remember({ role: 'user', content: `Task ${task}, turn ${turn}` });
    const prompt = memory
      .recall(10)
      .map(({ content }) => content)
      .join('\n');
    memory.remember({ role: 'assistant', content: await complete(prompt) });
  }
}

for (let task = 1; task <= 120; task++) {
  await handle(task);
  // Heapline counts memory by step: this says where one ends.
  performance.mark('heapline.step');
  console.log(`task ${task} done`);
  await sleep(100);
}
