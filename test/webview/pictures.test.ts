/** The pictures in a real browser, of real snapshots: what retains most, who holds what, where it was allocated. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { engineHandlers } from '../../src/engine/handlers.ts';
import { OpenHeaps } from '../../src/engine/heap/open-heaps.ts';
import type { PanelContent } from '../../src/protocol/panel.ts';
import { toWire } from '../../src/protocol/rpc.ts';
import { axeSource, launchBrowser } from '../support/browser.ts';
import { leakySnapshots } from '../support/leaky-snapshots.ts';
import { hostileContents, profileContent } from '../support/panel-data.ts';
import { type PanelOptions, type Question, withPanel } from '../support/panel-page.ts';
import { leakReport } from '../support/report-data.ts';

let browser: Browser;
let folder: string;
let files: string[];
let heaps: OpenHeaps;
let report: PanelContent;
let summary: PanelContent;
let axe: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heapline-pictures-'));
  const leaky = leakySnapshots(folder);
  ({ files } = leaky);
  heaps = new OpenHeaps({ maxBytes: 1e9 });
  // The finding is of the array that grows in these snapshots.
  const data = leakReport();
  data.classes.snapshots = [1, 2, 3];
  const [finding] = data.findings.findings;
  for (const entry of finding.retainingPath)
    if (entry.nodeId === finding.owner.nodeId) entry.nodeId = leaky.historyId;
  finding.owner.nodeId = leaky.historyId;
  report = { type: 'report', data, final: true };
  const asked = await engineHandlers(heaps).summary({ file: files[2] }, {});
  summary = { type: 'summary', summary: asked, title: '3.heapsnapshot' };
  browser = await launchBrowser();
  axe = await axeSource();
});

after(async () => {
  await browser?.close();
  heaps?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** As the editor does: which file is asked is not the page's to say. */
async function answer({ question, params, snapshot, against }: Question): Promise<object> {
  const handlers = engineHandlers(heaps);
  const handler = handlers[`heap/${question}`] as (params: object, task: object) => Promise<unknown>;
  const before = against === undefined ? undefined : files[against - 1];
  try {
    return { result: await handler({ ...params, file: files[(snapshot ?? 3) - 1], before }, {}) };
  } catch (error) {
    return { error: toWire(error) };
  }
}

const asking: PanelOptions = { answer };
/** Boxes or nodes whose name begins so. */
const named = (within: Locator, kind: 'cell' | 'node', name: string): Locator =>
  within
    .locator(`.${kind}`)
    .filter({ has: within.page().locator(`title:text-matches("^${name.replaceAll('.', '\\\\.')}")`) });
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => document.activeElement?.querySelector('title')?.textContent ?? '');

test('what retains most is asked for, looked into, and told in a table', () =>
  withPanel(browser, asking, async ({ page, show }) => {
    await show(report);
    const boxes = page.locator('#retained');
    await page.locator('#heap-boxes').scrollIntoViewIfNeeded();
    await boxes.locator('.cell').first().waitFor();
    assert.ok((await boxes.locator('.cell').count()) > 30);
    assert.match(
      (await boxes.locator('.chosen-box').textContent())!,
      /The whole heap.*Retained size.*100 %.*Growth/,
    );
    // Into the conversation, whose history has grown.
    await named(boxes, 'cell', '.session').click({ position: { x: 20, y: 6 } });
    await boxes.locator('.crumbs [aria-current]', { hasText: '.session' }).waitFor();
    const turns = named(boxes, 'cell', 'Turn, 1,500 objects');
    await turns.click({ position: { x: 20, y: 6 } });
    assert.deepEqual(await boxes.locator('.crumbs li').allTextContents(), [
      'The whole heap',
      'global',
      '.session',
      '.history',
      'Turn',
    ]);
    await page.mouse.move(5, 5);
    assert.match((await boxes.locator('.chosen-box').textContent())!, /Turn1,500 objects.*Growth \+/);
    await boxes.getByText('As a table').click();
    const rows = boxes.locator('.as-table tbody tr');
    assert.match((await rows.first().textContent())!, /^Turn.*1,500/);
    await page.keyboard.press('Tab');
    await boxes.locator('.crumbs button').first().click();
    assert.match((await rows.first().textContent())!, /^The whole heap/);
    await boxes.getByRole('button', { name: 'By growth' }).click();
    assert.ok((await boxes.locator('.cell.grown').count()) > 0);
    assert.match((await boxes.locator('.modules').textContent())!, /Grown/);
    await boxes.getByRole('button', { name: 'Icicle' }).click();
    const [first, second] = await boxes.locator('.cell rect').all();
    const [outer, inner] = [(await first.boundingBox())!, (await second.boundingBox())!];
    assert.ok(inner.y > outer.y && inner.width <= outer.width);
  }));

