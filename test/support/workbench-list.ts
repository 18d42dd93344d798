/** VS Code's lists and trees: only the rows in sight are in the page. */
import type { Locator, Page } from 'playwright-core';

/**
 * All rows as `read` makes them, top down. Scrolls through the whole list and back to its top.
 * @param list holds one `.monaco-list`
 * @param read runs in the page, on the rows in sight, so it may use nothing from around it
 */
export async function readList<T extends { index: number }>(
  page: Page,
  list: Locator,
  read: (rows: Element[]) => T[],
): Promise<T[]> {
  const found = new Map<number, T>();
  await scrollThrough(page, list, async () => {
    for (const row of await list.locator('.monaco-list-row').evaluateAll(read)) found.set(row.index, row);
    return false;
  });
  return [...found.values()].sort((a, b) => a.index - b.index);
}

/** Scrolls down from the top until `look` says that it has what it wants, or to the end, and then back to the top. */
export async function scrollThrough(
  page: Page,
  list: Locator,
  look: () => Promise<boolean>,
): Promise<boolean> {
  const rows = list.locator('.monaco-list-rows').first();
  if (!(await rows.count())) return look();
  const view = await rows.evaluate((element) => {
    const { height } = element.closest('.monaco-list')!.getBoundingClientRect();
    return { height, whole: element.getBoundingClientRect().height };
  });
  if (await look()) return true;
  if (view.whole <= view.height + 1) return false;
  const step = Math.max(22, view.height - 22);
  const top = (): Promise<number> => rows.evaluate((element) => Number.parseFloat(element.style.top));
  /** @returns false at the end */
  const scroll = async (by: number): Promise<boolean> => {
    const before = await top();
    await page.mouse.wheel(0, by);
    for (let tries = 0; tries < 25; tries++) {
      await page.waitForTimeout(20);
      if ((await top()) !== before) return true;
    }
    return false;
  };
  const toTop = async (): Promise<void> => {
    while ((await top()) < 0) await scroll(-10 * step);
  };
  await list.hover();
  await toTop();
  let seen = await look();
  // `top` of the rows is minus what is scrolled past.
  while (!seen && (await top()) > view.height - view.whole + 1) {
    if (!(await scroll(step))) break;
    seen = await look();
  }
  if (!seen) await toTop();
  return seen;
}

/** Scrolls a row that is in the page to the middle as far as that goes: at the edges it is cut off or covered. */
export async function scrollToMiddle(page: Page, list: Locator, row: Locator): Promise<void> {
  const off = async (): Promise<number> => {
    const [inList, inRow] = await Promise.all([list.boundingBox(), row.boundingBox({ timeout: 2000 })]);
    if (!inList || !inRow) return 0;
    return inRow.y + inRow.height / 2 - inList.y - inList.height / 2;
  };
  let before = Number.POSITIVE_INFINITY;
  for (let now = await off(); Math.abs(now) > 30 && Math.abs(now) < Math.abs(before); now = await off()) {
    before = now;
    await list.hover();
    await page.mouse.wheel(0, now);
    await page.waitForTimeout(100);
  }
}

/** The whole of a text is this. */
export function exactly(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}
