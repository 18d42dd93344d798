/** Which rows of a long table are shown, and in which order. Pure. */

import type { ViewState } from '../state.ts';
import { type ClassFacts, classFilter } from './class-filter.ts';

/** How a table's rows are sought and ordered. */
export interface RowOrder<T> {
  /** What a filter's text is looked for in. */
  name(row: T): string;
  /** What a column orders by. */
  value(row: T, column: string): string | number;
  /** For `only grown`. */
  grown?(row: T): boolean;
  /** What else a filter can ask for. */
  facts?(row: T): Omit<ClassFacts, 'name' | 'grown'>;
  /** Where the reader chose none. */
  column: string;
}

/** @throws HeaplineError `usage` for a filter that is none */
export function chosenRows<T>(rows: readonly T[], order: RowOrder<T>, table: ViewState['table']): T[] {
  const { grown, column } = order;
  const matches = classFilter(table.filter);
  const facts = (row: T): ClassFacts => ({
    name: order.name(row),
    grown: grown?.(row),
    ...order.facts?.(row),
  });
  const kept = rows.filter((row) => (!table.onlyGrown || !grown || grown(row)) && matches(facts(row)));
  const by = table.column ?? column;
  const sign = table.descending ? -1 : 1;
  return kept.sort((a, b) => {
    const [left, right] = [order.value(a, by), order.value(b, by)];
    return left < right ? -sign : left > right ? sign : 0;
  });
}

/** Rows `from` to `to` (left out) of `count` that a viewport `height` pixels high shows, some more around. */
export function visibleRows(
  count: number,
  rowHeight: number,
  top: number,
  height: number,
): { from: number; to: number } {
  const around = 12;
  const first = Math.max(0, Math.min(Math.floor(top / rowHeight), count - Math.ceil(height / rowHeight)));
  return {
    from: Math.max(0, first - around),
    to: Math.min(count, first + Math.ceil(height / rowHeight) + around),
  };
}
