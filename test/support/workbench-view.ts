/** A view of the side bar or panel, most of them trees. */
import type { Locator, Page } from 'playwright-core';
import { until } from './until.ts';
import { exactly, readList, scrollThrough, scrollToMiddle } from './workbench-list.ts';
import type { QuickInput } from './workbench-quick-input.ts';

export interface TreeRow {
  /** From 0, top down, over the rows that are not folded away. */
  index: number;
  /** What a screen reader says: label, description and whatever the extension added. */
  text: string;
  label: string;
  description: string;
  /** 1 for the roots. */
  level: number;
  /** Undefined for a leaf. */
  expanded: boolean | undefined;
  selected: boolean;
  /** Titles of the inline actions, left to right. */
  actions: string[];
  /** Classes of the icon (`codicon-error`), or the address of its picture; empty without an icon. */
  icon: string;
}

/** A row by its whole label, or by what is in its text. */
export type RowMatch = string | RegExp;

export class View {
  readonly title: string;
  private readonly page: Page;
  private readonly quickInput: QuickInput;

  constructor(page: Page, quickInput: QuickInput, title: string) {
    this.page = page;
    this.quickInput = quickInput;
    this.title = title;
  }

  /** The pane, header and body. */
  get pane(): Locator {
    const title = this.page.locator('.pane-header h3.title', { hasText: exactly(this.title) });
    return this.page.locator('.pane').filter({ has: title }).first();
  }

  /** Brings the view to sight: opens where it is kept, and expands it. */
  async show(): Promise<void> {
    if (!(await this.pane.isVisible())) {
      await this.quickInput.run(`view ${this.title}`, this.title);
      await this.pane.waitFor();
    }
    const header = this.pane.locator('.pane-header');
    if ((await header.getAttribute('aria-expanded')) !== 'false') return;
    await header.click();
    await until(
      `view ${this.title} to expand`,
      async () => (await header.getAttribute('aria-expanded')) === 'true',
    );
  }

  /** All rows, top down. Those out of sight are scrolled to. */
  async rows(): Promise<TreeRow[]> {
    await this.show();
    return readList(this.page, this.pane, readRows);
  }

  /** Waits for the row. */
  async row(match: RowMatch): Promise<TreeRow> {
    let rows: TreeRow[] = [];
    const what = (): string =>
      `row ${match} in view ${this.title}, which has: ${rows.map(({ text }) => text).join(' | ')}`;
    return until(what, async () => {
      rows = await this.rows();
      return rows.find((row) => matches(row, match));
    });
  }

  async click(match: RowMatch): Promise<void> {
    await this.onRow(match, (row) => labelOf(row).click({ timeout: 2000 }));
  }

  async doubleClick(match: RowMatch): Promise<void> {
    await this.onRow(match, (row) => labelOf(row).dblclick({ timeout: 2000 }));
  }

  /** Expands the row and waits until it is. */
  async expand(match: RowMatch): Promise<void> {
    await this.onRow(match, async (row) => {
      if ((await row.getAttribute('aria-expanded')) === 'true') return;
      await row.locator('.monaco-tl-twistie').click({ timeout: 2000 });
      await until('it to expand', async () => (await row.getAttribute('aria-expanded')) === 'true', 2000);
    });
  }

  /** Presses an inline action of a row, by its title. */
  async action(match: RowMatch, title: string): Promise<void> {
    await this.onRow(match, async (row) => {
      await row.hover({ timeout: 2000 });
      await row
        .locator(`.action-label[aria-label^=${JSON.stringify(title)}]`)
        .first()
        .click({ timeout: 2000 });
    });
  }

  /** Titles in the row's context menu, which is closed again. */
  async menu(match: RowMatch): Promise<string[]> {
    await this.onRow(match, (row) => labelOf(row).click({ button: 'right', timeout: 2000 }));
    const items = this.menuItems;
    await items.first().waitFor();
    const titles = await items.allTextContents();
    await this.page.keyboard.press('Escape');
    await items.first().waitFor({ state: 'hidden' });
    return titles.map((title) => title.trim()).filter(Boolean);
  }

