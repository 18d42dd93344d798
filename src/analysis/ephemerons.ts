import type { HeapGraph } from '../heap/graph.ts';
import { type Bits, makeBits, setBit } from './bits.ts';
import type { Kinds } from './kinds.ts';
import { edgeSource } from './retainers.ts';
import { Uint32List } from './uint32-list.ts';

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
  const { edgeCount, nodeIds, edgeTypes, edgeNames, strings } = graph;
  const { internalEdge } = kinds;
  const isOther = makeBits(strings.count);
  const found = new EntryList();
  for (let edge = 0; edge < edgeCount; edge++) {
    if (edgeTypes[edge] !== internalEdge) continue;
    const name = edgeNames[edge];
    if ((isOther[name >>> 5] & (1 << (name & 31))) !== 0) continue;
    const match = NAME.exec(strings.get(name));
    if (!match) setBit(isOther, name);
    else {
      const table = Number(match[3]);
      found.add(edge, Number(match[1]), table, nodeIds[edgeSource(graph, edge)] === table);
    }
  }
  return found.ephemerons();
}

/** Gathers the edges, and finds the two of one entry by the ids of its key and table. */
class EntryList {
  private readonly edges = new Uint32List();
  private readonly pairs = new Uint32List();
  private readonly tableEdges = new Uint32List();
  /** By pair. */
  private readonly keys = new Uint32List();
  private readonly tables = new Uint32List();
  /** Open addressing: pair + 1, or 0. A power of two, at most half full. */
  private slots = new Uint32Array(64);

  add(edge: number, key: number, table: number, isTables: boolean): void {
    if (isTables) this.tableEdges.push(this.edges.length);
    this.edges.push(edge);
    this.pairs.push(this.pair(key, table));
  }

  private pair(key: number, table: number): number {
    const { keys, tables } = this;
    let slot = this.slot(key, table);
    for (; this.slots[slot] !== 0; slot = (slot + 1) & (this.slots.length - 1)) {
      const pair = this.slots[slot] - 1;
      if (keys.at(pair) === key && tables.at(pair) === table) return pair;
    }
    const pair = keys.length;
    keys.push(key);
    tables.push(table);
    this.slots[slot] = pair + 1;
    if (2 * keys.length > this.slots.length) this.grow();
    return pair;
  }

  private grow(): void {
    this.slots = new Uint32Array(2 * this.slots.length);
    for (let pair = 0; pair < this.keys.length; pair++) {
      let slot = this.slot(this.keys.at(pair), this.tables.at(pair));
      while (this.slots[slot] !== 0) slot = (slot + 1) & (this.slots.length - 1);
      this.slots[slot] = pair + 1;
    }
  }

  private slot(key: number, table: number): number {
    const hash = Math.imul(key, 0x9e3779b1) ^ Math.imul(table, 0x85ebca6b);
    return (hash ^ (hash >>> 15)) & (this.slots.length - 1);
  }

  ephemerons(): Ephemerons {
    const fromTable = makeBits(this.edges.length);
    for (const index of this.tableEdges.column()) setBit(fromTable, index);
    return {
      edges: this.edges.column(),
      pairs: this.pairs.column(),
      pairCount: this.keys.length,
      fromTable,
    };
  }
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
