/** Sessions that are no plain Node launch: a page of a browser, and a terminal. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, before, it } from 'node:test';
import { browserStart } from '../../src/build/browser.ts';
import { type DebugFolder, debugFolder } from '../support/debug-folder.ts';
import { until } from '../support/until.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';
import type { View } from '../support/workbench-view.ts';

const PAGE = `class Feed {
  rows = [];
  show(text) {
    this.rows.push({ text, at: Date.now(), words: text.split(' ') }); // leak
  }
}
const feed = new Feed();
let turn = 0;
setInterval(() => {
  for (let row = 0; row < 20; row++) feed.show('row number ' + turn++);
}, 20);
`;
const AGENT = `class Memory {
  turns = [];
  note(text) {
    this.turns.push({ text, words: text.split(' ') }); // leak
  }
}
const memory = new Memory();
let turn = 0;
setInterval(() => {
  for (let count = 0; count < 20; count++) memory.note('turn number ' + turn++);
}, 20);
`;
const leakOf = (text: string): number => text.split('\n').findIndex((line) => line.endsWith('// leak')) + 1;

let folder: DebugFolder;
let site: Server;
let workbench: Workbench;
let heapline: View;

before(async () => {
  const files = { 'web/app.js': PAGE, 'web/index.html': '<!doctype html><script src="/app.js"></script>' };
  folder = await debugFolder([], { ...files, 'agent.cjs': AGENT });
  site = createServer(async (request, response) => {
    const name = request.url === '/app.js' ? 'app.js' : 'index.html';
    response.setHeader('content-type', name === 'app.js' ? 'text/javascript' : 'text/html');
    response.end(await readFile(join(folder.path, 'web', name)));
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  const { executablePath, args, env } = await browserStart();
  const configurations = [
    {
      name: 'Page',
      type: 'chrome',
      request: 'launch',
      url: `http://127.0.0.1:${(site.address() as AddressInfo).port}/`,
      webRoot: `\${workspaceFolder}/web`,
      // Else it asks for an extension on the side of the editor's window.
      browserLaunchLocation: 'workspace',
      runtimeExecutable: executablePath ?? 'stable',
      runtimeArgs: [...args, '--headless=new'],
      env,
    },
    {
      name: 'Terminal',
      type: 'node-terminal',
      request: 'launch',
      command: `"${process.execPath}" agent.cjs`,
    },
  ];
  const launch = JSON.stringify({ version: '0.2.0', configurations });
  await writeFile(join(folder.path, '.vscode', 'launch.json'), launch);
  workbench = await openWorkbench({ folder: folder.path });
  heapline = workbench.view('Heapline');
});
afterEach((test) => workbench.explain(test));
after(async () => {
  await workbench?.close();
  site?.close();
  await folder?.remove();
});

async function start(name: string): Promise<void> {
  await workbench.quickInput.run(`debug ${name}`, name);
  await workbench.page.locator('.debug-toolbar').waitFor();
}

async function isAt(file: string, line: number): Promise<void> {
  await until(`${file}:${line}`, async () => {
    const at = await workbench.activeEditorPosition();
    return at?.file === join(folder.path, file) && at.line === line;
  });
}

it('finds the line of a page, in the file that the page was served from', async () => {
  await start('Page');
  const { text } = await heapline.row(/: heap in use/);
  const label = text.split(': heap in use')[0];
  await heapline.action(label, 'Record');
  await heapline.row(/^Leak: Feed\.rows, /);
  await workbench.command('Heapline: Stop Recording');
  await workbench.notification(/Heapline found a leak: Feed\.rows/);
  await workbench.command('View: Close All Editors');
  await heapline.click(/^Leak: Feed\.rows, /);
  await isAt('web/app.js', leakOf(PAGE));
  await until('the mark', async () =>
    (await workbench.editorLines()).some(
      ({ number, inline }) => number === leakOf(PAGE) && inline.startsWith('+'),
    ),
  );
  await workbench.screenshot('kinds-page');
  await workbench.stopDebugging();
});

it('finds the line of a program that was started in a terminal', async () => {
  await start('Terminal');
  await heapline.row(/^agent\.cjs: heap in use/);
  await heapline.action('agent.cjs', 'Record');
  await heapline.row(/^Leak: Memory\.turns, /);
  await workbench.command('Heapline: Stop Recording');
  await heapline.row(/^agent\.cjs, 1 leak/);
  await workbench.command('View: Close All Editors');
  await heapline.click(/^Leak: Memory\.turns, /);
  await isAt('agent.cjs', leakOf(AGENT));
  assert.deepEqual(
    (await workbench.notifications()).filter((message) => /failed|could not/i.test(message)),
    [],
  );
  await workbench.stopDebugging();
});
