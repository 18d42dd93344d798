/** The editor's panel in a real browser, in the colours of VS Code's own themes. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { formatBytes } from '../../src/base/units.ts';
import { ROOT } from '../../src/build/run.ts';
import { QUERY_WORDS } from '../../src/protocol/heap-query.ts';
import type { PanelContent } from '../../src/protocol/panel.ts';
import { axeSource, launchBrowser } from '../support/browser.ts';
import { EDITOR_THEMES } from '../support/editor-themes.ts';
import { summarise } from '../support/fresh.ts';
import { hostileContents, manyClasses, profileContent, realDiff } from '../support/panel-data.ts';
import { withPanel } from '../support/panel-page.ts';
import { cleanReport, leakReport } from '../support/report-data.ts';

type Diff = Extract<PanelContent, { type: 'diff' }>;

let browser: Browser;
let folder: string;
let diff: Diff;
let summary: Extract<PanelContent, { type: 'summary' }>;
const report: PanelContent = { type: 'report', data: leakReport(), final: true };
const failure: PanelContent = {
  type: 'error',
  error: {
    code: 'truncated',
    message: 'a: The file ends too early.',
    kept: 'b is whole.',
    hint: 'Take c again.',
  },
};

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heapline-panel-'));
  diff = await realDiff(folder);
  const file = join(folder, '3.heapsnapshot');
  summary = { type: 'summary', summary: await summarise(file), title: '3.heapsnapshot' };
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

const bodyRows = (page: Page): Locator => page.locator('.long-table tbody tr:not(.spacer)');
async function unfoldDetails(page: Page): Promise<void> {
  const all = page.locator('details');
  await all.evaluateAll((found) => {
    for (const details of found) (details as HTMLDetailsElement).open = true;
  });
  for (const table of await page.locator('details.as-table:visible').all())
    await table.locator('table').waitFor();
}

const names = (page: Page): Promise<string[]> => page.locator('.long-table tbody th').allTextContents();

test('every place of a finding opens in the editor at its line', () =>
  withPanel(browser, {}, async ({ page, show, posted }) => {
    assert.deepEqual(await posted(), [{ type: 'ready' }]);
    await show(report);
    const opened = async (link: Locator, options?: Parameters<Locator['click']>[0]): Promise<unknown> => {
      await link.click(options);
      // What is in sight asks by itself.
      const [message, ...more] = (await posted()).filter(({ type }) => type !== 'ask');
      assert.deepEqual(more, []);
      assert.equal(message.type, 'open-site');
      if (message.type !== 'open-site') return undefined;
      return [message.site.path?.split('/').slice(-2).join('/'), message.site.line, message.beside];
    };
    const card = page.locator('#finding-0');
    assert.deepEqual(await opened(page.locator('.banner .where').first()), ['src/memory.ts', 42, false]);
    assert.deepEqual(await opened(card.locator('.site .where').first()), ['src/memory.ts', 42, false]);
    assert.deepEqual(await opened(card.locator('.site .number').first()), ['src/memory.ts', 39, false]);
    await card.getByText('As a list').click();
    assert.deepEqual(await opened(card.locator('.chain .link').nth(3)), ['src/agent.ts', 12, false]);
    assert.deepEqual(await opened(page.locator('#classes tbody .link').first(), { modifiers: ['Alt'] }), [
      'src/llm.ts',
      14,
      true,
    ]);
    const sites = await card.locator('.chain .link, .site .where').count();
    assert.ok(sites >= 9, String(sites));
    assert.equal(await page.locator('a[href^="vscode:"]').count(), 0);
    await card.getByRole('button', { name: 'Copy' }).first().click();
    assert.deepEqual(await posted(), [
      { type: 'copy', text: '/home/ada/research-agent/src/memory.ts:42:18' },
    ]);
    await card.getByRole('button', { name: 'Conversation history without a window' }).click();
    assert.deepEqual(await posted(), [{ type: 'open-rule', id: 'conversation-history' }]);
    assert.match(
      (await page.locator('#ignored li').textContent())!,
      /^schemas4\.8 kB a stepOne for each tool: tools\.json names twelve\. \(until 2027-01-31\)/,
    );
    await page.getByRole('button', { name: 'Export...' }).click();
    assert.deepEqual(await posted(), [{ type: 'command', command: 'export' }]);
  }));

test('a comparison shows totals, the time between, owners and classes', () =>
  withPanel(browser, {}, async ({ page, show, posted }) => {
    await show(diff);
    assert.equal(
      (await page.locator('h1').textContent())?.replace(/\s+/g, ' '),
      'Snapshot 2, step 4 →compared with Snapshot 5, step 12',
    );
    const turn = diff.diff.rows.find((row) => row.className === 'Turn')!;
    assert.match((await page.locator('.figures').textContent())!, /Change\+191 kB/);
    await page.locator('.timeline .between').waitFor();
    assert.equal(await page.locator('.timeline .pin.marked').count(), 2);
    const owners = page.locator('#owners tbody tr');
    assert.match(
      (await owners.first().textContent())!,
      /AgentMemory\.history\+9\.92 MB\+12\.4 MBsrc\/memory\.ts:42:18/,
    );
    assert.match((await owners.nth(3).textContent())!, /schemas.*Ignored: One for each tool/);
    assert.match((await owners.nth(4).textContent())!, /promptCache.*Looked at, no leak:/);
    await owners.nth(1).locator('.where').click();
    assert.match(JSON.stringify(await posted()), /"open-site".*src\/tools\.ts.*"line":27/);
    assert.match((await page.locator('.owner-path').textContent())!, /5,000 objects, 12\.4 MB/);
    await page.getByRole('button', { name: 'runController.signal' }).click();
    assert.match((await page.locator('.owner-path .chain .container').textContent())!, /signal/);
    assert.deepEqual((await names(page)).slice(0, 2), ['Array', 'Turn']);
    const cells = await bodyRows(page).nth(1).locator('td').allTextContents();
    assert.deepEqual(cells.slice(3), ['+1,000', '1,000', '0']);
    assert.equal(turn.deltaCount, 1000);
  }));

test('long tables are sorted, sought and told apart by growth', () =>
  withPanel(browser, {}, async ({ page, show }) => {
    await show(diff);
    await page.getByRole('button', { name: 'Constructor' }).click();
    assert.equal((await names(page))[0], '(compiled code)');
    assert.equal(await page.locator('.long-table th[aria-sort]').getAttribute('aria-sort'), 'ascending');
    await page.getByRole('button', { name: 'Constructor' }).click();
    assert.equal(await page.locator('.long-table th[aria-sort]').getAttribute('aria-sort'), 'descending');
    const all = diff.diff.rows.length;
    const grown = diff.diff.rows.filter((row) => row.deltaSize > 0 || row.deltaCount > 0).length;
    assert.ok(grown > 0 && grown < all);
    await page.getByLabel('Only what grew').check();
    assert.equal(await page.locator('.long-table [role=status]').textContent(), `${grown} of ${all} rows`);
    await page.getByLabel('Filter').fill('TUR');
    assert.deepEqual(await names(page), ['Turn']);
    await page.getByLabel('Filter').fill('nothing of that name');
    await page.getByText('Nothing here matches.').waitFor();
  }));

test('of 50,000 classes only those in sight are elements, wherever one scrolls', () =>
  withPanel(browser, {}, async ({ page, show }) => {
    const many = manyClasses(50_000);
    await show(many);
    const view = page.locator('.long-table .long');
    const few = async (): Promise<void> => {
      const count = await page.locator('#panel *').count();
      assert.ok(count < 1500, `${count} elements`);
    };
    await few();
    await view.evaluate((element) => {
      element.scrollTop = element.scrollHeight;
    });
    await page.locator('tr[aria-rowindex="50001"]').waitFor();
    await few();
    const sorted = [...many.diff.rows].sort((a, b) => b.deltaSize - a.deltaSize);
    assert.equal(
      (await bodyRows(page).last().locator('td').first().textContent())?.replace(/\s/g, ' '),
      formatBytes(sorted.at(-1)!.deltaSize),
    );
    await view.evaluate((element) => {
      element.scrollTop = element.scrollHeight / 2;
    });
    await page.locator('tr[aria-rowindex="25000"]').waitFor();
    await few();
    // What is drawn covers what is seen.
    const covered = await view.evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      const rows = [...element.querySelectorAll('tbody tr:not(.spacer)')].map((row) =>
        row.getBoundingClientRect(),
      );
      return rows[0].top <= top + 27 && rows[rows.length - 1].bottom >= bottom - 15;
    });
    assert.ok(covered);
    await page.getByLabel('Filter').fill('class4999');
    assert.equal(await page.locator('.long-table [role=status]').textContent(), '11 of 50,000 rows');
    assert.equal(await view.evaluate((element) => element.scrollTop), 0);
  }));

test('what was chosen is there again after the page was away', () =>
  withPanel(browser, {}, async ({ page, show, state, reload }) => {
    const source = { type: 'report', dir: '/rec.heapline' } as const;
    await show(report, source);
    await page.locator('#finding-1 .fold').click();
    await page.locator('#finding-0 .fold').click();
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await page.locator('#classes').getByRole('button', { name: 'Constructor' }).click();
    await page.getByLabel('Filter').fill('tool');
    const bands = await page.locator('.timeline .band').count();
    await page.evaluate(() => window.scrollTo(0, 700));
    await page.waitForFunction(() => JSON.parse(sessionStorage.getItem('state')!).scroll === 700);
    assert.deepEqual((await state())?.source, source);
    await reload();
    await show({ type: 'loading', title: 'Analysing rec', phase: 'Starting' });
    await show(report);
    assert.equal(await page.locator('.timeline .band').count(), bands);
    assert.ok(await page.locator('#finding-1 .body').isVisible());
    assert.ok(await page.locator('#finding-0 .body').isHidden());
    assert.deepEqual(await page.locator('#classes tbody th').allTextContents(), ['ToolCall', 'ToolRun']);
    assert.equal(await page.getByLabel('Filter').inputValue(), 'tool');
    assert.equal(await page.evaluate(() => window.scrollY), 700);
    assert.deepEqual((await state())?.source, source);
  }));

test('a long table is where it was left', () =>
  withPanel(browser, {}, async ({ page, show, reload }) => {
    const many = manyClasses(5000);
    await show(many);
    await page.getByLabel('Filter').fill('class1');
    await page.getByRole('button', { name: 'Constructor' }).click();
    await page.locator('.long-table .long').evaluate((element) => {
      element.scrollTop = 2600;
    });
    await page.locator('tr[aria-rowindex="102"]').waitFor();
    const seen = await page.locator('tr[aria-rowindex="102"]').textContent();
    await reload();
    await show(many);
    assert.equal(await page.locator('tr[aria-rowindex="102"]').textContent(), seen);
    assert.equal(await page.locator('.long-table .long').evaluate((element) => element.scrollTop), 2600);
  }));

test('a newer verdict takes the older one’s place, and the reader keeps theirs', () =>
  withPanel(browser, {}, async ({ page, show }) => {
    await show({ ...report, final: false } as PanelContent);
    await page.getByText('Still recording').waitFor();
    await page.getByLabel('Filter').fill('tool');
    await page.locator('#finding-2 .fold').click();
    const data = leakReport();
    data.findings.findings.reverse();
    await show({ type: 'report', data, final: true });
    await page.getByText('Still recording').waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'BODY');
    // It is known by what it is, not by its rank.
    assert.ok(await page.locator('#finding-0 .body').isVisible());
    assert.equal(await page.getByLabel('Filter').inputValue(), 'tool');
    await page.getByLabel('Filter').focus();
    await show(report);
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'class-filter');
  }));

test('loading shows its phase and can be cancelled, an error can be tried again', () =>
  withPanel(browser, {}, async ({ page, show, posted }) => {
    await posted();
    await show({ type: 'loading', title: 'Reading a', phase: 'reading', done: 10, total: 40 });
    const bar = page.getByRole('progressbar');
    assert.equal(await bar.evaluate((element) => (element as HTMLProgressElement).value), 10);
    await page.getByRole('button', { name: 'Cancel' }).focus();
    await show({ type: 'loading', title: 'Reading a', phase: 'dominators' });
    await page.getByText('dominators').waitFor();
    assert.equal(await bar.getAttribute('value'), null);
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Cancel');
    await page.keyboard.press('Enter');
    assert.deepEqual(await posted(), [{ type: 'cancel' }]);
    await show(failure);
    const alert = (await page.getByRole('alert').textContent())!;
    assert.match(
      alert,
      /What happeneda: The file ends too early\.What was keptb is whole\.What to doTake c again\./,
    );
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('button', { name: 'Open the log' }).click();
    assert.deepEqual(await posted(), [{ type: 'retry' }, { type: 'command', command: 'openLog' }]);
    await show({ type: 'error', error: { code: 'cancelled', message: 'Cancelled.' } });
    assert.equal(await page.getByRole('alert').count(), 0);
    await page.getByRole('heading', { name: 'Cancelled' }).waitFor();
  }));

test('a snapshot and a profile by themselves', () =>
  withPanel(browser, {}, async ({ page, show, posted }) => {
    await show(summary);
    assert.match((await page.locator('.figures').textContent())!, /Objects\d+,\d+/);
    await page.getByLabel('Filter').fill('conversation');
    assert.deepEqual(await names(page), ['Conversation']);
    assert.equal((await bodyRows(page).locator('td').nth(2).textContent())!, '1');
    await show(profileContent());
    await page.getByLabel('Filter').fill('');
    assert.deepEqual(await names(page), ['AgentMemory.add', '(anonymous)', 'main']);
    await page.getByRole('button', { name: 'With what it calls' }).click();
    assert.equal((await names(page))[0], 'main');
    await posted();
    await page.getByRole('button', { name: 'AgentMemory.add' }).click();
    assert.match(JSON.stringify(await posted()), /open-site.*memory\.ts.*"line":42/);
  }));

test('nothing to show is said', () =>
  withPanel(browser, {}, async ({ page, show }) => {
    const none = { ...diff.diff, rows: [] };
    await show({ ...diff, diff: none, report: undefined, numbers: undefined });
    await page.getByText('Nothing changed between the two snapshots.').waitFor();
    await page.getByText('Owners and lines are known for snapshots of one recording').waitFor();
    await show({ ...diff, report: undefined, pending: true });
    await page.getByText('Looking for the owners...').waitFor();
    const quiet = cleanReport();
    quiet.findings.notLeaks = [];
    await show({ ...diff, report: quiet });
    await page.getByText('No owner of growing memory was found.').waitFor();
  }));

test('hostile strings stay text', () =>
  withPanel(browser, {}, async ({ page, show }) => {
    for (const content of hostileContents()) {
      await show(content);
      assert.equal(await page.evaluate(() => '__owned' in window), false);
      assert.equal(await page.locator('#panel :is(img, script, b, iframe, style)').count(), 0, content.type);
      const text = await page.evaluate(() => document.body.innerText);
      assert.doesNotMatch(text, /[\u202e\u2066\u200b\u2028\x1b]/);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${content.type} is ${wide} px too wide`);
    }
  }));

/** What stands for itself in every language. */
const UNTRANSLATED = /^(⤢|RSS|GC|Heapline|Promise|[\d.,\s%+−-]*|≤ .*|[\d.]+ (s|ms|[kMG]?B))$/;

