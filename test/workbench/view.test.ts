/** The Heapline view, its commands and the launch configuration, as a user meets them. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, it } from 'node:test';
import { PROJECT } from '../support/heapline.ts';
import { until } from '../support/until.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';
import type { View } from '../support/workbench-view.ts';

let folder: string;
let workbench: Workbench;
let view: View;
/** The line of memory.js that stores what is never released. */
let line: number;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heapline-view-'));
  await cp(join(PROJECT, 'media', 'sample-agent'), folder, { recursive: true });
  const memory = await readFile(join(folder, 'memory.js'), 'utf8');
  line = memory.split('\n').findIndex((text) => text.includes('.push(')) + 1;
  workbench = await openWorkbench({ folder });
  view = workbench.view('Heapline');
});
afterEach((test) => workbench.explain(test));
after(async () => {
  await workbench?.close();
  await rm(folder, { recursive: true, force: true });
});

it('says what can be done when nothing runs, and offers only that', async () => {
  assert.match(await view.message(), /Debug a Node program/);
  const titles = await workbench.palette('Heapline: ');
  for (const title of [
    'Open Recording...',
    'Attach to Node Inspector...',
    'Compare Snapshots...',
    'Show Log',
  ])
    assert.ok(titles.includes(`Heapline: ${title}`), title);
  for (const title of ['Record', 'Stop Recording', 'Take Snapshot', 'Verify Fix', 'Clear Leak Marks'])
    assert.ok(!titles.includes(`Heapline: ${title}`), title);
  assert.deepEqual(workbench.serverPids(), [], 'no server before there is something to do');
});

it('knows "heapline" in launch.json', async () => {
  await workbench.openFile('.vscode/launch.json');
  await workbench.command('Problems: Focus on Problems View');
  await until('launch.json to be checked', async () =>
    /No problems/.test(await workbench.page.locator('.markers-panel').innerText()),
  );
  const wrong = (await readFile(join(folder, '.vscode/launch.json'), 'utf8')).replace(
    '"heapline": true',
    '"heapline": { "interval": "10s", "nonsense": 1 }',
  );
  const right = await readFile(join(folder, '.vscode/launch.json'), 'utf8');
  await writeFile(join(folder, '.vscode/launch.json'), wrong);
  await until('the wrong property to be told', async () =>
    /Property nonsense is not allowed/.test(await workbench.page.locator('.markers-panel').innerText()),
  );
  await writeFile(join(folder, '.vscode/launch.json'), right);
});

it('records from F5 on, through a restart, and leads to the line', async () => {
  await workbench.startDebugging('Sample agent');
  assert.deepEqual((await view.row(/^agent\.js, being recorded/)).actions, [
    'Stop Recording',
    'Take Snapshot',
  ]);
  await view.action('agent.js', 'Take Snapshot');
  await view.row(/^Snapshots, /);
  await workbench.restartDebugging();
  await view.row(/^agent\.js, being recorded/);
  await view.row(/^Recording, .*step/);
  await until('the button', async () => (await workbench.debugToolbar()).includes('Stop Recording'));
  // Five snapshots of steps are enough for a verdict.
  await until('steps to be done', async () => /\b[2-9]\d steps/.test((await view.row(/^Recording, /)).text));
  await workbench.command('Heapline: Stop Recording');
  await view.row(/^Leak: AgentMemory\.messages, .*memory\.js/);
  await workbench.stopDebugging();
  await view.row(/^agent\.js, 1 leak/);
  await view.click(/^Leak: AgentMemory\.messages/);
  const at = await until('the line', async () => {
    const position = await workbench.activeEditorPosition();
    return position?.file.endsWith('memory.js') ? position : undefined;
  });
  assert.equal(at.line, line);
  await until('the mark', async () =>
    (await workbench.editorLines()).some(({ number, inline }) => number === line && inline.startsWith('+')),
  );
  await workbench.screenshot('view-line');
});

it('runs the mended program again and says that it is mended', async () => {
  const file = join(folder, 'memory.js');
  const memory = await readFile(file, 'utf8');
  await writeFile(
    file,
    memory.replace(
      '.push(message);',
      '.push(message);\n    this.messages.splice(0, this.messages.length - 50);',
    ),
  );
  await view.menuAction(/^Leak: AgentMemory\.messages/, 'Verify Fix');
  assert.match(
    await workbench.notification(/^Fixed: AgentMemory\.messages gained/),
    /does not grow any more/,
  );
  await workbench.screenshot('view-verified');
});

it('goes on in a new recording when its server dies, and lists all after a reload', async () => {
  await workbench.startDebugging('Sample agent');
  await view.row(/^agent\.js, being recorded/);
  await view.row(/^Snapshots, [3-9]/);
  const [pid] = workbench.serverPids();
  process.kill(pid, 'SIGKILL');
  const told = await workbench.notification(/ended unexpectedly and runs again/);
  assert.match(told, /snapshots kept: [1-9]/);
  assert.match(told, /goes on in a new recording/);
  await view.row(/^agent\.js, being recorded/);
  await workbench.reload();
  await view.expand('Recordings');
  await until(
    'all recordings',
    async () => (await view.rows()).filter(({ level }) => level === 2).length === 5,
  );
  await workbench.screenshot('view-reloaded');
});
