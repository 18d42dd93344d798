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
  const scroll = async (by: number): Promise<boolean> => {
    const before = await rows.evaluate((element) => element.style.top);
    await page.mouse.wheel(0, by);
    for (let tries = 0; tries < 10; tries++) {
      await page.waitForTimeout(20);
      if ((await rows.evaluate((element) => element.style.top)) !== before) return true;
    }
    return false;
  };
  await list.hover();
  await scroll(-1e6);
  let seen = await look();
  while (!seen && (await scroll(Math.max(22, view.height - 22)))) seen = await look();
  if (!seen) await scroll(-1e6);
  return seen;
}

/** The whole of a text is this. */
export function exactly(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}
