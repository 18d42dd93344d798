/** The HTML report in a real browser. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { ROOT } from '../../src/build/run.ts';
import type { ReportData } from '../../src/protocol/report.ts';
import { renderHtml } from '../../src/report/html.ts';
import { axeSource, launchBrowser } from '../support/browser.ts';
import {
  bareReport,
  cleanReport,
  externalReport,
  HOSTILE,
  hostileReport,
  leakReport,
} from '../support/report-data.ts';

let browser: Browser;
let folder: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heapline-report-'));
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens the report from a file, as a user does; fails on any error, warning or request of the page. */
async function withReport(
  data: ReportData,
  options: BrowserContextOptions,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const dist = (name: string): string => readFileSync(join(ROOT, 'dist', name), 'utf8');
  const file = join(folder, 'report.html');
  writeFileSync(file, renderHtml(data, { script: dist('report.js'), style: dist('report.css') }));
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
  try {
    const page = await context.newPage();
    const troubles: string[] = [];
    page.on('console', (message) => troubles.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => troubles.push(error.stack ?? error.message));
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(file).href) troubles.push(`request: ${request.url()}`);
    });
    page.on('dialog', (dialog) => troubles.push(`dialog: ${dialog.message()}`));
    await page.goto(pathToFileURL(file).href);
    // A chart is drawn once its width is known.
    await page.locator('.chart:visible svg:not([width])').first().waitFor({ state: 'detached' });
    await use(page);
    assert.deepEqual(troubles, []);
  } finally {
    await context.close();
  }
}

test('the first screen names the verdict, the rate, the line and the holder', () =>
  withReport(leakReport(), {}, async (page) => {
    const banner = page.locator('.banner');
    assert.match(
      (await banner.locator('h1').textContent())!,
      /Leak\s+AgentMemory\.history gains 1\.24 MB a step/,
    );
    assert.deepEqual(await banner.locator('.where').allTextContents(), [
      'src/memory.ts:42:18',
      'src/agent.ts:61:19',
    ]);
    assert.match((await banner.locator('.line.here').textContent())!, /this\.history\.push\(message\)/);
    assert.match((await banner.locator('.names').textContent())!, /session › agent › memory › history\[\]$/);
    const box = (await banner.boundingBox())!;
    assert.ok(box.y + box.height <= 900, 'above the fold');
  }));

test('the timeline shows steps, snapshots and memory, and zooms', () =>
  withReport(leakReport(), {}, async (page) => {
    const chart = page.locator('.timeline');
    await chart.locator('.pin').first().waitFor();
    assert.equal(await chart.locator('.pin').count(), 5);
    assert.equal(await chart.locator('.band').count(), 12);
    for (const part of ['.heap-line', '.floor', '.external', '.rss-area']) {
      assert.match((await chart.locator(part).getAttribute('d'))!, /^M[\d.]+,/);
    }
    assert.ok((await chart.locator('line.gc').count()) > 10);
    await page.getByRole('button', { name: 'Zoom in' }).click();
    assert.ok((await chart.locator('.band').count()) < 12);
    assert.ok(await chart.locator('.overview .selection').isVisible(), 'the strip shows the window');
    await page.getByRole('button', { name: 'Show all' }).first().click();
    assert.equal(await chart.locator('.band').count(), 12);
    await chart.locator('.overview .overlay').scrollIntoViewIfNeeded();
    const strip = (await chart.locator('.overview .overlay').boundingBox())!;
    await page.mouse.move(strip.x + strip.width * 0.5, strip.y + 10);
    await page.mouse.down();
    await page.mouse.move(strip.x + strip.width * 0.75, strip.y + 10, { steps: 4 });
    await page.mouse.up();
    assert.ok((await chart.locator('.band').count()) < 6, 'brushed');
  }));

