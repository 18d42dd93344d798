/** Maps and dictionaries with many entries, whether they grow or not. */
import { edgeName } from '../analysis/labels.ts';
import { edgeSource, type Retainers } from '../analysis/retainers.ts';
import type { HeapGraph } from '../heap/graph.ts';
import { nameOfClass } from './node-names.ts';
import { displayOf, type HeldHeap } from './owner-facts.ts';

export interface LargeCache {
  /** As reports call it: `Tools.cache`. */
  name: string;
  entries: number;
}

/** So many are named, the largest first. */
const MOST = 10;

/**
 * Those with at least so many entries. V8 leaves out what is no object: an entry whose key and value both are small
 * numbers or `undefined` is not counted.
 */
export function largeCaches(held: HeldHeap, least: number): LargeCache[] {
  const { graph } = held.heap;
  const array = graph.nodeTypeNames.indexOf('array');
  const object = graph.nodeTypeNames.indexOf('object');
  const found: { node: number; kind: 'map' | 'dictionary'; entries: number }[] = [];
  for (let node = 0; node < graph.nodeCount; node++) {
    if (graph.firstEdges[node + 1] - graph.firstEdges[node] < least) continue;
    const type = graph.nodeTypes[node];
    if (type === array) {
      const owner = mapOf(graph, held.retainers, node);
      const entries = owner === undefined ? 0 : mapEntries(graph, node);
      if (owner !== undefined && entries >= least) found.push({ node: owner, kind: 'map', entries });
    } else if (type === object) {
      const entries = properties(graph, node);
      if (entries >= least) found.push({ node, kind: 'dictionary', entries });
    }
  }
  return found
    .sort((a, b) => b.entries - a.entries)
    .slice(0, MOST)
    .map(({ node, kind, entries }) => ({ name: displayOf(held, node, kind), entries }));
}

/** Whose table a backing store is: of a Map or of what extends it. */
function mapOf(graph: HeapGraph, retainers: Retainers, table: number): number | undefined {
  for (let i = retainers.first[table]; i < retainers.first[table + 1]; i++) {
    const edge = retainers.edges[i];
    if (graph.edgeTypeNames[graph.edgeTypes[edge]] !== 'internal' || edgeName(graph, edge) !== 'table')
      continue;
    const owner = edgeSource(graph, edge);
    if (!/^(Set|WeakMap|WeakSet)$/.test(nameOfClass(graph, owner))) return owner;
  }
  return undefined;
}

/** A Map's table has key, value and chain of each entry in turn: keys may be numbers, or values, but hardly both. */
function mapEntries(graph: HeapGraph, table: number): number {
  const columns = [0, 0, 0];
  for (let edge = graph.firstEdges[table]; edge < graph.firstEdges[table + 1]; edge++) {
    const place = Number(edgeName(graph, edge));
    if (Number.isInteger(place)) columns[place % 3]++;
  }
  return Math.max(...columns);
}

function properties(graph: HeapGraph, node: number): number {
  const property = graph.edgeTypeNames.indexOf('property');
  let count = 0;
  for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++) {
    if (graph.edgeTypes[edge] === property) count++;
  }
  return count;
}
