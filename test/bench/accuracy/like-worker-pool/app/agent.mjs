// Documents are parsed by workers, started as they are needed.
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

class Pool {
  idle = [];
  waiting = [];
  size = 0;

  constructor(max) {
    this.max = max;
  }

  async run(text) {
    const worker = await this.#take();
    const words = await new Promise((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', (message) => {
        worker.off('error', reject);
        resolve(message);
      });
      worker.postMessage(text);
    });
    const next = this.waiting.shift();
    if (next) next(worker);
    else this.idle.push(worker);
    return words;
  }

  async close() {
    await Promise.all(this.idle.map((worker) => worker.terminate()));
  }

  #take() {
    const worker = this.idle.pop();
    if (worker) return worker;
    if (this.size < this.max) {
      this.size++;
      return new Worker(new URL('worker.mjs', import.meta.url));
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

const pool = new Pool(3);
let words = 0;
for (let step = 1; step <= 180; step++) {
  const load = 1 + Math.floor(step / 30);
  const texts = Array.from({ length: load }, (_, i) => `document ${step} ${i} `.repeat(200));
  for (const counts of await Promise.all(texts.map((text) => pool.run(text)))) words += counts.length;
  console.log(`step ${step} done`);
  await sleep(35);
}
await pool.close();
console.log(`${words} words`);