test('boxes are walked by the keyboard, and more of them asked for', () =>
  withPanel(browser, asking, async ({ page, show }) => {
    await show(summary);
    const boxes = page.locator('#retained');
    await boxes.locator('.cell').first().waitFor();
    await boxes.locator('.cell[tabindex="0"]').focus();
    const whole = await focused(page);
    assert.match(whole, /^The whole heap/);
    await page.keyboard.press('ArrowDown');
    const first = await focused(page);
    assert.notEqual(first, whole);
    await page.keyboard.press('ArrowRight');
    const second = await focused(page);
    assert.ok(second !== first && second !== whole);
    await page.keyboard.press('ArrowLeft');
    assert.equal(await focused(page), first);
    await page.keyboard.press('Enter');
    await boxes.locator('.crumbs li').nth(1).waitFor();
    assert.equal(await focused(page), first);
    await page.keyboard.press('Escape');
    assert.equal(await focused(page), whole);
    assert.equal(await boxes.locator('.crumbs li').count(), 1);
    // Down the largest of each, as far as what the page was given, and further.
    let depth = 0;
    for (let more = true; more && depth < 9; depth++) {
      const before = await boxes.locator('.crumbs li').count();
      const inside = boxes.locator('.cell.openable:not([aria-level="1"])');
      more = (await inside.count()) > 0;
      if (!more) break;
      await inside.first().focus();
      await inside.first().dispatchEvent('click');
      await boxes.locator('.crumbs li').nth(before).waitFor();
      await boxes.getByText('Loading...').waitFor({ state: 'detached' });
    }
    assert.ok(depth >= 3, String(depth));
  }));

test('who holds what grows is walked, opened, and asked for more', () =>
  withPanel(browser, asking, async ({ page, show, posted }) => {
    await show(report);
    await posted();
    const graph = page.locator('#finding-0-body-path');
    await graph.locator('.node').first().waitFor();
    assert.equal(await graph.locator('.node').count(), 8);
    assert.match((await graph.locator('.link.growing').textContent())!, /\[0 … 4999\].*\+500 a step/);
    for (const kind of ['user', 'library', 'runtime'])
      assert.ok(await graph.locator(`.node.${kind}`).count());
    await graph.locator('.node[tabindex="0"]').focus();
    assert.match(await focused(page), /^history, Array, through \.history of memory/);
    await page.keyboard.press('ArrowUp');
    assert.match(await focused(page), /^memory, AgentMemory.*src\/memory\.ts:16:14$/);
    await page.keyboard.press('Enter');
    const [opened] = await posted();
    assert.ok(opened.type === 'open-site' && opened.site.line === 16);
    await page.keyboard.press('ArrowDown');
    const before = await graph.locator('.node').count();
    await graph.getByRole('button', { name: 'Other holders' }).click();
    // The array of the real snapshot is held by the conversation.
    const holder = named(graph, 'node', 'Conversation');
    await holder.waitFor();
    assert.ok((await graph.locator('.node').count()) > before);
    assert.equal(await graph.getByRole('button', { name: 'Other holders' }).count(), 0);
    await graph.getByRole('button', { name: 'Other ways to it' }).click();
    await graph
      .locator('.node')
      .nth(before + 1)
      .waitFor();
    await holder.click();
    assert.match((await graph.locator('.chosen-box').textContent())!, /Conversation @\d+.*Retained size/);
    const [frame, box] = [
      (await graph.locator('.graph-frame').boundingBox())!,
      (await holder.boundingBox())!,
    ];
    assert.ok(box.x >= frame.x && box.y >= frame.y - 1, 'the chosen one is in sight');
    assert.equal(await graph.locator('.node.chosen').count(), 1);
  }));

test('an object with 100,000 retainers is drawn with some of them', () => {
  const holders = ({ start, count }: { start: number; count: number }): object => ({
    total: 100_000,
    start,
    rows: Array.from({ length: count }, (_, i) => ({
      edge: `.held${start + i}`,
      edgeType: i % 3 ? 'property' : 'weak',
      name: `Holder ${start + i}`,
      node: {
        nodeId: 1_000_001 + 2 * (start + i),
        className: 'Holder',
        type: 'object',
        preview: '',
        selfSize: 1,
        retainedSize: 2,
        distance: 3,
      },
    })),
  });
  const many: PanelOptions = {
    answer: async ({ question, params }) =>
      question === 'holders'
        ? { result: holders((params as { range: { start: number; count: number } }).range) }
        : { error: { code: 'not-found', message: 'Not here.' } },
  };
  return withPanel(browser, many, async ({ page, show }) => {
    await show(report);
    const graph = page.locator('#finding-0-body-path');
    await graph.getByRole('button', { name: 'Other holders' }).click();
    const more = graph.locator('.node.more');
    await more.waitFor();
    assert.equal(await more.locator('text').textContent(), 'and 99,995 more');
    assert.ok((await graph.locator('.link.weak').count()) === 2);
    await more.click();
    await graph.locator('text', { hasText: 'and 99,980 more' }).waitFor();
    assert.equal(await graph.locator('.node').count(), 8 + 20 + 1);
    await page.keyboard.press('Enter');
    await graph.locator('text', { hasText: 'and 99,965 more' }).waitFor();
    // What can't be answered is told.
    await page.locator('#heap-boxes').scrollIntoViewIfNeeded();
    await page.locator('#heap-boxes').getByText('Not here.').waitFor();
    await page.locator('#heap-boxes').getByRole('button', { name: 'Try again' }).waitFor();
  });
});

