/**
 * Parsers made for one layout of rows of unsigned integers, as `"nodes":[9,1,1,0,8,0,0\n,9,2,...`: one digit loop
 * per field, straight into its column. They know only what V8 writes: up to 9 digits, a comma after each number, at
 * most one newline before a row's last comma. At anything else they stop before that row, for RowReader to judge.
 */

import { COMMA } from './bytes.ts';
import type { Column } from './columns.ts';
import type { FieldPlan } from './row-plan.ts';

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

/**
 * The same from the list's end towards its beginning: reads whole rows that end at `at` (before the comma or bracket
 * there) while `at >= first` and `rows.count > limit`; counts `rows.count` down, the row it is given being the one
 * behind, and returns where the row before ends: at the comma before the last row it took.
 */
export type BackwardRowParser = RowParser;

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

/** @param fields as compileRowParser */
export function compileBackwardRowParser(fields: readonly (FieldPlan | undefined)[]): BackwardRowParser {
  const used = fields.filter((field) => field !== undefined);
  const source = [
    '"use strict";',
    ...used.map(({ column }) => `const c${column} = columns[${column}];`),
    'let row = rows.count - 1, from = at, end = 0, value = 0, scale = 0, byte = 0;',
    'while (at >= last && row >= limit) {',
    `  if (bytes[at - 1] === ${NEWLINE}) at--;`,
    ...fields
      .toReversed()
      .flatMap((field) => [
        '  end = at;',
        '  value = bytes[--at] ^ 48;',
        '  if (value > 9) break;',
        '  scale = 10;',
        '  while ((byte = bytes[--at] ^ 48) < 10) {',
        '    value = (value + Math.imul(byte, scale)) | 0;',
        '    scale = Math.imul(scale, 10);',
        '  }',
        `  if (byte !== ${COMMA ^ 48} || end - at > ${SAFE_DIGITS + 1}) break;`,
        ...(field ? storing(field) : []),
      ]),
    '  from = at;',
    '  row--;',
    '}',
    'rows.count = row + 1;',
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
