/** `npm test`: checks, bundles, then all tests. Arguments choose test files: `npm test -- test/unit/heap`. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { ROOT, run } from './run.ts';

const wanted = process.argv.slice(2);
const within = (path: string): string[] =>
  statSync(join(ROOT, path)).isDirectory()
    ? readdirSync(join(ROOT, path), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.test.ts') && !name.includes('node_modules'))
        .map((name) => join(path, name))
    : [path];

if (!wanted.length) run(process.execPath, ['--import', 'tsx', 'src/build/check.ts']);
await bundle();
const files = (wanted.length ? wanted : ['test']).flatMap(within).sort();
if (!files.length) {
  console.error('No test files found.');
  process.exit(1);
}
run(process.execPath, ['--import', 'tsx', '--test', '--test-concurrency=2', ...files]);
