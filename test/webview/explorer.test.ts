/** The explorer in a real browser: classes, objects, the inspector, queries, of real snapshots and of awkward ones. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { engineHandlers } from '../../src/engine/handlers.ts';
import { OpenHeaps } from '../../src/engine/heap/open-heaps.ts';
import type { NodeRow, Range } from '../../src/protocol/heap-rows.ts';
import type { PanelContent } from '../../src/protocol/panel.ts';
import { toWire } from '../../src/protocol/rpc.ts';
import { axeSource, launchBrowser } from '../support/browser.ts';
import { realDiff } from '../support/panel-data.ts';
import { type Question, withPanel } from '../support/panel-page.ts';
import { HOSTILE } from '../support/report-data.ts';

let browser: Browser;
let folder: string;
let files: string[];
let heaps: OpenHeaps;
let diff: PanelContent;
let summary: PanelContent;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heapline-explorer-'));
  const { report, numbers, ...real } = await realDiff(folder);
  diff = real;
  files = [1, 3].map((n) => join(folder, `${n}.heapsnapshot`));
  heaps = new OpenHeaps({ maxBytes: 1e9 });
  const asked = await engineHandlers(heaps).summary({ file: files[1] }, {});
  summary = { type: 'summary', summary: asked, title: '3.heapsnapshot' };
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  heaps?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** As the editor does. */
async function answer({ question, params, earlier }: Question): Promise<object> {
  const handler = engineHandlers(heaps)[`heap/${question}`] as (params: object, task: object) => unknown;
  const [file, before] = earlier ? files : [...files].reverse();
  try {
    return { result: await handler({ ...params, file, before }, {}) };
  } catch (error) {
    return { error: toWire(error) };
  }
}

const active = (page: Page): Promise<string> =>
  page.locator('tr.active').evaluate((row) => `${row.getAttribute('aria-level')} ${row.textContent}`);
const isActive = (page: Page, text: string | RegExp): Promise<void> =>
  page.locator('tr.active').filter({ hasText: text }).waitFor();