test('the pointer and the keys move the timeline’s cursor', () =>
  withReport(leakReport(), {}, async (page) => {
    const surface = page.getByRole('slider');
    await surface.hover();
    assert.match((await page.locator('.tip').textContent())!, /step \d+.*Heap used\s*[\d.]+ MB/);
    await page.mouse.move(5, 5);
    assert.ok(await page.locator('.tip').isHidden());
    await surface.focus();
    await page.keyboard.press('Home');
    const first = await surface.getAttribute('aria-valuetext');
    assert.match(first!, /step 1, Heap used/);
    await page.keyboard.press('ArrowRight');
    assert.notEqual(await surface.getAttribute('aria-valuetext'), first);
    assert.equal(await surface.getAttribute('aria-valuenow'), '1');
    await page.keyboard.press('+');
    assert.ok((await page.locator('.timeline .band').count()) < 12);
    await page.keyboard.press('End');
    assert.match((await surface.getAttribute('aria-valuetext'))!, /step 12/);
    assert.ok(await page.locator('.tip').isVisible(), 'the view follows the cursor');
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('.timeline .band').count(), 12);
  }));

test('a finding shows its path, code, growth and advice', () =>
  withReport(leakReport(), {}, async (page) => {
    const card = page.locator('#finding-0');
    assert.equal(await card.locator('.chain > li').count(), 8);
    assert.match(
      (await card.locator('.chain .growing').textContent())!,
      /\+500 a step.*5,000 objects, 12\.4 MB/,
    );
    assert.deepEqual(await card.locator('.box.container strong').allTextContents(), ['history']);
    assert.match(
      (await card.locator('.site').first().locator('.here').textContent())!,
      /42.*this\.history\.push/,
    );
    assert.equal(await card.locator('.point').count(), 5);
    assert.equal(await card.locator('.advice li').count(), 2);
    assert.match(
      (await card.locator('.rule').textContent())!,
      /Conversation history without a window heapline rules conversation-history/,
    );
    assert.match((await page.locator('#ignored').textContent())!, /^Ignoredschemas.*One for each tool/);
    const link = card.getByRole('link', { name: 'Open in VS Code' }).first();
    assert.equal(
      await link.getAttribute('href'),
      'vscode://file/home/ada/research-agent/src/memory.ts:42:18',
    );
    await card.getByRole('button', { name: 'Objects', exact: true }).click();
    assert.equal(await card.locator('.chart .end').textContent(), '5,000');
    await card.locator('.growth summary').click();
    await card.locator('.growth table').waitFor();
    assert.equal(await card.locator('.growth tbody tr').count(), 5);
  }));

test('a place is copied whole', () =>
  withReport(leakReport(), { permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
    await page.getByRole('button', { name: 'Copy src/memory.ts:42:18' }).first().click();
    await page.getByRole('button', { name: 'Copied: src/memory.ts:42:18' }).waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(text, '/home/ada/research-agent/src/memory.ts:42:18');
  }));

test('findings unfold by key, by link and for print', () =>
  withReport(leakReport(), {}, async (page) => {
    const second = page.locator('#finding-1');
    assert.ok(await second.locator('.body').isHidden());
    await second.getByRole('button').focus();
    await page.keyboard.press('Enter');
    assert.ok(await second.locator('.body').isVisible());
    assert.equal(await second.getByRole('button').first().getAttribute('aria-expanded'), 'true');
    await page.getByRole('navigation').getByRole('link', { name: 'modelCache' }).click();
    assert.ok(await page.locator('#finding-2 .body').isVisible());
    await second.getByRole('button').first().click();
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    assert.ok(await second.locator('.body').isVisible());
  }));

test('classes are sorted, filtered and shown in full', () =>
  withReport(leakReport(), {}, async (page) => {
    const section = page.locator('#classes');
    const names = (): Promise<string[]> => section.locator('tbody th').allTextContents();
    assert.equal((await names()).length, 12);
    await section.getByRole('button', { name: 'Show all 14' }).click();
    assert.equal((await names()).length, 14);
    assert.equal(await section.locator('.spark').count(), 14);
    await section.getByRole('button', { name: 'Constructor' }).focus();
    await page.keyboard.press('Enter');
    assert.equal((await names())[0], '(array)');
    assert.equal(await section.locator('th[aria-sort]').getAttribute('aria-sort'), 'ascending');
    await section.getByLabel('Filter').fill('TOOL');
    assert.deepEqual(await names(), ['ToolCall', 'ToolRun']);
    assert.match((await section.getByRole('status').textContent())!, /^2 of 2 classes that match/);
  }));

