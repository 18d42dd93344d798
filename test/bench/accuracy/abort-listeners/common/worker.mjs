// A queue worker: takes jobs until it is told to shut down.
import { setMaxListeners } from 'node:events';
import { Job } from './job.mjs';

const shutdown = new AbortController();
setMaxListeners(0, shutdown.signal);
process.once('SIGTERM', () => shutdown.abort());

async function* jobs() {
  for (let id = 0; id < 900; id++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    yield { id, document: `contract ${id}\n${'The parties agree. '.repeat(12)}` };
  }
}

for await (const { id, document } of jobs()) {
  const job = new Job(id, document);
  const summary = await job.run(shutdown.signal);
  if (!summary.startsWith('contract')) throw new Error('bad summary');
  if (id % 10 === 9) console.log(`step ${id + 1}`);
}