  /** Takes an entry of the row's context menu. */
  async menuAction(match: RowMatch, title: string): Promise<void> {
    // By keyboard: a menu takes no clicks in its first moment.
    const focused = this.page.locator('.context-view .monaco-menu .action-item.focused .action-label');
    await until(`${title} in the menu of ${match}`, async () => {
      // An editor that opens takes the focus, which closes the menu.
      if (!(await this.menuItems.first().isVisible())) {
        await this.onRow(match, (row) => labelOf(row).click({ button: 'right', timeout: 2000 }));
        await this.menuItems.first().waitFor({ timeout: 2000 });
      }
      await this.page.keyboard.press('ArrowDown');
      return (await focused.textContent({ timeout: 1000 }))?.trim() === title;
    });
    await this.page.keyboard.press('Enter');
  }

  /** Titles of the buttons in the view's title, left to right. */
  async titleActions(): Promise<string[]> {
    await this.show();
    const bar = await this.titleBar();
    const labels = await bar
      .locator('.action-label')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''));
    return labels.filter(Boolean);
  }

  /** Presses a button in the view's title. */
  async titleAction(title: string): Promise<void> {
    await this.show();
    await this.pane.hover();
    const bar = await this.titleBar();
    await bar
      .locator(`.action-label[aria-label^=${JSON.stringify(title)}]`)
      .first()
      .click();
  }

  /** What it says instead of rows, or above them: welcome content, message. */
  async message(): Promise<string> {
    await this.show();
    const parts = this.pane.locator(
      '.welcome-view-content:visible, .tree-explorer-viewlet-tree-view > .message:visible',
    );
    return (await parts.allInnerTexts()).join('\n').trim();
  }

  /** Presses a button or link of the welcome content. */
  async welcomeAction(label: string): Promise<void> {
    await this.show();
    const links = this.pane.locator('.welcome-view-content').locator('.monaco-button, a');
    await links
      .filter({ hasText: exactly(label) })
      .first()
      .click();
  }

  private get menuItems(): Locator {
    return this.page.locator(
      '.context-view .monaco-menu .action-item:not(.disabled) .action-label:not(.separator)',
    );
  }

  /** A view alone in its container has its buttons in the container's title. */
  private async titleBar(): Promise<Locator> {
    const header = this.pane.locator('.pane-header');
    if (await header.isVisible()) return header.locator('.actions');
    return this.page.locator('.part').filter({ has: this.pane }).locator('.composite.title .title-actions');
  }

  private async onRow(match: RowMatch, act: (row: Locator) => Promise<void>): Promise<void> {
    await until(`row ${match} of view ${this.title} to act on`, async () => {
      await this.show();
      return scrollThrough(this.page, this.pane, async () => {
        const rows = await this.pane.locator('.monaco-list-row').evaluateAll(readRows);
        const found = rows.find((row) => matches(row, match));
        if (!found) return false;
        const located = this.pane.locator(`.monaco-list-row[data-index="${found.index}"]`);
        await scrollToMiddle(this.page, this.pane.locator('.monaco-list').first(), located);
        await act(located);
        return true;
      });
    });
  }
}

function matches(row: TreeRow, match: RowMatch): boolean {
  return typeof match === 'string' ? row.label === match : match.test(row.text);
}

function labelOf(row: Locator): Locator {
  return row.locator('.label-name, .monaco-tl-contents').last();
}

/** Runs in the page. */
function readRows(rows: Element[]): TreeRow[] {
  return rows.map((row) => {
    const expanded = row.getAttribute('aria-expanded');
    const icon = row.querySelector<HTMLElement>(
      '.custom-view-tree-node-item-icon, .codicon:not(.monaco-tl-twistie)',
    );
    const actions = [...row.querySelectorAll('.action-label')];
    return {
      index: Number(row.getAttribute('data-index')),
      text: row.getAttribute('aria-label') ?? '',
      label: (row.querySelector('.label-name') ?? row).textContent ?? '',
      description: row.querySelector('.label-description')?.textContent ?? '',
      level: Number(row.getAttribute('aria-level')),
      expanded: expanded === null ? undefined : expanded === 'true',
      selected: row.getAttribute('aria-selected') === 'true',
      actions: actions.map((action) => action.getAttribute('aria-label') ?? ''),
      icon: icon ? icon.style.backgroundImage || icon.className : '',
    };
  });
}
