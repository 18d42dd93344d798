import { Lifecycle } from './lifecycle.mjs';
import { Runner } from './runner.mjs';

const lifecycle = new Lifecycle();
process.once('SIGTERM', lifecycle.stop);
const runner = new Runner(lifecycle);

for (let n = 0; n < 2400; n += 3) {
  const outcomes = await Promise.all([n, n + 1, n + 2].map((id) => runner.run(id, `Summarize page ${id}`)));
  if (outcomes.includes('stopped')) break;
  if (n % 24 === 0) console.log(`step ${n}`);
}
