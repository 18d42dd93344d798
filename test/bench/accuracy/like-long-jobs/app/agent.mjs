// Research jobs take some seconds; two begin at each step.
import { setTimeout as sleep } from 'node:timers/promises';

const underWay = new Map();

async function research(topic) {
  const notes = [];
  for (let i = 0; i < 12; i++) {
    await sleep(130);
    notes.push({ topic, text: `finding ${i} on ${topic} `.repeat(6) });
  }
  return notes.length;
}

let found = 0;
for (let step = 1; step <= 200; step++) {
  for (let i = 0; i < 2; i++) {
    const topic = `topic ${step}-${i}`;
    const job = research(topic).then((count) => {
      found += count;
      underWay.delete(topic);
    });
    underWay.set(topic, { topic, began: Date.now(), job });
  }
  console.log(`step ${step} done, ${underWay.size} under way, ${found} found`);
  await sleep(40);
}
await Promise.all([...underWay.values()].map(({ job }) => job));
