import { Pool } from './pool.mjs';

class Workspace {
  constructor() {
    this.tokens = new Float64Array(256);
    this.slots = Array.from({ length: 40 }, (_, i) => ({ i, value: null }));
  }

  reset() {
    for (const slot of this.slots) slot.value = null;
  }
}

const pool = new Pool(() => new Workspace());
let seed = 7;
const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;

async function run(n) {
  const workspace = pool.take();
  workspace.slots[n % 40].value = `run ${n}`;
  await new Promise((resolve) => setTimeout(resolve, 2 + 20 * random()));
  pool.give(workspace);
}

for (let n = 0; n < 900; n++) {
  const burst = 1 + Math.floor(60 * random() ** 3);
  await Promise.all(Array.from({ length: burst }, (_, i) => run(n + i)));
  if (n % 5 === 0) console.log(`step ${n}`);
}
