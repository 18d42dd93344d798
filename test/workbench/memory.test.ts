/** The extension host holds after many recordings what it held after the first few. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, it } from 'node:test';
import { type DebugFolder, debugFolder } from '../support/debug-folder.ts';
import { PROJECT } from '../support/heapline.ts';
import { until } from '../support/until.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

/** The first few load what is loaded once, and fill what is kept of the latest. */
const FEW = 6;
const MANY = 20;
/** Bytes: each stays in the list with its verdict, about 30 kB; the host itself warms up for longer than the first few. */
const MOST_EACH = 100_000;

const PROGRAM = `
const history = [];
setInterval(() => {
  for (let count = 0; count < 10; count++) history.push({ text: 'message ' + history.length, tokens: [1, 2, 3] });
}, 20);
`;

let folder: DebugFolder;
let extensions: string;
let workbench: Workbench;

before(async () => {
  folder = await debugFolder([{ name: 'Agent', program: 'agent.cjs' }], { 'agent.cjs': PROGRAM });
  extensions = await mkdtemp(join(tmpdir(), 'heapline-memory-'));
  const extension = join(extensions, 'heapline-test.memory-0.0.0');
  await cp(join(PROJECT, 'test', 'workbench', 'memory-extension'), extension, { recursive: true });
  const settings = { 'heapline.recordingsFolder': 'recordings', 'heapline.openReport': 'always' };
  await writeFile(join(folder.path, '.vscode', 'settings.json'), JSON.stringify(settings));
  workbench = await openWorkbench({
    folder: folder.path,
    beside: [extension],
  });
});
afterEach((test) => workbench.explain(test));
after(async () => {
  await workbench?.close();
  await folder?.remove();
  await rm(extensions, { recursive: true, force: true });
});

it('does not grow in the extension host over 20 recordings', async () => {
  await workbench.startDebugging('Agent');
  await workbench.view('Heapline').row(/^agent\.cjs: heap in use/);
  await workbench.command('Test: Record Often');
  const heaps = await until(
    'all recordings',
    async () => {
      const text = await readFile(join(folder.path, 'heaps.ndjson'), 'utf8').catch(() => '');
      const lines = text.split('\n').filter(Boolean);
      const read = lines.map((line) => JSON.parse(line) as { bytes: number; error?: string });
      return (read.length === MANY || read.some(({ error }) => error)) && read;
    },
    600_000,
  );
  assert.deepEqual(
    heaps.flatMap(({ error }) => error ?? []),
    [],
  );
  const made = (await readdir(join(folder.path, 'recordings'))).filter((name) => name.endsWith('.heapline'));
  assert.equal(made.length, MANY);
  // The lowest of some: what is under way in other extensions at one moment is no growth.
  const least = (from: number, to: number): number =>
    Math.min(...heaps.slice(from, to).map(({ bytes }) => bytes));
  const few = least(FEW - 3, FEW);
  const many = least(MANY - 3, MANY);
  const each = (many - few) / (MANY - FEW);
  assert.ok(each < MOST_EACH, `${each} bytes a recording: ${heaps.map(({ bytes }) => bytes)}`);
});
