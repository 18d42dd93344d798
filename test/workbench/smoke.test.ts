import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, it } from 'node:test';
import { bundleSample } from '../../src/build/sample.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

const CONFIGURATION = 'Sample agent';
let folder: string;
let workbench: Workbench;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heapline-smoke-'));
  await bundleSample(folder);
  const configuration = {
    name: CONFIGURATION,
    type: 'node',
    request: 'launch',
    program: `\${workspaceFolder}/main.js`,
    runtimeExecutable: process.execPath,
    env: { LEAK: 'history', STEPS: '100000' },
  };
  await mkdir(join(folder, '.vscode'));
  await writeFile(
    join(folder, '.vscode', 'launch.json'),
    JSON.stringify({ version: '0.2.0', configurations: [configuration] }),
  );
  workbench = await openWorkbench({ folder });
});
afterEach((test) => workbench.explain(test));
after(async () => {
  await workbench?.close();
  await rm(folder, { recursive: true, force: true });
});

it('stops the sample agent at a breakpoint, restarts and stops it', async () => {
  const lines = (await readFile(join(folder, 'main.js'), 'utf8')).split('\n');
  const line = lines.findIndex((text) => text.includes('done`')) + 1;
  await workbench.openFile('main.js', line);
  await workbench.startDebugging(CONFIGURATION);
  await workbench.command('Debug: Toggle Breakpoint');
  await workbench.view('Call Stack').row(/Paused on breakpoint/);
  const { file } = (await workbench.activeEditorPosition())!;
  assert.match(file, /main\.(js|ts)$/);
  const picture = await workbench.screenshot('smoke-paused');
  assert.ok((await stat(picture)).size > 10_000);

  await workbench.command('Remove All Breakpoints');
  await workbench.restartDebugging();
  await workbench.stopDebugging();
  assert.deepEqual(workbench.debuggees(), []);
});

it('has our extension installed', async () => {
  await workbench.command('Extensions: Show Installed Extensions');
  await workbench.view('Installed').row(/Heapline/);
});
