/** What goes wrong while a program is recorded: what was recorded is kept, and the user is told. */
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { after, afterEach, before, it } from 'node:test';
import type { RecordingManifest } from '../../src/protocol/recording.ts';
import { type DebugFolder, sampleFolder } from '../support/debug-folder.ts';
import { LEAKY, Programs } from '../support/programs.ts';
import { until } from '../support/until.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';
import type { View } from '../support/workbench-view.ts';

const SNAPSHOTS = 3;
let folder: DebugFolder;
let workbench: Workbench;
let heapline: View;
let programs: Programs;

before(async () => {
  folder = await sampleFolder({ heapline: { autoRecord: true, interval: '1s' } });
  programs = new Programs();
  const settings = {
    'heapline.recordingsFolder': 'recordings',
    'heapline.openReport': 'never',
    'explorer.compactFolders': false,
  };
  await writeFile(join(folder.path, '.vscode', 'settings.json'), JSON.stringify(settings));
  workbench = await openWorkbench({ folder: folder.path });
  heapline = workbench.view('Heapline');
});
afterEach((test) => workbench.explain(test));
after(async () => {
  await workbench?.close();
  await programs?.close();
  await folder?.remove();
});

/** Names of the recordings on disk, oldest first. */
async function recordings(): Promise<string[]> {
  const names = await readdir(join(folder.path, 'recordings')).catch(() => []);
  return names.filter((name) => name.endsWith('.heapline')).sort();
}

async function manifest(name: string): Promise<RecordingManifest> {
  return JSON.parse(await readFile(join(folder.path, 'recordings', name, 'recording.json'), 'utf8'));
}

/** Waits for a recording that is not among those of before, with some snapshots. @returns its name */
async function recorded(before: readonly string[]): Promise<string> {
  return until('a recording with snapshots', async () => {
    const name = (await recordings()).find((one) => !before.includes(one));
    return name && (await manifest(name)).snapshots.length >= SNAPSHOTS && name;
  });
}

/** All that was taken is there, and nothing half-written unless it is written now. */
async function assertKept(name: string, isOver = true): Promise<void> {
  const { snapshots } = await manifest(name);
  assert.ok(snapshots.length >= SNAPSHOTS, `${name}: ${snapshots.length}`);
  const files = await readdir(join(folder.path, 'recordings', name), { recursive: true });
  for (const { file } of snapshots) assert.ok(files.includes(join(file)), `${file} of ${files}`);
  const parts = files.filter((file) => file.endsWith('.part'));
  if (isOver) assert.deepEqual(parts, []);
}

it('ends the recording of a session that is restarted, and records it again', async () => {
  await workbench.startDebugging('Sample agent');
  await heapline.row(/^Recording, /);
  const first = await recorded([]);
  await workbench.restartDebugging();
  const second = await recorded([first]);
  await heapline.row(/^Recording, /);
  await heapline.row(/^Earlier Recordings/);
  assert.equal((await manifest(first)).end?.reason, 'target-gone');
  assert.deepEqual(
    (await workbench.notifications()).filter((text) => /killed or crashed/.test(text)),
    [],
    'the user has ended it',
  );
  await assertKept(first);
  await assertKept(second, false);
});

it('keeps what was recorded of a program that is killed, and says how it ended', async () => {
  const before = (await recordings()).slice(0, -1);
  const name = await recorded(before);
  const main = workbench.processes().find(({ command, debugged }) => debugged && /main\.js/.test(command));
  process.kill(main!.pid, 'SIGKILL');
  assert.match(
    await workbench.notification(/killed or crashed/),
    /^main\.js \[\d+\]: The program was killed or crashed, .* kept \(snapshots: \d+\)\.$/,
  );
  await workbench.debuggingEnds();
  await heapline.row(/^main\.js, (\d+ leaks?|no leak|inconclusive) · no last snapshot/);
  await assertKept(name);
});

it('goes on in a new recording when the Heapline server is killed', async () => {
  const before = await recordings();
  await workbench.startDebugging('Sample agent');
  const name = await recorded(before);
  const [pid] = workbench.serverPids();
  process.kill(pid, 'SIGKILL');
  const told = await workbench.notification(/^The Heapline server ended unexpectedly/);
  assert.match(told, /snapshots kept: \d+\)\. Recording goes on in a new recording\.$/);
  assert.ok(told.includes(name.replace(/\.heapline$/, '')), told);
  await recorded([...before, name]);
  await heapline.row(/^Recording, /);
  assert.ok(!workbench.serverPids().includes(pid));
  await assertKept(name);
});

it('lists what was kept after the window was reloaded amid a recording', async () => {
  const name = (await recordings()).at(-1)!;
  await workbench.reload();
  await heapline.row(/^Recordings/);
  await heapline.expand(/^Recordings/);
  const past = await until('all to be listed', async () => {
    const rows = (await heapline.rows()).filter(({ text }) => /^main\.js, /.test(text));
    return rows.length === (await recordings()).length && rows;
  });
  await heapline.expand(new RegExp(`^${past[0].text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`));
  await heapline.row(/^Snapshots, /);
  await assertKept(name);
});

it('opens recordings from the explorer, and a snapshot in an editor of ours', async () => {
  await workbench.command('View: Show Explorer');
  const explorer = workbench.view(basename(folder.path));
  const name = (await recordings())[0];
  const [snapshot] = (await manifest(name)).snapshots;
  await explorer.expand('recordings');
  await explorer.menuAction(name, 'Open Recording...');
  const tab = await until('its tab', async () =>
    (await workbench.tabs()).find((title) => /^main\.js \d/.test(title)),
  );
  const report = await workbench.webview(tab);
  await report.getByRole('heading', { name: 'Memory over time' }).waitFor();

  const file = basename(snapshot.file);
  await workbench.quickInput.run(join(folder.path, 'recordings', name, snapshot.file), file);
  await until('it to open', async () => (await workbench.tabs()).includes(file));
  await workbench.command('View: Reopen Editor With...');
  await workbench.quickInput.pick('Heapline: heap snapshot');
  // A custom editor's page has no title of its own.
  const summary = await until('the summary', async () => {
    for (const frame of workbench.page.frames())
      if (await frame.getByRole('heading', { name: file }).isVisible()) return frame;
    return undefined;
  });
  await summary.getByRole('row', { name: /^Function / }).waitFor();
  await workbench.screenshot('trouble-snapshot');
});

it('attaches to a program that runs with --inspect', async () => {
  const program = await programs.start('leaky', LEAKY);
  const address = new URL(program.inspector).host;
  await workbench.command('Heapline: Attach to Node Inspector...');
  await workbench.quickInput.enter(address);
  await heapline.row(new RegExp(`^${address}: heap in use`));
  await heapline.action(address, 'Record');
  await heapline.row(/^Leak: .*history/);
  await workbench.command('Heapline: Stop Recording');
  await heapline.row(new RegExp(`^${address}, 1 leak`));
  await heapline.menuAction(address, 'Detach');
  await until('it to be let go', async () =>
    (await heapline.rows()).every(({ text }) => !/heap in use/.test(text)),
  );
  assert.equal(program.child.exitCode, null);
});
