// The door of `npm start`, `npm test` and the rest on a bare machine: needs nothing but Node and npm.
// Installs what the lockfile pins when it is not there yet, then hands over to the TypeScript beside it.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const [task = 'build', ...args] = process.argv.slice(2);

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  console.error(`Heapline needs Node 20 or newer; this is ${process.version}.`);
  process.exit(1);
}
if (!installed()) {
  console.error('Installing what package-lock.json pins (npm ci)...');
  run(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    process.platform === 'win32',
  );
}
const script = join(root, 'src', 'build', `${task}.ts`);
if (!existsSync(script)) {
  console.error(`No such task: ${task}`);
  process.exit(1);
}
run(process.execPath, ['--import', 'tsx', script, ...args]);

/** True when node_modules holds every package at the version that the lockfile pins for this platform. */
function installed() {
  const marker = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(marker)) return false;
  const have = JSON.parse(readFileSync(marker, 'utf8')).packages ?? {};
  const want = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages ?? {};
  return Object.entries(want).every(
    ([path, entry]) => path === '' || entry.optional || have[path]?.version === entry.version,
  );
}

function run(command, argv, shell = false) {
  const { status, error } = spawnSync(command, argv, { cwd: root, stdio: 'inherit', shell });
  if (error) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}
