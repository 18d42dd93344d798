// Answers are cached for two seconds; visitors come in waves.
import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';

const cache = new LRUCache({ max: 5000, ttl: 2000, ttlAutopurge: true });
let visitor = 0;

function answer(question) {
  let found = cache.get(question);
  if (!found) cache.set(question, (found = { text: `answer to ${question}`, parts: question.split(' ') }));
  return found.text;
}

for (let step = 1; step <= 230; step++) {
  const load = Math.round(12 + 10 * Math.sin(step / 38 - 1.5));
  for (let i = 0; i < load; i++) answer(`what does visitor ${visitor++} want`);
  console.log(`step ${step} done`);
  await sleep(40);
}
cache.clear();
