import type { HeapGraph } from '../heap/graph.ts';
import type { LiveTotals } from './growth-live.ts';
import type { DominatedHeap } from './heap.ts';
import { IdRows } from './id-rows.ts';

/** What is kept of the first snapshot so that later ones can be compared without holding its graph. */
export interface Baseline {
  /** Row of the object with this id, or -1. */
  row(id: number): number;
  /** As of kindHashes: the same id with another kind is another object. */
  kinds: Uint16Array;
  counts: Uint32Array;
  bytes: Uint32Array | Float64Array;
}

/** Digest of an analysed heap: about 10 bytes a node. */
export function makeBaseline(heap: DominatedHeap, live: LiveTotals): Baseline {
  const { nodeIds, nodeCount } = heap.graph;
  const rows = new IdRows(nodeIds);
  const kindOf = kindHashes(heap.graph);
  const kinds = new Uint16Array(rows.count);
  const counts = new Uint32Array(rows.count);
  const bytes = live.bytes instanceof Uint32Array ? counts.slice() : new Float64Array(rows.count);
  for (let node = 0; node < nodeCount; node++) {
    const row = rows.row(nodeIds[node]);
    kinds[row] = kindOf(node);
    counts[row] = live.counts[node];
    bytes[row] = live.bytes[node];
  }
  return { row: (id) => rows.row(id), kinds, counts, bytes };
}

/**
 * A 16-bit hash that tells kinds of objects apart, in any snapshot: V8 type, and for objects, closures and natives
 * the name. Strings share a kind: their name is their content.
 */
export function kindHashes(graph: HeapGraph): (node: number) => number {
  const isNamed = namedTypes(graph);
  const hashes = new Uint16Array(graph.strings.count);
  return (node) => {
    const type = graph.nodeTypes[node];
    if (!isNamed[type]) return type + 1;
    const name = graph.nodeNames[node];
    if (!hashes[name]) hashes[name] = hashText(graph.strings.get(name));
    return (Math.imul(type + 1, 0x9dc5) ^ hashes[name]) & 0xffff;
  };
}

/** Whether two nodes of one snapshot are of one kind, as kindHashes has it. */
export function alike(graph: HeapGraph): (a: number, b: number) => boolean {
  const { nodeTypes, nodeNames } = graph;
  const isNamed = namedTypes(graph);
  return (a, b) => nodeTypes[a] === nodeTypes[b] && (!isNamed[nodeTypes[a]] || nodeNames[a] === nodeNames[b]);
}

function namedTypes(graph: HeapGraph): boolean[] {
  return graph.nodeTypeNames.map((name) => name === 'object' || name === 'closure' || name === 'native');
}

/** FNV-1a over UTF-16 units, folded to 16 bits, never 0. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return ((hash >>> 16) ^ hash) & 0xffff || 1;
}
