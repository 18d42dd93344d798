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
}

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
  const flexible = columns.findIndex((c) => c.shrinks);
  if (width !== undefined && flexible >= 0) {
    const others = widths.reduce((sum, w, i) => sum + (i === flexible ? 0 : w + 2), 0);
    widths[flexible] = Math.min(widths[flexible], Math.max(12, width - others));
  }
  return safe.map((row) => {
    const cells = row.map((cell, i) => {
      const text = fit(cell, widths[i]);
      const padding = ' '.repeat(widths[i] - columnsOf(text));
      return columns[i].right ? padding + text : text + padding;
    });
    const line = cells.join('  ').trimEnd();
    return width === undefined ? line : fit(line, width);
  });
}
