/** A table of text, fitted to a terminal. */
import { printable } from '../protocol/wording.ts';
import { columns as columnsOf } from '../report/wrap.ts';
import { fit } from './terminal.ts';

export interface Column {
  title: string;
  /** Numbers stand to the right; unless told, text to the left. */
  right?: boolean;
  /** The column that gives way when the terminal is narrow. One at most. */
  shrinks?: boolean;
  /** Left out, the highest first, where the terminal is so narrow that even the one that shrinks has no room. */
  spare?: number;
}

/** Least width of the column that shrinks. */
const LEAST = 12;

/**
 * Lines of a table, header first. Cells are made printable here.
 * @param width columns of the terminal; undefined: nothing is cut
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width?: number,
): string[] {
  const safe = [columns.map((c) => c.title), ...rows.map((row) => row.map((cell) => printable(cell)))];
  const widths = columns.map((_, i) => safe.reduce((most, row) => Math.max(most, columnsOf(row[i])), 0));
  const shown = columns.map((_, i) => i);
  const flexible = columns.findIndex((c) => c.shrinks);
  if (width !== undefined && flexible >= 0) {
    const others = (): number => shown.reduce((sum, i) => sum + (i === flexible ? 0 : widths[i] + 2), 0);
    const spare = shown.filter((i) => columns[i].spare).sort((a, b) => columns[b].spare! - columns[a].spare!);
    for (const i of spare) if (others() + LEAST > width) shown.splice(shown.indexOf(i), 1);
    widths[flexible] = Math.min(widths[flexible], Math.max(LEAST, width - others()));
  }
  return safe.map((row) => {
    const cells = shown.map((i) => {
      const text = fit(row[i], widths[i]);
      const padding = ' '.repeat(widths[i] - columnsOf(text));
      return columns[i].right ? padding + text : text + padding;
    });
    const line = cells.join('  ').trimEnd();
    return width === undefined ? line : fit(line, width);
  });
}