test('flames show live memory and growth, and both sides of a function', () =>
  withPanel(browser, {}, async ({ page, show, posted }) => {
    await show(profileContent());
    await posted();
    const flames = page.locator('#profile-flame');
    await flames.locator('.cell').first().waitFor();
    const cells = (): Promise<(string | null)[]> =>
      flames
        .locator('.cell')
        .evaluateAll((all) => all.map((cell) => cell.querySelector('title')?.textContent ?? ''));
    assert.match((await cells()).join('; '), /^All, 12 MB.*main, 12 MB.*AgentMemory\.add/);
    await flames.getByRole('button', { name: 'Growth since the baseline' }).click();
    await flames.locator('.cell').first().waitFor();
    assert.match((await cells())[0]!, /^All, 8 MB/);
    await named(flames, 'cell', 'AgentMemory.add').first().click();
    await flames.locator('.chosen-box .where').click();
    const [opened] = await posted();
    assert.ok(opened.type === 'open-site' && opened.site.line === 42);
    await flames.getByRole('button', { name: 'Callers and callees' }).click();
    await flames.locator('#callees .cell').first().waitFor();
    const callers = await flames
      .locator('#callers .cell')
      .evaluateAll((all) => all.map((one) => one.querySelector('title')?.textContent ?? ''));
    assert.match(callers.join('; '), /^AgentMemory\.add.*8 MB.*; main, 7 MB/);
    assert.equal(await flames.locator('#callees .cell').count(), 1);
    await flames.getByRole('button', { name: 'Back to all functions' }).click();
    await flames.locator('#allocated').waitFor();
  }));

test('a picture is saved as an SVG that stands alone', () =>
  withPanel(browser, {}, async ({ page, show }) => {
    await show(profileContent());
    const saving = page.waitForEvent('download');
    await page.locator('#profile-flame').getByRole('button', { name: 'Save as SVG' }).click();
    const download = await saving;
    assert.equal(download.suggestedFilename(), 'heapline-allocated.svg');
    const svg = readFileSync(await download.path(), 'utf8');
    assert.match(svg, /^<svg[^>]* xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    assert.match(svg, /fill="(rgb|color)/);
    assert.match(svg, /AgentMemory\.add/);
    assert.doesNotMatch(svg, /var\(--|class=|<script/);
  }));

test('names that are markup stay text in every picture', () =>
  withPanel(browser, {}, async ({ page, show }) => {
    for (const content of hostileContents()) {
      if (content.type !== 'profile' && content.type !== 'report') continue;
      await show(content);
      await page.locator('.cell, .node').first().waitFor();
      assert.equal(await page.locator('svg :is(script, image, a, foreignObject)').count(), 0);
      const labels = await page
        .locator('.cell, .node')
        .evaluateAll((all) => all.map((one) => one.querySelector('title')?.textContent ?? ''));
      for (const label of labels) assert.doesNotMatch(label, /[\u202a-\u202e\u2066-\u2069\u0000-\u001f]/);
    }
  }));

for (const theme of ['Light 2026', 'Dark Modern', 'High Contrast', 'High Contrast Light'])
  test(`the pictures are accessible in ${theme}`, () =>
    withPanel(
      browser,
      { ...asking, theme, viewport: { width: 700, height: 900 } },
      async ({ page, show }) => {
        await show(report);
        await page.locator('#heap-boxes').scrollIntoViewIfNeeded();
        await page.locator('#retained .cell').first().waitFor();
        await page.locator('#retained').getByText('As a table').click();
        await page.evaluate(axe);
        const found = await page.evaluate(async () => {
          const { axe } = window as unknown as {
            axe: {
              run(context: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
            };
          };
          const { violations } = await axe.run({ include: [['#heap-boxes'], ['#finding-0-body-path']] });
          return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
        });
        assert.deepEqual(found, []);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        assert.ok(overflow <= 0, `${overflow} pixels too wide`);
      },
    ));
