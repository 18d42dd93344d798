// Events come twice now and then: ids seen lately are remembered.
import { setTimeout as sleep } from 'node:timers/promises';

class Seen {
  young = new Set();
  old = new Set();
  constructor(most) {
    this.most = most;
  }
  has(id) {
    if (this.young.has(id)) return true;
    const known = this.old.has(id);
    this.young.add(id);
    if (this.young.size >= this.most) {
      this.old = this.young;
      this.young = new Set();
    }
    return known;
  }
}

const seen = new Seen(300);
let twice = 0;
let next = 0;
for (let step = 1; step <= 180; step++) {
  for (let i = 0; i < 7; i++) {
    const id = `event-${String(++next).padStart(9, '0')}`;
    if (seen.has(id)) twice++;
    if (next % 11 === 0 && seen.has(`event-${String(next - 5).padStart(9, '0')}`)) twice++;
  }
  console.log(`step ${step} done, ${twice} came twice`);
  await sleep(30);
}
