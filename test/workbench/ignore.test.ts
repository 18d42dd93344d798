/** A user leaves a leak be, with a reason, thinks again, and reads what to do about it. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, it } from 'node:test';
import { type DebugFolder, sampleFolder } from '../support/debug-folder.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';
import type { View } from '../support/workbench-view.ts';

let folder: DebugFolder;
let workbench: Workbench;
let heapline: View;
const file = (): string => join(folder.path, '.heapline', 'ignore.json');
const LEAK = /^Leak: Memory\.messages, /;
const IGNORED = /^Ignored leak: Memory\.messages, ignored: a test agent, /;

before(async () => {
  folder = await sampleFolder({ env: { LEAK: 'history', STEPS: '160', PACE_MS: '15' }, heapline: true });
  workbench = await openWorkbench({ folder: folder.path });
  heapline = workbench.view('Heapline');
});
afterEach((test) => workbench.explain(test));
after(async () => {
  await workbench?.close();
  await folder?.remove();
});

/** Answers the input box that asks this. */
async function answer(asked: string, text: string): Promise<void> {
  const box = workbench.page.locator('.quick-input-widget:visible').filter({ hasText: asked });
  const input = box.locator('input[type=text]');
  await input.fill(text);
  await input.press('Enter');
}

it('asks for a reason, writes the file, and shows the leak as ignored', async () => {
  await workbench.startDebugging('Sample agent');
  await workbench.debuggingEnds();
  await heapline.row(/^main\.js, 1 leak/);
  await heapline.menuAction(LEAK, 'Ignore This Leak...');
  await answer('Why may it grow?', 'a test agent');
  await answer('Until which day', '2999-12-31');
  await workbench.notification(/^Memory\.messages is ignored: /);
  await heapline.row(IGNORED);
  const [entry] = JSON.parse(readFileSync(file(), 'utf8')).ignore;
  assert.match(entry.finding, /^array:Memory\.messages:/);
  assert.deepEqual([entry.reason, entry.expires], ['a test agent', '2999-12-31']);
  await heapline.row(/^main\.js, no leak/);
  await workbench.screenshot('ignored');
});

it('stops ignoring by hand and by a change of the file', async () => {
  await heapline.menuAction(IGNORED, 'Stop Ignoring');
  await heapline.row(LEAK);
  assert.deepEqual(JSON.parse(readFileSync(file(), 'utf8')).ignore, []);
  const entry = { rule: 'conversation-history', reason: 'a test agent' };
  writeFileSync(file(), JSON.stringify({ version: 1, ignore: [entry] }));
  await heapline.row(IGNORED);
});

it('shows the page of the rule', async () => {
  await heapline.menuAction(IGNORED, 'Explain This Kind of Leak');
  const page = await workbench.webview('Preview conversation-history.md');
  await page.getByRole('heading', { name: 'Conversation history without a window' }).waitFor();
  await workbench.screenshot('rule-page');
});
