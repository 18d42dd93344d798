/** A user finds the leak of an agent: debugs, records, looks, stops, clicks. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, it } from 'node:test';
import type { Frame } from 'playwright-core';
import { type DebugFolder, sampleFolder } from '../support/debug-folder.ts';
import { markedLine } from '../support/sample-runs.ts';
import { until } from '../support/until.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';
import type { View } from '../support/workbench-view.ts';

let folder: DebugFolder;
let workbench: Workbench;
let heapline: View;
let report: Frame;
let stored: { path: string; line: number };

before(async () => {
  // Smart stepping alone swallows a Pause that meets Node's own code (microsoft/vscode-js-debug#2412).
  folder = await sampleFolder({ smartStep: false });
  stored = await markedLine('history');
  workbench = await openWorkbench({ folder: folder.path });
  heapline = workbench.view('Heapline');
});
afterEach((test) => workbench.explain(test));
after(async () => {
  await workbench?.close();
  await folder?.remove();
});

const snapshots = async (): Promise<number> => {
  const row = (await heapline.rows()).find(({ label }) => label === 'Snapshots');
  return Number(row?.description ?? 0);
};

async function atStore(): Promise<void> {
  const { path, line } = stored;
  await until('the line that stores', async () => {
    const at = await workbench.activeEditorPosition();
    return at?.file === path && at.line === line;
  });
}

it('offers what makes sense before anything runs', async () => {
  const offered = await workbench.palette('Heapline: ');
  for (const title of ['Open Recording...', 'Compare Snapshots...', 'Attach to Node Inspector...'])
    assert.ok(offered.includes(`Heapline: ${title}`), offered.join('\n'));
  for (const title of ['Record', 'Stop Recording', 'Take Snapshot', 'Verify Fix', 'Clear Leak Marks'])
    assert.ok(!offered.includes(`Heapline: ${title}`), offered.join('\n'));
  assert.match(await heapline.message(), /Debug a Node program \(F5\)/);
  assert.deepEqual(workbench.serverPids(), []);
});

it('shows each process with its heap, and records none by itself', async () => {
  await workbench.startDebugging('Sample agent');
  await heapline.row(/^fake-llm\.js: heap in use/);
  await until('a sparkline', async () => {
    const { label, description } = await heapline.row(/^main\.js: heap in use/);
    return /^[\d.]+ [kM]B$/.test(label) && /^[▁-█]{2,} {2}.*rss [\d.]+ MB$/.test(description);
  });
  assert.deepEqual((await heapline.row('main.js')).actions, ['Record', 'Take Snapshot']);
  assert.ok((await heapline.rows()).every(({ label }) => !/^Recording$|^Snapshots/.test(label)));
  const offered = await workbench.palette('Heapline: ');
  assert.ok(offered.includes('Heapline: Record') && offered.includes('Heapline: Take Snapshot'));
  assert.ok(!offered.includes('Heapline: Stop Recording'));
  assert.ok((await workbench.debugToolbar()).some((title) => title.startsWith('Record')));
});

it('records on request, and lists snapshots as they are taken', async () => {
  await heapline.action(/^main\.js/, 'Record');
  await heapline.row(/^Recording, /);
  await until('two snapshots', async () => (await snapshots()) >= 2);
  await heapline.expand('Snapshots');
  const { description } = await heapline.row('Snapshot 1');
  assert.match(description, /[\d.]+ m?s · [\d.]+ MB · .*after warm-up/);
  const offered = await workbench.palette('Heapline: ');
  assert.ok(offered.includes('Heapline: Stop Recording'), offered.join('\n'));
});

it('shows the leak while it is still recorded', async () => {
  await heapline.row(/^Leak: Memory\.messages, /);
  await heapline.row(/^Recording, /);
  await workbench.screenshot('session-recording');
});

it('tells the verdict when it is stopped, in the panel and in a report', async () => {
  await workbench.command('Heapline: Stop Recording');
  assert.equal(
    await workbench.notification(/Heapline found/),
    `Heapline found a leak: Memory.messages (stored at memory.ts:${stored.line}).`,
  );
  await heapline.row(/^main\.js, 1 leak/);
  const tab = await until('the tab of the report', async () =>
    (await workbench.tabs()).find((title) => title.includes('main.js')),
  );
  report = await workbench.webview(tab);
  assert.match(await report.locator('#finding-0').innerText(), /Memory\.messages/);
  const views = workbench.page.locator('.activitybar .action-label[aria-label*="1 leak found"]');
  await views.waitFor();
});

it('opens the line that stores from the report', async () => {
  await workbench.command('View: Hide Panel');
  const here = report.locator('#finding-0 .site li.here button.number').first();
  await here.click({ modifiers: ['ControlOrMeta'] });
  await atStore();
});

it('marks that line, and tells in its hover what holds the memory and what to do', async () => {
  const line = await until('the mark', async () =>
    (await workbench.editorLines()).find(({ number, inline }) => number === stored.line && inline),
  );
  assert.match(line.inline, /^\+[\d.]+ [kM]B, [\d,]+ objects over [\d,]+ model calls/);
  assert.match(line.glyphs.join(), /leak-store-dark\.svg/);
  const hover = await workbench.hover(stored.line);
  assert.match(hover, /^Leak, \d+ % sure/m);
  assert.match(hover, /Held by: .*memory › messages/);
  assert.match(hover, /What to do:\s+Give Memory\.messages a window/);
});

it('can be read in each theme, and in a narrow window', async () => {
  for (const [theme, name, className] of [
    ['Dark Modern', 'dark', 'vscode-dark'],
    ['Light Modern', 'light', 'vscode-light'],
    ['Default High Contrast', 'high-contrast', 'vscode-high-contrast'],
  ] as const) {
    await workbench.setTheme(theme);
    await report.locator(`body.${className}`).waitFor();
    await report.evaluate(() => scrollTo(0, 0));
    await workbench.screenshot(`session-${name}`);
  }
  await workbench.setTheme('Dark Modern');
  const { page } = workbench;
  await page.setViewportSize({ width: 800, height: 900 });
  await until('nothing to be cut off', () =>
    report.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
  );
  await workbench.screenshot('session-narrow');
  await page.setViewportSize({ width: 1400, height: 900 });
});

it('compares two snapshots that are chosen in the timeline', async () => {
  const group = report.getByRole('group', { name: 'Compare two snapshots' });
  const list = group.getByLabel('The later snapshot');
  const [first, second] = await list
    .locator('option')
    .evaluateAll((all) => all.map((one) => one.getAttribute('value')!));
  await group.getByLabel('The earlier snapshot').selectOption(first);
  await list.selectOption(second);
  await group.getByRole('button', { name: 'Compare' }).click();
  const page = await workbench.webview(`Snapshot ${first} and Snapshot ${second}`);
  await page.locator('#diff-classes').waitFor();
  await page.locator('#timeline .ends-brush .selection').waitFor();
});

it('opens the line that stores, and what holds it, from the panel', async () => {
  await workbench.command('View: Close All Editors');
  await heapline.click(/^Leak: Memory\.messages, /);
  await atStore();
  await heapline.expand(/^Leak: Memory\.messages, /);
  await heapline.row(/^\.?messages\b/);
});

it('leaves the debugger as it is while recording', async () => {
  const program = join(folder.path, 'main.js');
  const line = (await readFile(program, 'utf8')).split('\n').findIndex((text) => text.includes('done`')) + 1;
  const taken = async (): Promise<number> =>
    (await heapline.rows()).filter(({ text }) => /^Snapshot \d+, .*by hand/.test(text)).length;
  await heapline.action('main.js', 'Record');
  await heapline.row(/^Recording, /);
  await workbench.openFile(program, line);
  await workbench.command('Debug: Toggle Breakpoint');
  const calls = workbench.view('Call Stack');
  await calls.row(/Paused on breakpoint/);
  await heapline.expand('Snapshots');
  const before = await taken();
  await heapline.action(/^main\.js/, 'Take Snapshot');
  await until('the snapshot by hand', async () => (await taken()) > before);
  await workbench.command('Remove All Breakpoints');
  await workbench.command('Debug: Step Over');
  await until('a step', async () => (await workbench.activeEditorPosition())?.line === line + 1);
  await workbench.command('Debug: Continue');
  await until('it to run on', async () =>
    (await workbench.debugToolbar()).some((title) => title.startsWith('Pause')),
  );
  await heapline.action(/^main\.js/, 'Take Snapshot');
  await workbench.debugToolbarAction('Pause');
  await calls.row(/Paused/);
  await workbench.command('Debug: Continue');
  await workbench.stopDebugging();
  await heapline.row(/^Earlier Recordings/);
  assert.deepEqual(workbench.debuggees(), []);
});
