/** The timeline in a real browser, as the editor shows it: what the agent did, zoom, and the ends of a comparison. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { ROOT } from '../../src/build/run.ts';
import { agentReport } from '../support/agent-report.ts';
import { axeSource, launchBrowser } from '../support/browser.ts';
import type { EDITOR_THEMES } from '../support/editor-themes.ts';
import { manyClasses } from '../support/panel-data.ts';
import { withPanel } from '../support/panel-page.ts';
import { leakReport } from '../support/report-data.ts';
import { until } from '../support/until.ts';

let browser: Browser;

before(async () => {
  browser = await launchBrowser();
});
after(() => browser?.close());

const report = (steps?: number) => ({ type: 'report', data: agentReport(steps), final: true }) as const;

/** What is in view: milliseconds; undefined for all of it. */
async function windowOf(state: () => Promise<unknown>): Promise<[number, number] | undefined> {
  return ((await state()) as { view?: { window?: [number, number] } } | undefined)?.view?.window;
}

/** Until all that was done with the mouse is drawn. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}

async function pinX(page: Page, number: number): Promise<{ x: number; y: number }> {
  const pin = page.locator('.timeline .pin', { has: page.locator(`text="${number}"`) }).locator('path');
  const box = (await pin.boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + 6 };
}

test('what the agent did stands in lanes by kind, named where there is room', () =>
  withPanel(browser, {}, async ({ page, show }) => {
    await show(report());
    const chart = page.locator('.timeline');
    const kinds = await chart.locator('.doing').evaluateAll((all) => all.map((one) => one.classList[1]));
    assert.deepEqual(kinds, ['session', 'run', 'step', 'model', 'tool']);
    const names = await chart.locator('.names text').allTextContents();
    for (const name of ['sessions', 'runs', 'steps', 'tool calls']) assert.ok(names.includes(name), name);
    assert.equal(names.filter((name) => name === 'model calls').length, 2, 'the steps, and the lane');
    assert.ok((await chart.locator('.doing.session text').allTextContents()).includes('grace'));
    assert.ok((await chart.locator('.doing.tool .failed').getAttribute('d'))!.startsWith('M'));
    const bands = (await chart.locator('.doing.model .bands').getAttribute('d'))!;
    assert.equal(bands.split('M').length - 1, 24);
  }));

test('axes and tables call the steps what they are', async () => {
  await withPanel(browser, {}, async ({ page, show }) => {
    await show(report());
    assert.equal(await page.locator('.growth .axis-name').first().textContent(), 'model calls');
    assert.match((await page.locator('.growth .point title').first().textContent())!, /model call \d+/);
    await page.getByRole('slider').focus();
    await page.keyboard.press('Home');
    const text = (await page.getByRole('slider').getAttribute('aria-valuetext'))!;
    assert.match(text, /model call 1, Heap used.*Session ada.*Model call gpt-4o-mini/);
    assert.match((await page.locator('.tip').textContent())!, /Model call gpt-4o-mini/);
    await page.locator('#timeline .as-table summary').click();
    const tables = page.locator('#timeline .as-table table');
    await tables.nth(2).waitFor();
    assert.deepEqual(await tables.locator('caption').allTextContents(), [
      'Memory over time',
      'What the agent did',
      'What took longest',
    ]);
    assert.match((await tables.nth(0).locator('thead').textContent())!, /Model call/);
    assert.match((await tables.nth(1).locator('tbody').textContent())!, /Tool call363/);
  });
  await withPanel(browser, {}, async ({ page, show }) => {
    await show({ type: 'report', data: leakReport(), final: true });
    assert.equal(await page.locator('.doing').count(), 0);
    assert.equal(await page.locator('.growth .axis-name').first().textContent(), 'steps');
  });
});

test('100,000 steps are few shapes, and the page says what was drawn together', () =>
  withPanel(browser, {}, async ({ page, show }) => {
    const content = report(100_000);
    assert.ok(content.data.timeline.agent!.bands.length <= 2500);
    await show(content);
    const elements = await page.locator('.timeline svg *').count();
    assert.ok(elements < 3000, String(elements));
    const note = await page.locator('#timeline > .note').textContent();
    assert.match(note!, /100,000 steps, 100,000 model calls, 150,000 tool calls: short ones/);
    await page.getByRole('slider').focus();
    for (let i = 0; i < 6; i++) await page.keyboard.press('+');
    assert.ok((await page.locator('.timeline svg *').count()) < 3000);
  }));

test('the wheel zooms around the pointer, dragging and Shift with an arrow move what is zoomed', () =>
  withPanel(browser, {}, async ({ page, show, state }) => {
    await show(report());
    const window = () => windowOf(state);
    const box = (await page.locator('.timeline .surface').boundingBox())!;
    const [x, y] = [box.x + box.width * 0.75, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.wheel(0, 40);
    await settled(page);
    assert.equal(await window(), undefined, 'the wheel alone scrolls the page');
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -400);
    await page.keyboard.up('Control');
    const [from, to] = await until('the zoom', window);
    assert.ok(to - from < agentReport().timeline.memory.at(-1)!.t && from > 0);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 60, y, { steps: 3 });
    await page.mouse.up();
    await settled(page);
    const dragged = (await window())!;
    assert.ok(dragged[0] < from);
    assert.ok(Math.abs(dragged[1] - dragged[0] - (to - from)) < 1, 'as wide as before');
    await page.getByRole('slider').focus();
    await page.keyboard.press('Shift+ArrowRight');
    assert.ok((await window())![0] > dragged[0]);
    await page.keyboard.press('Escape');
    assert.equal(await window(), undefined);
  }));

test('the two ends of a comparison are chosen by dragging over the pins, or from lists', () =>
  withPanel(browser, {}, async ({ page, show, posted }) => {
    await show(report());
    await posted();
    const [second, fourth] = [await pinX(page, 2), await pinX(page, 4)];
    await page.mouse.move(fourth.x + 8, fourth.y);
    await page.mouse.down();
    await page.mouse.move(second.x - 8, second.y, { steps: 5 });
    await page.mouse.up();
    assert.deepEqual(await posted(), [{ type: 'compare', before: 2, after: 4 }]);
    await page.mouse.move(second.x, second.y);
    await page.mouse.down();
    await page.mouse.up();
    assert.deepEqual(await posted(), [], 'a click chooses nothing');
    const group = page.getByRole('group', { name: 'Compare two snapshots' });
    await group.getByLabel('The earlier snapshot').selectOption('5');
    const button = group.getByRole('button', { name: 'Compare' });
    assert.ok(await button.isDisabled(), 'one snapshot with itself');
    await group.getByLabel('The later snapshot').selectOption('3');
    await button.click();
    assert.deepEqual(await posted(), [{ type: 'compare', before: 3, after: 5 }]);
    await show({ ...manyClasses(20), numbers: { before: 2, after: 4 }, report: agentReport() });
    assert.equal(await page.getByLabel('The earlier snapshot').inputValue(), '2');
    const chosen = (await page.locator('.ends-brush .selection').boundingBox())!;
    assert.ok(Math.abs(chosen.x - second.x) < 3 && Math.abs(chosen.x + chosen.width - fourth.x) < 3);
  }));

for (const theme of ['Dark Modern', 'Light Modern', 'High Contrast', 'High Contrast Light'])
  test(`axe finds nothing to mend in the timeline: ${theme}`, () =>
    withPanel(browser, { theme: theme as keyof typeof EDITOR_THEMES }, async ({ page, show }) => {
      await show(report());
      await page.locator('#timeline .as-table summary').click();
      await page.locator('#timeline .as-table table').nth(2).waitFor();
      await page.evaluate(await axeSource());
      const found = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run(at: string): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        };
        const { violations } = await axe.run('#timeline');
        return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`);
      });
      assert.deepEqual(found, []);
      const folder = join(ROOT, '.ci-output', 'screenshots');
      mkdirSync(folder, { recursive: true });
      const path = join(folder, `timeline-${theme.toLowerCase().replaceAll(' ', '-')}.png`);
      await page.locator('#timeline').screenshot({ path });
    }));
