import { MOST_ROWS, type Range } from '../../protocol/heap-rows.ts';

/** The part of a list that a range asks for, whatever numbers came over the wire. */
export function sliceOf<T extends { readonly length: number; slice(start: number, end: number): T }>(
  list: T,
  range: Range,
): { start: number; rows: T } {
  const { start, end } = clamp(range, list.length);
  return { start, rows: list.slice(start, end) };
}

/** The same of the whole numbers from `first` to before `last`. */
export function within(
  range: Range,
  first: number,
  last: number,
): { total: number; start: number; rows: number[] } {
  const { start, end } = clamp(range, last - first);
  return {
    total: last - first,
    start,
    rows: Array.from({ length: end - start }, (_, i) => first + start + i),
  };
}

function clamp({ start, count }: Range, length: number): { start: number; end: number } {
  const from = Math.min(length, Math.max(0, Math.floor(start) || 0));
  return {
    start: from,
    end: Math.min(length, from + Math.min(MOST_ROWS, Math.max(0, Math.floor(count) || 0))),
  };
}
