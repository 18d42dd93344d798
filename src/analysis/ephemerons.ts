import type { HeapGraph } from '../heap/graph.ts';
import { type Bits, getBit, makeBits, setBit } from './bits.ts';
import type { Kinds } from './kinds.ts';

/**
 * WeakMap entries. V8 writes each twice, as an internal edge from the table and one from the key, both named
 * `N / part of key (K @1) -> value (V @2) pair in WeakMap (table @3)`.
 */
export interface Ephemerons {
  /** Edges of that kind, ascending. */
  readonly edges: Uint32Array;
  /** For each of them, the entry's number: the two edges of one entry share it. */
  readonly pairs: Uint32Array;
  readonly pairCount: number;
  /** Bit i: edges[i] leaves the table (not the key). */
  readonly fromTable: Bits;
}

const NAME = /^\d+ \/ part of key \(.*? @(\d+)\) -> value \(.*? @(\d+)\) pair in WeakMap \(table @(\d+)\)$/s;

export function findEphemerons(graph: HeapGraph, kinds: Kinds): Ephemerons {
  const { firstEdges, edgeTypes, edgeNames } = graph;
  const isOther = makeBits(graph.strings.count);
  const edges: number[] = [];
  const pairs: number[] = [];
  const tables: number[] = [];
  const pairOf = new Map<string, number>();
  for (let node = 0; node < graph.nodeCount; node++) {
    for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
      if (edgeTypes[edge] !== kinds.internalEdge) continue;
      const name = edgeNames[edge];
      if (getBit(isOther, name)) continue;
      const match = NAME.exec(graph.strings.get(name));
      if (!match) {
        setBit(isOther, name);
        continue;
      }
      const [, key, value, table] = match;
      const id = `${key} ${value} ${table}`;
      let pair = pairOf.get(id);
      if (pair === undefined) {
        pair = pairOf.size;
        pairOf.set(id, pair);
      }
      if (graph.nodeIds[node] === Number(table)) tables.push(edges.length);
      edges.push(edge);
      pairs.push(pair);
    }
  }
  const fromTable = makeBits(edges.length);
  for (const index of tables) setBit(fromTable, index);
  return {
    edges: Uint32Array.from(edges),
    pairs: Uint32Array.from(pairs),
    pairCount: pairOf.size,
    fromTable,
  };
}

/** V8's id of the WeakMap table whose entry this internal edge is part of; undefined for other edges. */
export function weakMapTable(graph: HeapGraph, edge: number): number | undefined {
  const match = NAME.exec(graph.strings.get(graph.edgeNames[edge]));
  return match ? Number(match[3]) : undefined;
}

/** Position of `edge` in `ephemerons.edges`, or -1. */
export function ephemeronIndex(ephemerons: Ephemerons, edge: number): number {
  const { edges } = ephemerons;
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (edges[middle] < edge) low = middle + 1;
    else high = middle;
  }
  return edges[low] === edge ? low : -1;
}
