/** What columns must hold to make a graph, and how some of them become a graph's. */
import { malformed } from './bad-file.ts';
import type { HeapGraph, StringTable } from './graph.ts';

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
  return column?.some((value: number) => value !== 0) ? column : undefined;
}

export function checkNames(section: string, names: Uint32Array, strings: StringTable): void {
  for (let row = 0; row < names.length; row++) {
    if (names[row] >= strings.count) throw noSuchString(section, row, names[row], strings);
  }
}

export function checkEdgeNames(
  graph: Pick<HeapGraph, 'edgeTypes' | 'edgeTypeNames' | 'edgeNames' | 'strings'>,
): void {
  const { edgeTypes, edgeNames, strings } = graph;
  const ends = new Float64Array(256).fill(strings.count);
  for (const name of NUMBERED_EDGES) {
    const type = graph.edgeTypeNames.indexOf(name);
    if (type >= 0) ends[type] = Number.POSITIVE_INFINITY;
  }
  for (let edge = 0; edge < edgeNames.length; edge++) {
    if (edgeNames[edge] >= ends[edgeTypes[edge]]) throw noSuchString('edges', edge, edgeNames[edge], strings);
  }
}

function noSuchString(section: string, row: number, index: number, strings: StringTable): Error {
  return malformed(
    `Row ${row} of "${section}" names string ${index}, but there are only ${strings.count} strings.`,
  );
}

/** Rows in ascending order of `keys`, equal ones as they came; undefined when they are in order already. */
export function sortedOrder(keys: Uint32Array): Uint32Array | undefined {
  const count = keys.length;
  if (keys.every((key, row) => row === 0 || keys[row - 1] <= key)) return undefined;
  // Key and row in one number: below 2^53 for any graph that fits in memory, and sorted without a callback.
  const packed = new Float64Array(count);
  for (let row = 0; row < count; row++) packed[row] = keys[row] * count + row;
  packed.sort();
  const order = new Uint32Array(count);
  for (let row = 0; row < count; row++) order[row] = packed[row] % count;
  return order;
}
