/** What drives the workbench sees and does what it says, on an extension that shows one of each thing. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, it } from 'node:test';
import { PROJECT } from '../support/heapline.ts';
import { until } from '../support/until.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

let temp: string;
let workbench: Workbench;

async function open(locale?: string): Promise<Workbench> {
  return openWorkbench({
    folder: join(temp, 'folder'),
    extension: join(temp, 'test.fixture-1.0.0'),
    locale,
  });
}

before(async () => {
  temp = await mkdtemp(join(tmpdir(), 'heapline-driver-'));
  await cp(join(PROJECT, 'test/workbench/fixture-extension'), join(temp, 'test.fixture-1.0.0'), {
    recursive: true,
  });
  await cp(join(PROJECT, 'test/agents'), join(temp, 'folder'), { recursive: true });
  workbench = await open();
});
afterEach((test) => workbench.explain(test));
after(async () => {
  await workbench?.close();
  await rm(temp, { recursive: true, force: true });
});

it('lists the palette', async () => {
  const titles = await workbench.palette('Fixture: ');
  for (const title of ['Ask', 'Many', 'Mark', 'Page', 'Tell', 'Touch'])
    assert.ok(titles.includes(`Fixture: ${title}`));
  assert.ok(await workbench.commandExists('Fixture: Ask'));
  assert.ok(!(await workbench.commandExists('Fixture: Never')));
  assert.ok((await workbench.palette('Debug: ')).length > 20);
});

it('answers notifications, input boxes, picks and dialogs', async () => {
  await workbench.command('Fixture: Tell');
  assert.equal(await workbench.notification(/Hello/), 'Hello World');
  await workbench.clickNotification('Yes');
  await workbench.notification(/^Pressed Yes\.$/);

  await workbench.command('Fixture: Ask');
  await workbench.quickInput.enter('Ada');
  await workbench.quickInput.pick('green');
  assert.match(await workbench.dialog(), /Really Ada, green\?/);
  await workbench.clickDialog('Really');
  await workbench.notification(/^Ada is green\.$/);

  await workbench.command('Fixture: Many');
  for (let number = 1; number <= 6; number++)
    await workbench.notification(new RegExp(`^Number ${number}\\.$`));
});

it('reads and uses trees that are longer than what is in sight', async () => {
  const tree = workbench.view('Fixture Tree');
  await tree.row('row 0');
  const rows = await tree.rows();
  assert.deepEqual(
    rows.map(({ label }) => label),
    Array.from({ length: 40 }, (_, index) => `row ${index}`),
  );
  assert.equal(rows[39].expanded, false);
  await tree.expand('row 35');
  const leaf = await tree.row('row 35.b');
  assert.deepEqual(
    { ...leaf, text: '', icon: '' },
    {
      index: 37,
      text: '',
      label: 'row 35.b',
      description: 'of row 35',
      level: 2,
      expanded: undefined,
      selected: false,
      actions: ['Touch'],
      icon: '',
    },
  );
  assert.match(leaf.icon, /codicon-error/);
  await tree.action('row 35.b', 'Touch');
  await workbench.notification(/^Touched row 35\.b\.$/);
  assert.deepEqual(await tree.menu('row 35.a'), ['Tell']);
  await tree.menuAction('row 35.a', 'Tell');
  await workbench.notification(/Hello/);
  await tree.click(/row 35\.a/);
  assert.ok((await tree.row('row 35.a')).selected);
  assert.deepEqual((await tree.titleActions()).slice(0, 1), ['Mark']);

  const empty = workbench.view('Fixture Empty');
  assert.deepEqual(await empty.rows(), []);
  assert.match(await empty.message(), /Nothing here/);
  await empty.welcomeAction('Tell');
});

it('finds marks in the editor, and where the cursor is', async () => {
  await workbench.openFile('memory.ts', 14);
  assert.deepEqual(await workbench.activeEditorPosition(), {
    file: join(workbench.folder, 'memory.ts'),
    line: 14,
    column: 1,
  });
  await workbench.view('Fixture Tree').titleAction('Mark');
  const line = await until('the mark', async () =>
    (await workbench.editorLines()).find(({ number, inline }) => number === 14 && inline),
  );
  assert.match(line.inline, /\+12\.4 MB, "5,000" objects/);
  assert.match(line.glyphs.join(), /svg/);
  assert.match(await workbench.hover(14), /held by Memory/);
  await workbench.changeSettings({ 'editor.lineNumbers': 'off' });
  await until('settings to take effect', async () => (await workbench.editorLines()).length === 0);
  await workbench.changeSettings({ 'editor.lineNumbers': undefined });
  await until('settings to be taken back', async () => (await workbench.editorLines()).length > 0);
  for (const theme of ['Light Modern', 'Default High Contrast', 'Dark Modern'] as const) {
    await workbench.setTheme(theme);
    await workbench.screenshot(`driver-${theme.toLowerCase().replaceAll(' ', '-')}`);
  }
});

it('reaches into webviews, and survives a reload', async () => {
  await workbench.command('Fixture: Page');
  const page = await workbench.webview('Fixture Page');
  await page.click('button');
  await workbench.notification(/^The page said hi\.$/);
  await workbench.reload();
  assert.ok((await workbench.tabs()).includes('memory.ts'));
  assert.ok(await workbench.commandExists('Fixture: Tell'));
});

it('shows an extension in another language', async () => {
  const other = await open('zh-cn');
  try {
    await other.command('Fixture: 说');
    assert.equal(await other.notification(/World/), '你好 World');
  } finally {
    await other.close();
  }
});
