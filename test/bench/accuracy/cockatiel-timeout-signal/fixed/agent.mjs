// Calls to tools are retried and have a time limit; the run's signal cancels them.
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExponentialBackoff, handleAll, retry, TimeoutStrategy, timeout, wrap } from 'cockatiel';

const policy = wrap(
  retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff({ initialDelay: 1, maxDelay: 5 }) }),
  timeout(2000, TimeoutStrategy.Cooperative),
);
const run = new AbortController();
setMaxListeners(0, run.signal);
process.once('SIGINT', () => run.abort());

async function lookUp(word) {
  await sleep(1);
  if (word.length % 7 === 0) throw new Error('the dictionary is busy');
  return { word, meaning: `what ${word} means` };
}

let found = 0;
for (let step = 1; step <= 150; step++) {
  for (let i = 0; i < 8; i++) {
    const word = `word${step * i}`;
    found += await policy.execute(() => lookUp(word), run.signal).then(() => 1, () => 0); // leak: user
  }
  console.log(`step ${step} done`);
  await sleep(30);
}
console.log(`${found} words were found`);
