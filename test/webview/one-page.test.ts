/** The report as one page: links to its parts, what a step left behind, classes by conditions and what holds them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { engineHandlers } from '../../src/engine/handlers.ts';
import { OpenHeaps } from '../../src/engine/heap/open-heaps.ts';
import type { Ledger, LedgerRow } from '../../src/protocol/ledger.ts';
import type { PanelContent } from '../../src/protocol/panel.ts';
import { toWire } from '../../src/protocol/rpc.ts';
import { axeSource, launchBrowser } from '../support/browser.ts';
import { leakySnapshots } from '../support/leaky-snapshots.ts';
import { type PanelOptions, type Question, withPanel } from '../support/panel-page.ts';
import { leakReport } from '../support/report-data.ts';

let browser: Browser;
let folder: string;
let files: string[];
let heaps: OpenHeaps;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heapline-page-'));
  ({ files } = leakySnapshots(folder));
  heaps = new OpenHeaps({ maxBytes: 1e9 });
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  heaps?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

async function answer({ question, params }: Question): Promise<object> {
  const handler = engineHandlers(heaps)[`heap/${question}`] as (params: object, task: object) => unknown;
  try {
    return { result: await handler({ ...params, file: files[2], before: files[0] }, {}) };
  } catch (error) {
    return { error: toWire(error) };
  }
}

function modelCall(number: number, bytes: number): LedgerRow {
  return {
    kind: 'model',
    number,
    count: 1,
    from: number * 1000,
    to: number * 1000 + 500,
    durationMs: 500,
    allocated: 2 * bytes,
    live: { bytes, low: bytes / 2, high: 2 * bytes },
    modelCalls: 1,
    toolCalls: 0,
    failed: 0,
  };
}

/** Of three model calls; the second left most behind. */
function ledger(): Ledger {
  const calls = [modelCall(1, 1e5), modelCall(2, 9e5), modelCall(3, 2e5)];
  const none = { total: 0, rows: [] };
  const site = leakReport().findings.findings[0].storeSite!;
  return {
    format: 'heapline-ledger/1',
    at: { snapshot: 5, t: 4000 },
    samplingInterval: 4096,
    live: { total: 1.3e6, inSpans: 1.2e6, byCohorts: true },
    stepsAre: 'seen',
    sessions: none,
    runs: none,
    tools: none,
    models: none,
    steps: { total: 3, rows: calls },
    heat: {
      columns: calls.map(({ number, from, to }) => ({ first: number, last: number, from, to: to! })),
      rows: [
        { function: 'AgentMemory.add', site, cells: [8e4, 8e5, 0], total: 8.8e5 },
        { function: 'parse', cells: [0, 1e5, 2e5], total: 3e5 },
        { function: 'once', cells: [2e4, 0, 0], total: 2e4 },
      ],
      others: 0,
    },
    notes: [],
  };
}

function content(): Extract<PanelContent, { type: 'report' }> {
  const data = leakReport();
  data.ledger = ledger();
  return { type: 'report', data, final: true };
}

const asking: PanelOptions = { answer };

test('the parts of the page are linked to, and the next Tab goes on from there', () =>
  withPanel(browser, asking, async ({ page, show }) => {
    await show(content());
    const links = page.getByRole('navigation', { name: 'On this page' }).getByRole('link');
    assert.deepEqual(await links.allTextContents(), [
      'Memory over time',
      'What leaks',
      'Ignored',
      'What each step left behind',
      'Memory by step',
      'What retains most',
      'Classes that grew most',
      'Looked at, and fine',
      'How it was measured',
    ]);
    await links.filter({ hasText: 'Classes' }).press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'classes');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'class-filter');
  }));

