import { RingLog } from './ring-log.mjs';

const log = new RingLog(4000);
let step = 0;

async function work(worker) {
  while (step < 2000) {
    const n = step++;
    for (let i = 0; i < 4; i++) {
      log.write('info', `worker ${worker} is at ${n}.${i}`, { n, i, tags: ['agent', `w${worker}`] });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    if (n % 10 === 0) console.log(`step ${n}`);
  }
}

await Promise.all([1, 2, 3].map(work));
if (log.newest(10).length !== 10) throw new Error('entries are missing');