test('words are in the reader’s language', () => {
  const path = join(ROOT, 'media', 'l10n', 'bundle.l10n.zh-cn.json');
  const text = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  const isQueryWord = (label: string): boolean => QUERY_WORDS.some(({ word }) => word === label);
  return withPanel(browser, { text }, async ({ page, show }) => {
    const loading: PanelContent = { type: 'loading', title: 'a', phase: 'a.heapsnapshot: reading' };
    const contents = [diff, report, { ...report, final: false } as PanelContent, summary, profileContent()];
    for (const content of [...contents, failure, loading]) {
      await show(content);
      await unfoldDetails(page);
      const labels = await page
        .locator(
          'h2, h3, h4, th[scope=col], dt, label, summary, caption, .button, .tag, .origin, .legend li, .role',
        )
        .or(page.locator('.toggle button, [role=status], .names text, .axis-name, .owners em'))
        .evaluateAll((all) => all.map((element) => element.textContent ?? ''));
      const spoken = await page
        .locator('[aria-label]')
        .evaluateAll((all) => all.map((element) => element.getAttribute('aria-label') ?? ''));
      const findings = /^\d(AgentMemory|runController|modelCache)/;
      const english = [...labels, ...spoken].filter(
        (label) =>
          !isQueryWord(label) &&
          !/\p{Script=Han}/u.test(label) &&
          !UNTRANSLATED.test(label) &&
          !findings.test(label),
      );
      assert.deepEqual(english, [], content.type);
    }
    await show(diff);
    await page.getByLabel('筛选').fill('turn');
    const count = new RegExp(`\\b1\\b.*${diff.diff.rows.length}|${diff.diff.rows.length}.*\\b1\\b`);
    assert.match((await page.locator('.long-table [role=status]').textContent())!, count);
  });
});

for (const theme of Object.keys(EDITOR_THEMES)) {
  for (const width of [1400, 420]) {
    test(`axe finds nothing to mend: ${theme}, ${width} wide`, () =>
      withPanel(browser, { theme, viewport: { width, height: 900 } }, async ({ page, show }) => {
        const opened = leakReport();
        const contents = [diff, { ...report, data: opened, final: false } as PanelContent, summary, failure];
        for (const content of contents) {
          await show(content);
          const folded = page.locator('.fold[aria-expanded=false]');
          while (await folded.count()) await folded.first().click();
          await unfoldDetails(page);
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
          assert.deepEqual(found, [], content.type);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(wide <= 0, `${content.type} is ${wide} px too wide`);
        }
      }));
  }
}
