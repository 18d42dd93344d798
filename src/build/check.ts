/** `npm run check`: types per room, lint and format, the import table. */
import { join } from 'node:path';
import { checkImports } from './imports.ts';
import { ROOT, run } from './run.ts';

const bin = (name: string, path: string): [string, string[]] => [
  process.execPath,
  [join(ROOT, 'node_modules', name, path)],
];

const [tsc, tscArgs] = bin('typescript', 'bin/tsc');
run(tsc, [...tscArgs, '-b']);
const [biome, biomeArgs] = bin('@biomejs/biome', 'bin/biome');
run(biome, [...biomeArgs, 'check', '--error-on-warnings', '.']);
const problems = checkImports(ROOT);
for (const problem of problems) console.error(problem);
if (problems.length) process.exit(1);
console.log('Types, lint, format and imports are in order.');
