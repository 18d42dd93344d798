// Percentiles of how long tools take, from samples of a bounded number.
import { setTimeout as sleep } from 'node:timers/promises';

class Reservoir {
  samples = [];
  seen = 0;
  constructor(size) {
    this.size = size;
  }
  add(sample) {
    this.seen++;
    if (this.samples.length < this.size) this.samples.push(sample);
    else {
      const at = Math.floor(Math.random() * this.seen);
      if (at < this.size) this.samples[at] = sample;
    }
  }
  percentile(p) {
    const sorted = this.samples.map(({ ms }) => ms).sort((a, b) => a - b);
    return sorted[Math.floor(p * (sorted.length - 1))];
  }
}

const tools = ['search', 'read', 'write', 'run', 'ask'];
const latencies = new Map(tools.map((tool, i) => [tool, new Reservoir(100 + 40 * i)]));

for (let step = 1; step <= 180; step++) {
  for (let i = 0; i < 12; i++) {
    const tool = tools[(step * 5 + i) % tools.length];
    const began = performance.now();
    if (i % 4 === 0) await sleep(1);
    latencies.get(tool).add({ tool, step, ms: performance.now() - began });
  }
  console.log(`step ${step} done, p95 ${latencies.get('search').percentile(0.95)?.toFixed(1)}`);
  await sleep(25);
}
