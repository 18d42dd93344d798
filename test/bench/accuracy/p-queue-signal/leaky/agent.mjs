// A crawler agent: its fetches go through a queue, and one signal stops them all.
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import PQueue from 'p-queue';

const queue = new PQueue({ concurrency: 4 });
const shutdown = new AbortController();
setMaxListeners(0, shutdown.signal);
process.once('SIGTERM', () => shutdown.abort());

async function readPage(url) {
  await sleep(1);
  return { url, words: `words of ${url} `.repeat(20).split(' ') };
}

async function readAll(urls) {
  const pages = await Promise.all(
    urls.map((url) => queue.add(() => readPage(url), { signal: shutdown.signal })), // leak: user
  );
  return pages.reduce((sum, page) => sum + page.words.length, 0);
}

for (let step = 1; step <= 160; step++) {
  await readAll(Array.from({ length: 8 }, (_, i) => `https://example.test/${step}/${i}`));
  console.log(`step ${step} done`);
  await sleep(40);
}
process.exit(0);
