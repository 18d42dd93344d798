/** The palette and VS Code's other quick picks and input boxes. */
import type { Locator, Page } from 'playwright-core';
import { until } from './until.ts';
import { exactly, readList, scrollThrough } from './workbench-list.ts';

/** Typed text is answered anew after this long without the wanted row: extensions may still be starting. */
const ASK_AGAIN_MS = 2000;

export class QuickInput {
  readonly root: Locator;
  private readonly input: Locator;
  private readonly rows: Locator;
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    this.root = page.locator('.quick-input-widget:visible');
    this.input = this.root.locator('input.input');
    this.rows = this.root.locator('.quick-input-list .monaco-list-row');
  }

  /** Opens the palette with this text in it; `>` at its start for commands. */
  async open(text: string): Promise<void> {
    await until('the palette', async () => {
      if (await this.root.isVisible()) await this.close();
      await this.page.keyboard.press('F1');
      await this.input.waitFor({ timeout: 2000 });
      return true;
    });
    await this.input.fill(text);
  }

  /** Opens the palette with this text in it, and takes the row of exactly this label. */
  async run(text: string, label: string): Promise<void> {
    await this.open(text);
    await this.pick(label, text);
  }

  /** Takes the row of exactly this label in the quick pick that is open, or opens. */
  async pick(label: string, text?: string): Promise<void> {
    const row = this.rows
      .filter({ has: this.page.locator('.label-name', { hasText: exactly(label) }) })
      .first();
    let asked = Date.now();
    await until(`"${label}" to pick`, async () => {
      const found = await scrollThrough(this.page, this.root.locator('.quick-input-list'), () =>
        row.isVisible(),
      );
      if (found) {
        await row.click({ timeout: 2000 });
        return true;
      }
      if (text !== undefined && Date.now() - asked > ASK_AGAIN_MS) {
        if (!(await this.root.isVisible())) await this.open(text);
        await this.input.fill('');
        await this.input.fill(text);
        asked = Date.now();
      }
      return false;
    }).catch(async (error) => {
      const offered = await this.titles().catch(() => ['nothing, it is closed']);
      throw new Error(`${error.message} Offered: ${offered.slice(0, 20).join(', ')}`, { cause: error });
    });
  }

  /** Types into the input box that is open, or opens, and presses Enter. */
  async enter(text: string): Promise<void> {
    await this.input.fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Labels of all rows that the open pick offers, top down, once their number is the same for a moment. */
  async titles(): Promise<string[]> {
    const count = this.root.locator('.quick-input-visible-count');
    let before: string | null | undefined;
    for (
      let now = await count.textContent({ timeout: 5000 });
      now !== before;
      now = await count.textContent({ timeout: 5000 })
    ) {
      before = now;
      await this.page.waitForTimeout(400);
    }
    const rows = await readList(this.page, this.root.locator('.quick-input-list'), readRows);
    return rows.map(({ title }) => title);
  }

  async close(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.root.waitFor({ state: 'hidden', timeout: 5000 });
  }
}

/** Runs in the page. */
function readRows(rows: Element[]): { index: number; title: string }[] {
  return rows.map((row) => ({
    index: Number(row.getAttribute('data-index')),
    title: row.querySelector('.label-name')?.textContent ?? '',
  }));
}
