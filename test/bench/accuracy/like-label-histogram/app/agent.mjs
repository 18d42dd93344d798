// Durations by model, tool and outcome; every combination gets its series when it is first seen.
import { setTimeout as sleep } from 'node:timers/promises';

class Histogram {
  #series = new Map();

  observe(labels, value) {
    const key = JSON.stringify(labels);
    let series = this.#series.get(key);
    if (!series) {
      series = { labels, sum: 0, buckets: Array.from({ length: 12 }, (_, i) => ({ below: 2 ** i, count: 0 })) };
      this.#series.set(key, series);
    }
    series.sum += value;
    for (const bucket of series.buckets) if (value < bucket.below) bucket.count++;
  }

  get size() {
    return this.#series.size;
  }
}

let seed = 11;
const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
const pick = (of) => Math.floor(random() ** 2 * of);
const durations = new Histogram();
for (let step = 1; step <= 180; step++) {
  for (let i = 0; i < 60; i++)
    durations.observe({ model: `model-${pick(10)}`, tool: `tool-${pick(20)}`, outcome: ['ok', 'late', 'failed'][pick(3)] }, random() * 4000);
  console.log(`step ${step} done`);
  await sleep(40);
}
if (durations.size > 600) throw new Error('there are no more');
