/** Leak marks and opening sources in a real editor, apart from what finds the leaks. */
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { build } from 'esbuild';
import type { Site } from '../../src/protocol/findings.ts';
import type { SourceExcerpt } from '../../src/protocol/report.ts';
import { PROJECT } from '../support/heapline.ts';
import { leakReport } from '../support/report-data.ts';
import { until } from '../support/until.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

const MEMORY = `export class Memory {
  history = [];

  add(message) {
    this.history.push(message);
  }
}
`;
const LLM = `let next = 0;

export function complete(prompt) {
  return { id: next++, text: prompt.repeat(20) };
}
`;
const APP = `require('node:vm').runInThisContext('let made;\\nmade = 1;\\n', { filename: 'made-up.js' });
setInterval(() => {}, 1000);
`;

let temp: string;
let folder: string;
let workbench: Workbench;

const siteAt = (file: string, line: number, column: number): Site => ({
  url: `file://${join(folder, file)}`,
  path: join(folder, file),
  line,
  column,
});
const excerpt = (file: string, text: string): SourceExcerpt => ({
  path: join(folder, file),
  firstLine: 1,
  lines: text.split('\n'),
});

before(async () => {
  temp = await realpath(await mkdtemp(join(tmpdir(), 'heapline-marks-')));
  folder = join(temp, 'folder');
  const extension = join(temp, 'test.marks-1.0.0');
  await mkdir(join(folder, '.vscode'), { recursive: true });
  await mkdir(extension);
  const launch = { type: 'node', request: 'launch', name: 'app', program: `\${workspaceFolder}/app.cjs` };
  const files = {
    'memory.js': MEMORY,
    'llm.js': LLM,
    'app.cjs': APP,
    '.vscode/launch.json': JSON.stringify({ version: '0.2.0', configurations: [launch] }),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await build({
    entryPoints: [join(PROJECT, 'test/workbench/gutter-extension/extension.js')],
    outfile: join(extension, 'extension.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'warning',
  });
  await cp(join(PROJECT, 'test/workbench/gutter-extension/package.json'), join(extension, 'package.json'));
  await cp(join(PROJECT, 'media/gutter'), join(extension, 'media/gutter'), { recursive: true });
  workbench = await openWorkbench({ folder, extension, settings: { 'files.autoSave': 'off' } });
});
after(async () => {
  await workbench?.close();
  await rm(temp, { recursive: true, force: true });
});

async function show(title?: string): Promise<void> {
  const { findings } = leakReport();
  const finding = {
    ...findings.findings[0],
    ...(title && { title }),
    storeSite: siteAt('memory.js', 5, 18),
    userSite: undefined,
    allocationSites: [siteAt('llm.js', 4, 10)],
  };
  const told = {
    dir: join(temp, 'one (1).heapline'),
    findings: { ...findings, findings: [finding] },
    sources: [excerpt('memory.js', MEMORY), excerpt('llm.js', LLM)],
    final: true,
  };
  await writeFile(join(folder, '.show.json'), JSON.stringify(told));
  await workbench.command('Marks: Show');
}

/** Waits until the active editor has exactly these marks: line numbers. */
async function marked(...lines: number[]): Promise<void> {
  await until(`marks in lines ${lines}`, async () => {
    const all = (await workbench.editorLines()).filter(({ inline }) => /\+12\.4 MB/.test(inline));
    const iconed = all.every(({ glyphs }) => glyphs.some((glyph) => /leak-\w+-dark\.svg/.test(glyph)));
    return iconed && JSON.stringify(all.map(({ number }) => number)) === JSON.stringify(lines);
  });
}

async function open(site: Site, options = {}): Promise<void> {
  await writeFile(join(folder, '.open.json'), JSON.stringify({ site, options }));
  await workbench.command('Marks: Open');
}

async function opened(file: RegExp, line: number, column: number, timeoutMs?: number): Promise<void> {
  await until(
    `${file} at ${line}:${column}`,
    async () => {
      const at = await workbench.activeEditorPosition();
      return at && file.test(at.file) && at.line === line && at.column === column;
    },
    timeoutMs,
  );
}

const press = (key: string): Promise<void> => workbench.page.keyboard.press(key);

it('marks the line that stores, and stays with it through edits', async () => {
  await workbench.openFile('memory.js');
  await show();
  await marked(5);
  await workbench.goToLine(1);
  await workbench.page.keyboard.type('// above');
  await press('Enter');
  await marked(6);
  await workbench.goToLine(6);
  await press('End');
  await workbench.page.keyboard.type('x');
  await marked();
  await press('Control+z');
  await marked(6);
  await press('Control+Shift+k');
  await marked();
  await press('Control+z');
  await marked(6);
  await press('Alt+ArrowUp');
  await marked(5);
  await workbench.command('File: Revert File');
  await marked(5);
});

it('is there again in a file that was closed, and follows what changed it on disk', async () => {
  await workbench.command('View: Close All Editors');
  await writeFile(join(folder, 'memory.js'), `// one\n// two\n${MEMORY}`);
  await workbench.openFile('memory.js');
  await marked(7);
  await writeFile(join(folder, 'memory.js'), MEMORY.replace('.push(message)', '.splice(0, 9, message)'));
  await marked();
  await writeFile(join(folder, 'memory.js'), MEMORY);
  await marked(5);
});

it('hides while it is switched off, and goes when it is cleared', async () => {
  await workbench.command('Marks: Switch');
  await marked();
  await workbench.command('Marks: Switch');
  await marked(5);
  await workbench.command('Marks: Clear');
  await marked();
});

it('tells in its hover what was found, as text only, with links to what can be done', async () => {
  await show('`a` [x](command:workbench.action.quit) <b>bold</b> https://evil.example $(bug)');
  await marked(5);
  const box = await workbench.page
    .locator('.view-line', { hasText: 'this.history.push' })
    .locator('span span')
    .first()
    .boundingBox();
  const hover = workbench.page.locator('.monaco-hover:visible', { hasText: 'Leak, 97 % sure' });
  await until('the hover', async () => {
    await workbench.page.mouse.move(box!.x + 40, box!.y + 200);
    await workbench.page.mouse.move(box!.x + 60, box!.y + 8, { steps: 5 });
    await hover.first().waitFor({ timeout: 3000 });
    return true;
  });
  const text = await hover.first().innerText();
  assert.match(
    text,
    /a \[x\]\(command:workbench\.action\.quit\) <b>bold<\/b> https:\/\/evil\.example \$\(bug\)/,
  );
  assert.match(text, /Held by: .* session › agent › memory › history\n/);
  assert.match(text, /Keep a window/);
  const links = hover.first().locator('a');
  assert.deepEqual(await links.allInnerTexts(), ['Show Report', 'Go to Allocation', 'Clear Leak Marks']);
  await workbench.screenshot('gutter-hover');
  await links.filter({ hasText: 'Go to Allocation' }).click();
  await opened(/llm\.js$/, 4, 10);
  await marked(4);
});

it('opens a site at its place, or where its line is now, or says that it is gone', async () => {
  await open(siteAt('memory.js', 5, 18));
  await opened(/memory\.js$/, 5, 18);
  const sources = [excerpt('memory.js', MEMORY)];
  await writeFile(join(folder, 'memory.js'), `// one\n${MEMORY}`);
  await until('the file to be read again', async () => (await workbench.editorLines())[0].text === '// one');
  await open(siteAt('memory.js', 5, 18), { sources });
  await opened(/memory\.js$/, 6, 5);
  await writeFile(join(folder, 'memory.js'), MEMORY.replace('push', 'unshift'));
  await until('the file to be read again', async () =>
    /export/.test((await workbench.editorLines())[0].text),
  );
  await open(siteAt('memory.js', 5, 18), { sources });
  assert.match(await workbench.notification(/has changed/), /^memory\.js has changed since .* line 5 /);
  await opened(/memory\.js$/, 5, 5);
  await open(siteAt('memory.js', 900, 900));
  await opened(/memory\.js$/, 8, 1);
  await writeFile(join(folder, 'memory.js'), MEMORY);
});

it('opens what the recording kept, and what only the debugger has', async () => {
  const dir = join(temp, 'two.heapline');
  await mkdir(join(dir, 'sources'), { recursive: true });
  const script = { id: '1', url: 'made-up.js', source: 'sources/ab12.js' };
  await writeFile(
    join(dir, 'scripts.json'),
    JSON.stringify({ format: 'heapline-scripts/1', scripts: [script] }),
  );
  await writeFile(join(dir, 'sources/ab12.js'), 'let made;\nmade = 1;\n');
  const made = { url: 'made-up.js', line: 2, column: 3 };
  await open(made, { recordingDir: dir });
  await opened(/^heapline-source:/, 2, 3);
  const events = { url: 'node:events', line: 20, column: 1 };
  await open(events);
  await workbench.notification(/^node:events is Node's own code: there is no file\.$/);
  await open(made);
  await workbench.notification(/^made-up\.js is not on this machine/);

  await workbench.startDebugging('app');
  // The debugger has heard of a script a moment after it ran.
  await until('the script in the debugger', async () => {
    await open(made);
    await opened(/^debug:.*made-up\.js/, 2, 3, 1000);
    return true;
  });
  await open(events);
  await opened(/^debug:.*events/, 20, 1);
  await workbench.stopDebugging();
  assert.equal(await readFile(join(folder, 'app.cjs'), 'utf8'), APP);
});
