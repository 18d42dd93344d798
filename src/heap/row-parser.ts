/**
 * Parsers made for one layout of rows of unsigned integers, as `"nodes":[9,1,1,0,8,0,0\n,9,2,...`: one digit loop
 * per field, straight into its column. They know only what V8 writes: up to 9 digits, a comma after each number, at
 * most one newline before a row's last comma. At anything else they stop before that row, for RowReader to judge.
 */

import { COMMA } from './bytes.ts';

export type Column = Uint8Array | Uint32Array | Float64Array;

/** What becomes of one field of a row. */
export interface FieldPlan {
  /** Position among the columns. */
  column: number;
  /** Stored is the number divided by this; it must come out even. */
  unit: number;
  /** Stored numbers are below this. */
  below: number;
}

/**
 * Reads whole rows from `at` while `at <= last` and `rows.count < limit`; counts `rows.count` up and returns where
 * the next row begins.
 */
export type RowParser = (
  bytes: Uint8Array,
  at: number,
  last: number,
  rows: { count: number },
  limit: number,
  columns: readonly Column[],
) => number;

const SAFE_DIGITS = 9;
const NEWLINE = 0x0a;

/** Bytes that one row can take in a generated parser. */
export function longestRow(fieldCount: number): number {
  return fieldCount * (SAFE_DIGITS + 2) + 2;
}

/** @param fields one plan for each field of a row, undefined for those passed over; numbers only, no file text. */
export function compileRowParser(fields: readonly (FieldPlan | undefined)[]): RowParser {
  const used = fields.filter((field) => field !== undefined);
  const source = [
    '"use strict";',
    ...used.map(({ column }) => `const c${column} = columns[${column}];`),
    'let row = rows.count, from = at, start = 0, value = 0, byte = 0;',
    'while (at <= last && row < limit) {',
    ...fields.flatMap((field, index) => [
      '  start = at;',
      // Exclusive or with "0" leaves 0 to 9 for digits alone, and 48 for what lies behind the buffer's end.
      '  value = bytes[at++] ^ 48;',
      '  if (value > 9) break;',
      '  while ((byte = bytes[at++] ^ 48) < 10) value = (Math.imul(value, 10) + byte) | 0;',
      `  if (at - start > ${SAFE_DIGITS + 1}) break;`,
      index === fields.length - 1 ? `  if (byte === ${NEWLINE ^ 48}) byte = bytes[at++] ^ 48;` : '',
      `  if (byte !== ${COMMA ^ 48}) break;`,
      ...(field ? storing(field) : []),
    ]),
    '  from = at;',
    '  row++;',
    '}',
    'rows.count = row;',
    'return from;',
  ];
  return new Function('bytes', 'at', 'last', 'rows', 'limit', 'columns', source.join('\n')) as RowParser;
}

function storing({ column, unit, below }: FieldPlan): string[] {
  const lines: string[] = [];
  const value = unit > 1 ? `quotient${column}` : 'value';
  if (unit > 1) {
    lines.push(`  const ${value} = (value / ${unit}) | 0;`);
    lines.push(`  if (Math.imul(${value}, ${unit}) !== value) break;`);
  }
  if (below < 10 ** SAFE_DIGITS) lines.push(`  if (${value} >= ${below}) break;`);
  lines.push(`  c${column}[row] = ${value};`);
  return lines;
}
