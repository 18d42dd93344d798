// A service that fails now and then: what failed is tried again later.
import { setTimeout as sleep } from 'node:timers/promises';

const waiting = [];
let now = 0;
let outage = false;

async function call(job) {
  await sleep(1);
  if (outage ? job.id % 3 !== 0 : (job.id * 7 + job.tries) % 5 === 0) throw new Error('busy');
  return `done ${job.id}`;
}

async function attempt(job) {
  try {
    return await call(job);
  } catch (error) {
    job.tries++;
    job.errors.push({ message: error.message, at: now });
    if (job.errors.length > 3) job.errors.shift();
    waiting.push({ due: now + Math.min(2 ** job.tries, 12), job });
    return undefined;
  }
}

let done = 0;
let id = 0;
for (let step = 1; step <= 180; step++) {
  now = step;
  outage = step > 70 && step < 100;
  for (let i = 0; i < 2; i++) {
    const job = { id: ++id, tries: 0, errors: [], prompt: `prompt ${id} `.repeat(20) };
    if (await attempt(job)) done++;
  }
  const due = waiting.filter((entry) => entry.due <= now).slice(0, 6);
  for (const entry of due) {
    waiting.splice(waiting.indexOf(entry), 1);
    if (await attempt(entry.job)) done++;
  }
  console.log(`step ${step} done: ${done}, ${waiting.length} wait`);
  await sleep(20);
}