test('no leak, and bare snapshots without a timeline', async () => {
  await withReport(cleanReport(), {}, async (page) => {
    assert.match((await page.locator('h1').textContent())!, /No leak\s+Live memory is bounded/);
    assert.equal(await page.locator('.finding').count(), 0);
    assert.match((await page.locator('#fine').textContent())!, /promptCache/);
  });
  await withReport(bareReport(), {}, async (page) => {
    assert.match((await page.locator('h1').textContent())!, /Inconclusive/);
    assert.equal(await page.locator('#timeline, #classes').count(), 0);
    assert.equal(await page.locator('.finding .point').count(), 3);
  });
});

test('memory outside the heap has no path, no line and no objects to show', () =>
  withReport(externalReport(), {}, async (page) => {
    assert.match(
      (await page.locator('.banner').textContent())!,
      /external memory gains 4\.2 MB a step.*WebAssembly/,
    );
    assert.equal(await page.locator('.chain, .toggle, .banner .names').count(), 0);
    assert.equal(await page.locator('.finding .point').count(), 5);
  }));

test('hostile strings stay text', () =>
  withReport(hostileReport(), {}, async (page) => {
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    assert.equal(await page.evaluate(() => '__owned' in window), false);
    assert.equal(await page.locator('#report img, #report script, #report b, #report iframe').count(), 0);
    const names = await page.locator('.fold .name').allTextContents();
    assert.equal(names.length, Object.keys(HOSTILE).length);
    assert.equal(names[0], HOSTILE.script);
    assert.ok(names.every((name) => name.length <= 160));
    const text = await page.evaluate(() => document.body.innerText);
    assert.doesNotMatch(text, /[\u202e\u2066\u200b\u2028\x1b]/);
    const links = await page.locator('a[href]').evaluateAll((all) => all.map((a) => a.getAttribute('href')!));
    for (const href of links) assert.match(href, /^(#[a-z]+(-[a-z\d]+)*|vscode:\/\/file\/[^<>"\s]+)$/);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} px too wide`);
  }));

test('an edited file runs nothing: the policy knows one script only', async () => {
  const file = join(folder, 'edited.html');
  const html = renderHtml(leakReport(), { script: 'document.title = "ours"', style: '' });
  writeFileSync(
    file,
    html.replace('</body>', '<script>window.__owned = 1</script><img src="https://127.0.0.1:9/x"></body>'),
  );
  const page = await browser.newPage();
  try {
    const refused: string[] = [];
    page.on('console', (message) => refused.push(message.text()));
    await page.goto(pathToFileURL(file).href);
    assert.equal(await page.title(), 'ours');
    assert.equal(await page.evaluate(() => '__owned' in window), false);
    assert.equal(
      refused.filter((text) => /Content Security Policy/.test(text)).length,
      2,
      refused.join('\n'),
    );
  } finally {
    await page.close();
  }
});

for (const [name, options] of Object.entries<BrowserContextOptions>({
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  'more contrast': { contrast: 'more' },
  'narrow, dark': { colorScheme: 'dark', viewport: { width: 360, height: 800 } },
})) {
  test(`axe finds nothing to mend: ${name}`, () =>
    withReport(leakReport(), options, async (page) => {
      await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
      await page.locator('details').evaluateAll((all) => {
        for (const details of all) (details as HTMLDetailsElement).open = true;
      });
      await page.locator('.as-table table').first().waitFor();
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
    }));
}

test('with forced colours the lines keep apart by width and dash', () =>
  withReport(leakReport(), { forcedColors: 'active' }, async (page) => {
    const style = (selector: string): Promise<string[]> =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => {
          const { strokeWidth, strokeDasharray } = getComputedStyle(element);
          return [strokeWidth, strokeDasharray];
        });
    const looks = [await style('.heap-line'), await style('.floor'), await style('.external')].map(String);
    assert.equal(new Set(looks).size, 3, looks.join(' | '));
  }));
