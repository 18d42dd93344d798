/** Columns: how they are made, what they must hold to make a graph, and how some of them become a graph's. */
import { malformed } from './bad-file.ts';
import type { HeapGraph } from './graph.ts';

export type Column = Uint8Array | Uint32Array | Float64Array;

/**
 * A column of zeros that other threads can share.
 * @throws RangeError when there is not so much memory
 */
export function makeColumn<T extends Column | Int32Array>(
  array: new (buffer: SharedArrayBuffer) => T,
  length: number,
): T {
  const { BYTES_PER_ELEMENT: size } = array as unknown as { BYTES_PER_ELEMENT: number };
  return new array(new SharedArrayBuffer(length * size));
}

/** The same numbers in an array of `length` entries: cut off, or zeros added. */
export function resized<T extends Column | Int32Array>(array: T, length: number): T {
  if (array.length === length) return array;
  const other = makeColumn(array.constructor as new (buffer: SharedArrayBuffer) => T, length);
  other.set(array.subarray(0, length));
  return other;
}

/** Edges of these types are numbered, not named. */
const NUMBERED_EDGES = ['element', 'hidden'];

/** Counts of edges, one free entry behind them, become the positions of first edges, in place. */
export function toFirstEdges(counts: Uint32Array, edgeCount: number): Uint32Array {
  let sum = 0;
  for (let node = 0; node < counts.length; node++) {
    const count = counts[node];
    counts[node] = sum;
    sum += count;
  }
  if (sum !== edgeCount) {
    throw malformed(`The nodes claim ${sum} edges, but the header announces ${edgeCount}.`);
  }
  return counts;
}

/** The column, undefined where it holds zeros only. */
export function unlessZero<T extends Uint8Array | Uint32Array>(column: T | undefined): T | undefined {
  if (column) for (let row = 0; row < column.length; row++) if (column[row] !== 0) return column;
  return undefined;
}

export function checkNames(section: string, names: Uint32Array, stringCount: number): void {
  for (let row = 0; row < names.length; row++) {
    if (names[row] >= stringCount) throw noSuchString(section, row, names[row], stringCount);
  }
}

/** @param first, end the edges that are looked at */
export function checkEdgeNames(
  graph: Pick<HeapGraph, 'edgeTypes' | 'edgeTypeNames' | 'edgeNames'>,
  stringCount: number,
  first: number,
  end: number,
): void {
  const { edgeTypes, edgeNames } = graph;
  const ends = new Float64Array(256).fill(stringCount);
  for (const name of NUMBERED_EDGES) {
    const type = graph.edgeTypeNames.indexOf(name);
    if (type >= 0) ends[type] = Number.POSITIVE_INFINITY;
  }
  for (let edge = first; edge < end; edge++) {
    if (edgeNames[edge] >= ends[edgeTypes[edge]])
      throw noSuchString('edges', edge, edgeNames[edge], stringCount);
  }
}

function noSuchString(section: string, row: number, index: number, stringCount: number): Error {
  return malformed(
    `Row ${row} of "${section}" names string ${index}, but there are only ${stringCount} strings.`,
  );
}

const DIGIT = 1 << 11;

/** Rows in ascending order of `keys`, equal ones as they came; undefined when they are in order already. */
export function sortedOrder(keys: Uint32Array): Uint32Array | undefined {
  const count = keys.length;
  let inOrder = true;
  for (let row = 1; row < count && inOrder; row++) inOrder = keys[row - 1] <= keys[row];
  if (inOrder) return undefined;
  let order = new Uint32Array(count);
  let next = new Uint32Array(count);
  for (let row = 0; row < count; row++) order[row] = row;
  // By 11 bits at a time, the lowest first: each pass keeps the order of the one before among equals.
  for (let shift = 0; shift < 32; shift += 11) {
    const starts = new Uint32Array(DIGIT + 1);
    for (let row = 0; row < count; row++) starts[((keys[row] >>> shift) & (DIGIT - 1)) + 1]++;
    for (let digit = 1; digit <= DIGIT; digit++) starts[digit] += starts[digit - 1];
    for (let at = 0; at < count; at++) next[starts[(keys[order[at]] >>> shift) & (DIGIT - 1)]++] = order[at];
    [order, next] = [next, order];
  }
  return order;
}

/** The column's rows in that order. */
export function reordered(column: Uint32Array, order: Uint32Array): Uint32Array {
  const other = makeColumn(Uint32Array, order.length);
  for (let at = 0; at < order.length; at++) other[at] = column[order[at]];
  return other;
}
