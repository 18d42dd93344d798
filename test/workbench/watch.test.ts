/** A user watches the container of a leak: while it is recorded, and after that. */
import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
import { type DebugFolder, sampleFolder } from '../support/debug-folder.ts';
import { markedLine } from '../support/sample-runs.ts';
import { until } from '../support/until.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';
import type { View } from '../support/workbench-view.ts';

let folder: DebugFolder;
let workbench: Workbench;
let heapline: View;
let stored: { path: string; line: number };

before(async () => {
  folder = await sampleFolder();
  stored = await markedLine('history');
  workbench = await openWorkbench({ folder: folder.path });
  heapline = workbench.view('Heapline');
});
afterEach((test) => workbench.explain(test));
after(async () => {
  await workbench?.close();
  await folder?.remove();
});

/** Its counts vary. */
const said = (): RegExp =>
  new RegExp(
    `^(\\d+) of \\1 inserts into Memory\\.messages come from memory\\.ts:${stored.line}\\. Nothing was removed\\.`,
  );

it('is offered on a leak as soon as it is seen, and names the line', async () => {
  await workbench.startDebugging('Sample agent');
  assert.ok(!(await workbench.commandExists('Heapline: Watch This Container')));
  await heapline.action(/^main\.js/, 'Record');
  const leak = await heapline.row(/^Leak: Memory\.messages, /);
  assert.ok(leak.actions.includes('Watch This Container'), leak.actions.join());
  await heapline.action(/^Leak: Memory\.messages, /, 'Watch This Container');
  await workbench.notification(/^Watching Memory\.messages: \d+ inserts?/);
  await workbench.screenshot('watch-under-way');
  await workbench.notification(said());
  await workbench.screenshot('watch-result');
  await workbench.clickNotification('Go to Line');
  await until('the line that inserts', async () => {
    const at = await workbench.activeEditorPosition();
    return at?.file === stored.path && at.line === stored.line;
  });
});

it('goes on to work when the recording was stopped, and can be ended', async () => {
  await workbench.command('Heapline: Stop Recording');
  await heapline.row(/^main\.js, 1 leak/);
  await workbench.command('Heapline: Watch This Container');
  await workbench.notification(/^Watching Memory\.messages: \d+ inserts?/);
  await workbench.clickNotification('Cancel');
  await workbench.notification(said());
  await workbench.clickNotification('Show All Lines');
  const line = new RegExp(`memory\\.ts:${stored.line}[^]*Memory\\.remember`);
  await until('the lines', async () => {
    const shown = await workbench.page.locator('.quick-input-list .monaco-list-row').allInnerTexts();
    return shown.some((text) => line.test(text));
  });
  await workbench.screenshot('watch-lines');
  await workbench.page.keyboard.press('Escape');
});

it('is no longer offered when the program has ended', async () => {
  await workbench.stopDebugging();
  await until(
    'the command to go',
    async () => !(await workbench.commandExists('Heapline: Watch This Container')),
  );
  assert.ok(!(await heapline.row(/^Leak: Memory\.messages, /)).actions.includes('Watch This Container'));
});
