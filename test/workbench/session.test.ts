/** A user finds the leak of an agent: debugs, records, looks, stops, clicks. */
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
  await heapline.row(/^fake-llm\.js, heap in use/);
  const main = await until('a sparkline', async () => {
    const row = (await heapline.rows()).find(({ label }) => label === 'main.js');
    return row && /^[▁-█]{2,} [\d.]+ [kM]B/.test(row.description) && row;
  });
  assert.deepEqual(main.actions, ['Record', 'Take Snapshot']);
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
  assert.match(
    await workbench.notification(/Heapline found/),
    new RegExp(`^Heapline found a leak: Memory\\.messages \\(stored at memory\\.ts:${stored.line}\\)\\.$`),
  );
  console.log(await workbench.tabs());
  await heapline.row(/^main\.js, 1 leak/);
});