test('by keyboard from a class to its new objects, their fields, and the inspector', () =>
  withPanel(browser, { answer }, async ({ page, show, posted }) => {
    await show(diff);
    await posted();
    await page.locator('.long-table [role=treegrid]').focus();
    await page.keyboard.type('turn');
    await isActive(page, 'Turn');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await isActive(page, /^New1,000 objects/);
    await page.keyboard.press('ArrowRight');
    await page.locator('tr[aria-level="3"][aria-setsize="1000"]').first().waitFor();
    await page.keyboard.press('ArrowRight');
    await isActive(page, /Turn \{text: "turn \d+"/);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await isActive(page, 'Fields');
    await page.keyboard.press('ArrowRight');
    await page
      .locator('tr[aria-level="5"]')
      .filter({ hasText: /\.text\s*"turn \d+"/ })
      .waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    assert.match(await active(page), /^3 Turn/);
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Copy @id' }).click();
    const [copied] = await posted();
    assert.ok(copied.type === 'copy' && /^@\d+$/.test(copied.text));
    await page.keyboard.press('Enter');
    const inspector = page.locator('#inspector');
    await inspector
      .locator('h3')
      .filter({ hasText: `Turn ${copied.text}` })
      .waitFor();
    assert.match((await inspector.locator('dl').textContent())!, /DominatorArray @\d+/);
    await inspector.locator('dd .link').click();
    await inspector.locator('h3').filter({ hasText: 'Array @' }).waitFor();
    await inspector.getByRole('button', { name: 'Back' }).click();
    await inspector
      .locator('h3')
      .filter({ hasText: `Turn ${copied.text}` })
      .waitFor();
    assert.ok(await inspector.getByRole('button', { name: 'Forward' }).isEnabled());
  }));

test('what is gone is asked of the earlier of two', () =>
  withPanel(browser, { answer }, async ({ page, show }) => {
    await show(diff);
    await page.getByLabel('Filter').fill('Passing');
    await page.locator('.long-table .twisty').first().click();
    await page.locator('tr').filter({ hasText: 'Gone30 objects' }).locator('.twisty').click();
    await page.locator('tr[aria-level="3"][aria-setsize="30"]').first().waitFor();
  }));

test('a query is completed, answered, and told where it is none; all is there after the page was away', () =>
  withPanel(browser, { answer }, async ({ page, show, reload }) => {
    await show(summary);
    const field = page.locator('#query');
    await field.fill('retained>100 class:Tur');
    const offered = page.locator('#query-words option');
    assert.equal(await offered.first().getAttribute('value'), 'retained>100 class:Turn');
    await field.fill('retained>100 class:Turn');
    await field.press('Enter');
    await page.getByText(/^1,500 objects: retained/).waitFor();
    await page.locator('.long-table').getByLabel('Filter').fill('conversation');
    await page.locator('.long-table .twisty').click();
    await page.locator('.long-table tr[aria-level="2"]').filter({ hasText: 'history: Array' }).waitFor();
    await page.locator('.long-table tr[aria-level="2"]').first().dblclick();
    await page.locator('#inspector h3').filter({ hasText: 'Conversation @' }).waitFor();
    await reload();
    await show(summary);
    await page.getByText(/^1,500 objects: retained/).waitFor();
    await page.locator('.long-table tr[aria-level="2"]').filter({ hasText: 'history: Array' }).waitFor();
    await page.locator('#inspector h3').filter({ hasText: 'Conversation @' }).waitFor();
    await field.fill('colour:red');
    await field.press('Enter');
    await page.getByText('`colour:red` is no condition on objects.').waitFor();
    await field.fill('@1');
    await field.press('Enter');
    await page.locator('#inspector h3').filter({ hasText: '@1' }).waitFor();
    await page.locator('#inspect-id').fill('@999999999');
    await page.locator('#inspect-id').press('Enter');
    await page.getByText(/has no object @999999999/).waitFor();
    await page.getByRole('button', { name: 'Find duplicate strings' }).click();
    await page.getByText(/^\d+ texts, .* wasted$/).waitFor();
  }));

const nodeRow = (i: number, preview = `Item ${i}`): NodeRow => ({
  nodeId: 2 * i + 1,
  className: 'Item',
  type: 'object',
  preview,
  selfSize: 8,
  retainedSize: 8,
  distance: 3,
});

for (const total of [1_000_000, 9_000_000]) {
  test(`of ${total} objects the right ones are in sight wherever one scrolls`, () => {
    const many = async ({ params }: Question): Promise<object> => {
      const { start, count } = (params as { range: Range }).range;
      const length = Math.max(0, Math.min(count, total - start));
      const rows = Array.from({ length }, (_, i) => nodeRow(start + i));
      return { result: { total, start, rows, selfSize: 0, retainedSize: 0 } };
    };
    return withPanel(browser, { answer: many }, async ({ page, show }) => {
      await show({
        type: 'summary',
        title: 'a',
        summary: { ...(summary as never as { summary: object }).summary, fileBytes: 1e9 } as never,
      });
      await page.locator('#query').fill('class:Item');
      await page.locator('#query').press('Enter');
      const table = page.locator('#found-grid');
      await table.getByText('Item 3', { exact: true }).waitFor();
      assert.equal(await table.getAttribute('aria-rowcount'), String(total + 1));
      const view = page.locator('#objects .long');
      await table.focus();
      await page.keyboard.press('End');
      await table.getByText(`Item ${total - 1}`, { exact: true }).waitFor();
      await isActive(page, `Item ${total - 1}`);
      await page.keyboard.press('ArrowUp');
      await isActive(page, `Item ${total - 2}`);
      await page.keyboard.press('Home');
      await isActive(page, 'Item 0');
      for (const share of [0.25, 0.5, 0.9]) {
        await view.evaluate((element, at) => {
          element.scrollTop = element.scrollHeight * at;
        }, share);
        await page.waitForFunction(
          (least) => {
            const rows = [...document.querySelectorAll('#found-grid tbody tr[aria-rowindex]')];
            const view = document.querySelector('#objects .long')!.getBoundingClientRect();
            const covers =
              rows[0].getBoundingClientRect().top <= view.top + 27 &&
              rows[rows.length - 1].getBoundingClientRect().bottom >= view.bottom - 20;
            return (
              covers &&
              rows.every((row) => {
                const place = Number(row.getAttribute('aria-rowindex')) - 2;
                return place > least && row.querySelector('.value')?.textContent === `Item ${place}`;
              })
            );
          },
          total * share * 0.98 - 100,
        );
      }
      assert.ok((await page.locator('#panel *').count()) < 3000);
    });
  });
}

test('hostile texts, one of them of 10 MB, are text and come in parts; a slow answer can be cancelled', () => {
  const long = `<img src=x onerror="window.__owned = 1">\u202e${'x'.repeat(10e6)}`;
  let cancelled = 0;
  const hostile = async ({ question, params }: Question): Promise<object> => {
    const { range } = params as { range: Range };
    const strings = Object.values(HOSTILE);
    if (question === 'text')
      return {
        result: {
          total: long.length,
          start: range.start,
          text: long.slice(range.start, range.start + range.count),
        },
      };
    if (question === 'node')
      return {
        result: {
          ...nodeRow(1, strings[0]),
          type: 'string',
          name: '',
          edgeCount: 1,
          retainerCount: 1,
          dominatedCount: 0,
          dominator: nodeRow(2),
        },
      };
    if (question === 'strings') return new Promise(() => cancelled++);
    const rows = strings.map((text, i) => ({ ...nodeRow(i, text), className: text }));
    const found =
      question === 'nodes' ? rows : rows.map((node) => ({ edge: node.preview, edgeType: 'property', node }));
    return { result: { total: rows.length, start: 0, rows: found, selfSize: 0, retainedSize: 0 } };
  };
  return withPanel(browser, { answer: hostile }, async ({ page, show, posted }) => {
    await show(summary);
    await page.locator('#query').fill('class:Item');
    await page.locator('#query').press('Enter');
    await page.locator('#found-grid .twisty').first().click();
    await page.locator('#inspect-id').fill('@3');
    await page.locator('#inspect-id').press('Enter');
    await page.getByText('Characters 1 to 2,000 of 10,000,0').waitFor();
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByText('Characters 1 to 50,000 of').waitFor();
    await page.getByRole('button', { name: 'Next part' }).click();
    await page.getByText('Characters 50,001 to 100,000 of').waitFor();
    assert.equal(await page.evaluate(() => '__owned' in window), false);
    assert.equal(await page.locator('#panel :is(img, script, b, iframe, style)').count(), 0);
    assert.doesNotMatch(await page.evaluate(() => document.body.innerText), /[\u202e\u2066\u200b\u2028\x1b]/);
    assert.ok((await page.evaluate(() => document.body.innerText.length)) < 200_000);
    await page.getByRole('button', { name: 'Find duplicate strings' }).click();
    await page.locator('#duplicates').getByRole('button', { name: 'Cancel' }).click();
    assert.ok((await posted()).some(({ type }) => type === 'cancel-ask'));
    assert.equal(cancelled, 1);
  });
});

for (const theme of ['Dark Modern', 'Light Modern', 'High Contrast', 'High Contrast Light']) {
  test(`axe finds nothing to mend in the explorer: ${theme}`, () =>
    withPanel(
      browser,
      { theme, answer, viewport: { width: theme === 'Dark Modern' ? 420 : 1400, height: 900 } },
      async ({ page, show }) => {
        await show(summary);
        await page.locator('#query').fill('class:Turn');
        await page.locator('#query').press('Enter');
        await page.locator('#found-grid .twisty').first().click();
        await page.locator('#found-grid tr[aria-level="2"]').first().click();
        await page.locator('#found-grid tr[aria-level="1"]').first().dblclick();
        await page.locator('#inspected-grid tr[aria-level="2"]').first().waitFor();
        await page.locator('.query-help summary').click();
        await page.locator('#found-grid').focus();
        await page.evaluate(await axeSource());
        const found = await page.evaluate(async () => {
          const { axe } = globalThis as unknown as {
            axe: {
              run(): Promise<{
                violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
              }>;
            };
          };
          const { violations } = await axe.run();
          return violations.map(
            ({ id, nodes }) =>
              `${id} (${nodes.length}): ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary}`,
          );
        });
        assert.deepEqual(found, []);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${wide} px too wide`);
      },
    ));
}
