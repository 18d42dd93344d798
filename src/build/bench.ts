/** `npm run bench [-- NAME...]`: the benchmarks of test/bench, by name; all of them without. Prints tables. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { ROOT, run } from './run.ts';

const ALL = ['capture'];
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !existsSync(join(ROOT, 'test', 'bench', `${name}.ts`)));
if (unknown) {
  console.error(`No such benchmark: ${unknown}. There are: ${ALL.join(', ')}.`);
  process.exit(1);
}
await bundle();
for (const name of wanted.length ? wanted : ALL)
  run(process.execPath, ['--import', 'tsx', `test/bench/${name}.ts`]);