test('a cell of the heat map lists what is alive of its step, with its line', () =>
  withPanel(browser, {}, async ({ page, show, posted }) => {
    await show(content());
    const part = page.locator('#heat-map');
    const map = part.locator('svg');
    await map.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    assert.equal(await part.getByRole('status').textContent(), 'model call 2: 100 kB from parse alive');
    await page.keyboard.press('Enter');
    assert.equal(await part.locator('caption').textContent(), 'Alive of model call 2');
    const rows = part.locator('.survivors tbody tr');
    assert.deepEqual(await rows.locator('th').allTextContents(), ['parse', 'AgentMemory.add']);
    assert.match((await rows.nth(1).textContent())!, /src\/memory\.ts:42:18800 kB$/);
    await posted();
    await rows.nth(1).locator('.link').click();
    assert.match(JSON.stringify(await posted()), /"open-site".*memory\.ts","line":42/);
    await page.keyboard.press('Escape');
    // By the pointer: the last cell of the first row, of which nothing is alive.
    const box = (await map.boundingBox())!;
    await map.click({ position: { x: box.width - 8, y: 8 } });
    assert.deepEqual(await rows.locator('th').allTextContents(), ['parse']);
    assert.ok(await page.locator('#ledger table').isHidden(), 'the table is folded below the picture');
    await page.locator('#ledger summary').first().click();
    assert.equal(await page.locator('#ledger tbody tr').count(), 3);
    await part.locator('.as-table summary').click();
    assert.equal(await part.locator('.as-table th').first().textContent(), 'Model call');
  }));

test('classes are filtered by conditions, and a word that is none is told', () =>
  withPanel(browser, {}, async ({ page, show }) => {
    await show(content());
    const part = page.locator('#classes');
    const field = part.getByLabel('Filter');
    const names = (): Promise<string[]> => part.locator('tbody th').allTextContents();
    await field.fill('/^Tool/ count>0');
    assert.deepEqual(await names(), ['ToolCall', 'ToolRun']);
    await field.fill('size>1TB');
    assert.deepEqual(await names(), []);
    await field.fill('colour:red');
    assert.match((await part.getByRole('status').textContent())!, /`colour:red` is no condition.*count>100/);
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    await field.fill('grown');
    assert.ok((await names()).includes('Message'));
    assert.equal(await field.getAttribute('aria-invalid'), null);
  }));

test('what holds the objects of a class is drawn from its row', () =>
  withPanel(browser, asking, async ({ page, show }) => {
    const report = content();
    report.data.classes.rows[0].className = 'Turn';
    await show(report);
    await page.getByRole('button', { name: 'Holders of Turn', exact: true }).click();
    await page.getByText(/^Ways from roots to \d[\d,]* of 1,500 objects/).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'cluster');
    await page.locator('#cluster-path .node').filter({ hasText: 'Turn' }).first().waitFor();
    const asked = await engineHandlers(heaps).summary({ file: files[2] }, {});
    await show({ type: 'summary', summary: asked, title: '3.heapsnapshot' });
    await page.locator('.long-table').getByLabel('Filter').fill('class:Turn retained>1');
    await page.locator('.long-table [role=treegrid]').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Show what holds them' }).click();
    await page.locator('#cluster-path .node').first().waitFor();
  }));

test('without a timeline two snapshots are chosen below the classes', () =>
  withPanel(browser, {}, async ({ page, show, posted }) => {
    const report = content();
    report.data.timeline.memory = [];
    await show(report);
    assert.equal(await page.locator('#timeline').count(), 0);
    const ends = page.getByRole('group', { name: 'Compare two snapshots' });
    const [first, second] = report.data.timeline.snapshots.map(({ index }) => index);
    await ends.getByLabel('The earlier snapshot').selectOption(String(second));
    await ends.getByLabel('The later snapshot').selectOption(String(first));
    await posted();
    await ends.getByRole('button', { name: 'Compare' }).click();
    assert.deepEqual(await posted(), [{ type: 'compare', before: first, after: second }]);
  }));

for (const theme of ['Light 2026', 'Dark Modern', 'High Contrast', 'High Contrast Light']) {
  test(`axe finds nothing to mend: ${theme}`, () =>
    withPanel(
      browser,
      { ...asking, theme, viewport: { width: 420, height: 900 } },
      async ({ page, show }) => {
        const report = content();
        report.data.classes.rows[0].className = 'Turn';
        await show(report);
        await page.locator('#heat-map svg').press('ArrowRight');
        await page.locator('#heat-map svg').press('Enter');
        await page.locator('#ledger summary').first().click();
        await page.getByRole('button', { name: 'Holders of Turn', exact: true }).click();
        await page.locator('#cluster-path .node').first().waitFor();
        await page.getByLabel('Filter').fill('colour:red');
        await page.evaluate(await axeSource());
        const found = await page.evaluate(async () => {
          const { axe } = globalThis as unknown as {
            axe: { run(): Promise<{ violations: { id: string; nodes: { failureSummary: string }[] }[] }> };
          };
          return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0].failureSummary}`);
        });
        assert.deepEqual(found, []);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${wide} px too wide`);
      },
    ));
}
