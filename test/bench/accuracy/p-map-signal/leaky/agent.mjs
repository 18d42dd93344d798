// The documents of every question are read a few at a time; the session's signal can stop it.
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pMap from 'p-map';

const session = new AbortController();
setMaxListeners(0, session.signal);

async function read(name) {
  await sleep(1);
  return { name, words: name.length * 17 };
}

async function answer(question) {
  const names = Array.from({ length: 6 }, (_, i) => `${question} source ${i}`);
  const documents = await pMap(names, read, { concurrency: 3, signal: session.signal }); // leak: user
  return documents.reduce((sum, { words }) => sum + words, 0);
}

for (let step = 1; step <= 150; step++) {
  for (let i = 0; i < 4; i++) await answer(`question ${step}-${i}`);
  console.log(`step ${step} done`);
  await sleep(30);
}
