/** `npm test`: checks, bundles, then all tests. Arguments choose test files: `npm test -- test/unit/heap`. */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
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
// A workbench is a server, a browser and debuggers, which people have one of.
const inWorkbench = (file: string): boolean => file.split(sep).includes('workbench');
const test = (some: string[], atOnce: number): number | null =>
  some.length
    ? spawnSync(process.execPath, ['--import', 'tsx', '--test', `--test-concurrency=${atOnce}`, ...some], {
        cwd: ROOT,
        stdio: 'inherit',
      }).status
    : 0;
const statuses = [
  test(
    files.filter((file) => !inWorkbench(file)),
    2,
  ),
  test(files.filter(inWorkbench), 1),
];
process.exitCode = statuses.every((status) => status === 0) ? 0 : 1;
