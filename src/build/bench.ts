/**
 * `npm run bench [-- NAME... [--OPTION...]]`: the benchmarks of test/bench, by name; without, those that are quick to
 * say and worth a table. Prints tables. Options go to the one that is named.
 */
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { ROOT, run } from './run.ts';

const BENCHES: Record<string, string> = {
  engine: 'test/bench/engine/main.ts',
  capture: 'test/bench/capture.ts',
  overhead: 'test/bench/overhead/main.ts',
  scaling: 'test/bench/engine/scaling.ts',
};
const ALL = ['engine', 'capture', 'overhead'];

const given = process.argv.slice(2);
const at = given.findIndex((word) => word.startsWith('--'));
const names = at < 0 ? given : given.slice(0, at);
const options = at < 0 ? [] : given.slice(at);
const unknown = names.find((name) => !BENCHES[name]);
if (unknown || (options.length > 0 && names.length !== 1)) {
  const what = unknown ? `No such benchmark: ${unknown}.` : 'Options are of one benchmark: name it.';
  console.error(`${what} There are: ${Object.keys(BENCHES).join(', ')}.`);
  process.exit(1);
}
await bundle();
for (const name of names.length ? names : ALL) {
  run(process.execPath, ['--import', 'tsx', join(ROOT, BENCHES[name]), ...options]);
}
