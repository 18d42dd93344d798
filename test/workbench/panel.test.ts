/** Panels and custom editors in a real VS Code, on a recording of the sample agent. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, afterEach, before, it } from 'node:test';
import type { Frame } from 'playwright-core';
import { bundleSample } from '../../src/build/sample.ts';
import { markedLine, recordSample } from '../support/sample-runs.ts';
import { until } from '../support/until.ts';
import { openWorkbench, type Theme, type Workbench } from '../support/workbench.ts';

const RECORDING = 'rec.heapline';
let folder: string;
let workbench: Workbench;
let snapshots: string[];
/** The one with most in it: by the last ones the program may have let go. */
let fullest: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heapline-panel-'));
  await mkdir(join(folder, 'agent'));
  await bundleSample(join(folder, 'agent'));
  const command = [process.execPath, join(folder, 'agent', 'main.js')];
  await recordSample({ leak: 'history', node: process.execPath, command, folder });
  const taken = join(folder, RECORDING, 'snapshots');
  snapshots = (await readdir(taken)).sort();
  const sizes = await Promise.all(snapshots.map(async (name) => (await stat(join(taken, name))).size));
  fullest = snapshots[sizes.indexOf(Math.max(...sizes))];
  workbench = await openWorkbench({ folder });
});
afterEach((test) => workbench.explain(test));
after(async () => {
  await workbench?.close();
  await rm(folder, { recursive: true, force: true });
});

/** The document of the page in sight, once it shows content of this type. */
function shown(type: string): Promise<Frame> {
  return until(`a page with a ${type}`, async () => {
    for (const frame of workbench.page.frames()) {
      const found = await frame
        .locator(`#panel.${type}`)
        .isVisible()
        .catch(() => false);
      if (found) return frame;
    }
    return undefined;
  });
}

/** Presses a place in the page, and waits for the text editor that it opens. */
async function opens(frame: Frame, selector: string): Promise<{ file: string; line: number }> {
  await frame.locator(selector).first().click();
  return until('a text editor', () => workbench.activeEditorPosition());
}

async function openWith(path: string, editor: string): Promise<void> {
  const file = join(workbench.folder, path);
  await workbench.quickInput.run(file, basename(file));
  await until(`${path} to open`, async () => (await workbench.tabs()).includes(basename(file)));
  await workbench.command('View: Reopen Editor With...');
  await workbench.quickInput.pick(editor);
}

it('a recording is opened from the explorer; a click on the store site lands on its line', async () => {
  await workbench.view(basename(folder)).menuAction(new RegExp(`^${RECORDING}`), 'Open Recording...');
  const frame = await shown('report');
  assert.match((await frame.locator('h1').textContent())!, /Leak/);
  assert.equal(await frame.locator('.provisional').count(), 0);
  await frame.locator('.timeline .pin').first().waitFor();
  for (const theme of ['Light Modern', 'Default High Contrast', 'Dark Modern'] satisfies Theme[]) {
    await workbench.setTheme(theme);
    await workbench.screenshot(`panel-report-${theme.replaceAll(' ', '-')}`);
  }
  const { path, line } = await markedLine('history');
  assert.deepEqual(await opens(frame, '.banner .where').then(({ file, line }) => [file, line]), [path, line]);
});

it('a panel that was hidden comes back as it was left, and after a reload of the window', async () => {
  await workbench.page.getByRole('tab', { name: 'rec', exact: true }).click();
  let frame = await shown('report');
  await frame.getByLabel('Filter').fill('Message');
  await frame.locator('#classes').getByRole('button', { name: 'Constructor' }).click();
  await workbench.openFile('agent/main.js');
  await workbench.page.getByRole('tab', { name: 'rec', exact: true }).click();
  frame = await shown('report');
  assert.equal(await frame.getByLabel('Filter').inputValue(), 'Message');
  await workbench.reload();
  frame = await shown('report');
  assert.equal(await frame.getByLabel('Filter').inputValue(), 'Message');
  assert.equal(await frame.locator('#classes th[aria-sort]').textContent(), 'Constructor');
  await workbench.command('View: Close All Editors');
});

it('two snapshots selected in the explorer are compared, the older first', async () => {
  const explorer = workbench.view(basename(folder));
  await explorer.expand(new RegExp(`^${RECORDING}`));
  await explorer.expand(/^snapshots/);
  await explorer.click(fullest);
  // It opens, and what is opened is selected: only then there can be a second.
  await until('the file to open', async () => (await workbench.tabs()).includes(fullest));
  await workbench.page.keyboard.down('Control');
  await explorer.click(snapshots[1]);
  await workbench.page.keyboard.up('Control');
  await explorer.menuAction(snapshots[1], 'Compare Selected Snapshots');
  const frame = await shown('diff');
  await frame.locator('#owners tbody .where').first().waitFor();
  await frame.locator('.timeline .pin.marked').nth(1).waitFor();
  const numbers = [snapshots[1], fullest].map((name) => String(Number.parseInt(name, 10)));
  assert.deepEqual(await frame.locator('.timeline .pin.marked > text').allTextContents(), numbers);
  assert.match(
    (await frame.locator('h1').textContent())!,
    new RegExp(`Snapshot ${numbers[0]}.*Snapshot ${numbers[1]}`),
  );
  assert.match((await frame.locator('#owners tbody tr').first().textContent())!, /\+[\d.]+ [kM]B/);
  await frame.getByLabel('Filter').fill('Agent');
  await workbench.screenshot('panel-diff');
  const { path, line } = await markedLine('history');
  const place = await opens(frame, '#owners tbody .where');
  assert.deepEqual([place.file, place.line], [path, line]);
  await workbench.command('View: Close All Editors');
});

it('a snapshot, a profile and a manifest have editors of ours beside the default ones', async () => {
  await openWith(join(RECORDING, 'snapshots', fullest), 'Heapline: heap snapshot');
  const summary = await shown('summary');
  await summary.getByLabel('Filter').fill('Memory');
  await summary.locator('.long tbody .link').first().waitFor();
  await workbench.screenshot('panel-snapshot');
  const { file } = await opens(summary, '.long tbody .link');
  assert.match(file, /memory\.ts$/);

  const [profile] = await readdir(join(folder, RECORDING, 'profiles'));
  await openWith(join(RECORDING, 'profiles', profile), 'Heapline: sampled allocations');
  const profiled = await shown('profile');
  assert.ok((await profiled.locator('.long tbody .link').count()) > 3);

  await openWith(join(RECORDING, 'recording.json'), 'Heapline: recording');
  await shown('report');
});

it('what can not be read is told, and can be tried again', async () => {
  await workbench.command('View: Close All Editors');
  const file = join(folder, 'cut.heapsnapshot');
  await writeFile(file, '{"snapshot":{"meta":{');
  await openWith('cut.heapsnapshot', 'Heapline: heap snapshot');
  const frame = await shown('error');
  const alert = (await frame.getByRole('alert').textContent())!;
  assert.match(alert, /^What happened\S+cut\.heapsnapshot: The file ends/);
  await workbench.screenshot('panel-error');
  await frame.getByRole('button', { name: 'Try again' }).click();
  await frame.getByRole('alert').waitFor();
});
