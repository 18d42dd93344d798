// The agent's memory is a log of changes, compacted into a table now and then.
import { setTimeout as sleep } from 'node:timers/promises';

class Store {
  table = new Map();
  log = [];

  put(key, value) {
    this.log.push({ key, value, at: Date.now() });
  }

  get(key) {
    return this.log.findLast((entry) => entry.key === key)?.value ?? this.table.get(key);
  }

  compact() {
    for (const { key, value } of this.log) this.table.set(key, value);
    this.log = [];
  }
}

const store = new Store();
const timer = setInterval(() => store.compact(), 3000);
for (let step = 1; step <= 240; step++) {
  for (let i = 0; i < 8; i++) store.put(`fact ${(step * 8 + i) % 200}`, { text: `as of step ${step}`, sources: [`source ${i}`] });
  if (!store.get(`fact ${(step * 8) % 200}`)) throw new Error('it was forgotten');
  console.log(`step ${step} done`);
  await sleep(45);
}
clearInterval(timer);
