/** A program with a worker, each with a leak of its own: snapshots by hand, comparison, a launch configuration. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, it } from 'node:test';
import { type DebugFolder, debugFolder } from '../support/debug-folder.ts';
import { until } from '../support/until.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';
import type { View } from '../support/workbench-view.ts';

const MAIN = `import { Worker } from 'node:worker_threads';

class Answer {
  constructor(question) {
    this.question = question;
    this.words = Array.from({ length: 60 }, (_, index) => question + index);
  }
}

class Answers {
  known = new Map();

  to(question) {
    const answer = this.known.get(question) ?? new Answer(question);
    this.known.set(question, answer); // leak
    return answer;
  }
}

const answers = new Answers();
let asked = 0;
new Worker(new URL('./indexer.mjs', import.meta.url));
setInterval(() => {
  for (let count = 0; count < 2; count++) answers.to(\`What is \${asked++}?\`);
}, 20);
`;
const INDEXER = `import { EventEmitter } from 'node:events';

const bus = new EventEmitter().setMaxListeners(0);

function index(document) {
  bus.on('changed', () => document.words.clear()); // leak
}

let documents = 0;
setInterval(() => {
  const words = Array.from({ length: 50 }, (_, word) => documents * 100 + word);
  index({ name: \`document \${documents++}\`, words: new Set(words) });
}, 20);
`;
const leakOf = (text: string): number => text.split('\n').findIndex((line) => line.endsWith('// leak')) + 1;

let folder: DebugFolder;
let workbench: Workbench;
let heapline: View;

before(async () => {
  folder = await debugFolder(
    [
      { name: 'By hand', program: 'main.mjs', heapline: { autoRecord: false, interval: '1s' } },
      {
        name: 'By itself',
        program: 'main.mjs',
        heapline: { autoRecord: true, interval: '1s', snapshots: 12 },
      },
      { name: 'Plain', program: 'main.mjs' },
    ],
    { 'main.mjs': MAIN, 'indexer.mjs': INDEXER },
  );
  workbench = await openWorkbench({ folder: folder.path });
  heapline = workbench.view('Heapline');
});
afterEach((test) => workbench.explain(test));
after(async () => {
  await workbench?.close();
  await folder?.remove();
});

async function at(file: string, line: number): Promise<void> {
  await until(`${file}:${line}`, async () => {
    const position = await workbench.activeEditorPosition();
    return position?.file === join(folder.path, file) && position.line === line;
  });
}

it('has two targets, of which each is recorded on its own', async () => {
  await workbench.startDebugging('By hand');
  await heapline.row(/^main\.mjs: heap in use/);
  await heapline.row(/^\[worker 1\]: heap in use/);
  await heapline.action(/^\[worker 1\]/, 'Record');
  await heapline.row(/^Recording, /);
  assert.deepEqual((await heapline.row('main.mjs')).actions, ['Record', 'Take Snapshot']);
});

it('compares two snapshots that were taken by hand', async () => {
  await heapline.action(/^main\.mjs/, 'Take Snapshot');
  await heapline.row(/^Snapshots by hand/);
  // The worker has some, too.
  await until('its snapshots', async () => {
    const labels = (await heapline.rows()).map(({ label }) => label);
    const first = labels.indexOf('Snapshots');
    return first >= 0 && first < labels.indexOf('[worker 1]');
  });
  await heapline.expand('Snapshots');
  await heapline.row(/^Snapshot 1, .*by hand/);
  await heapline.action(/^main\.mjs/, 'Take Snapshot');
  await heapline.row(/^Snapshot 2, .*by hand/);
  await heapline.action(/^Snapshot 2, .*by hand/, 'Compare with Previous Snapshot');
  const page = await workbench.webview('Snapshot 1 and Snapshot 2');
  const grown = page.getByRole('row', { name: /^Answer \+/ });
  await grown.waitFor();
  assert.match(await grown.innerText(), /^Answer\s+\+[\d.]+ k?B/);
  await workbench.screenshot('compare-diff');
  await grown.getByRole('button', { name: 'Answer' }).click();
  await at('main.mjs', 4);
});

it('takes every press while memory is read', async () => {
  // Room for all rows.
  for (const title of ['Variables', 'Watch', 'Call Stack', 'Breakpoints'])
    await workbench.view(title).pane.locator('.pane-header').click();
  const heap = async (): Promise<string> => (await heapline.row(/^main\.mjs: heap in use/)).description;
  await workbench.command('View: Close All Editors');
  for (let press = 0; press < 10; press++) {
    const before = await heap();
    await until('another reading', async () => (await heap()) !== before);
    if (press % 2) await heapline.click(/^Snapshot 1, /);
    else await heapline.action(/^Snapshot 2, /, 'Compare with Previous Snapshot');
    await until(`press ${press} to be heard`, async () => (await workbench.tabs()).length === 1);
    await workbench.command('View: Close All Editors');
    await until('it to close', async () => (await workbench.tabs()).length === 0);
  }
  assert.deepEqual(await workbench.notifications(), []);
});

it('finds the leak of the worker, at its line', async () => {
  await heapline.row(/^Leak: bus, /);
  await heapline.action(/^\[worker 1\]/, 'Stop Recording');
  await heapline.row(/^\[worker 1\], 1 leak/);
  await heapline.action(/^Leak: bus, /, 'Go to Line That Stores It');
  await at('indexer.mjs', leakOf(INDEXER));
  await workbench.stopDebugging();
});

it('records by itself what the launch configuration wants recorded', async () => {
  await workbench.startDebugging('By itself');
  await heapline.row(/^main\.mjs, being recorded/);
  await heapline.row(/^Recording, /);
  await heapline.row(/^Leak: Answers\.known, /);
  const rows = await heapline.rows();
  assert.ok(
    rows.some(({ text }) => /^\[worker 1\]: heap in use/.test(text)),
    'a worker is not recorded',
  );
  await workbench.stopDebugging();
  await heapline.row(/^main\.mjs, 1 leak/);
  await heapline.click(/^Leak: Answers\.known, /);
  await at('main.mjs', leakOf(MAIN));
});

it('knows its part of launch.json, completes it and finds mistakes in it', async () => {
  const path = join(folder.path, '.vscode', 'launch.json');
  const problems = workbench.page.locator('[id="status.problems"] a');
  await workbench.openFile('.vscode/launch.json');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('"snapshots"', '"snapshotts"'));
  await until('a mistake to be found', async () =>
    /Warnings: 1$/.test((await problems.getAttribute('aria-label')) ?? ''),
  );
  await writeFile(path, text);
  await until('no mistake to be found', async () =>
    /No Problems/.test((await problems.getAttribute('aria-label')) ?? ''),
  );
  const line = text.split('\n').findIndex((row) => row.includes('"Plain"')) + 1;
  await workbench.goToLine(line);
  await workbench.page.keyboard.press('End');
  await workbench.page.keyboard.type(',');
  await workbench.page.keyboard.press('Enter');
  await workbench.page.keyboard.type('"heapl');
  const offered = workbench.page.locator('.suggest-widget .monaco-list-row', { hasText: 'heapline' });
  // Asked while the language server is still busy with the edit, it offers nothing.
  await until('completion of "heapline"', async () => {
    if (await offered.first().isVisible()) return true;
    await workbench.page.keyboard.press('Escape');
    await workbench.page.keyboard.press('Control+Space');
    return offered
      .first()
      .waitFor({ timeout: 3000 })
      .then(
        () => true,
        () => false,
      );
  });
  await workbench.page.keyboard.press('Escape');
  await workbench.command('File: Revert File');
});
