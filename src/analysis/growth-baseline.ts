import type { LiveTotals } from './growth-live.ts';
import type { DominatedHeap } from './heap.ts';

/** What is kept of the first snapshot so that later ones can be compared without holding its graph. */
export interface Baseline {
  /** Row of the object with this id, or -1. */
  row(id: number): number;
  /** Hash of type and class name: the same id with another kind is another object. */
  kinds: Uint32Array;
  counts: Uint32Array;
  bytes: Float64Array;
}

/** Digest of an analysed heap: 20 bytes a node and an index of ids. */
export function makeBaseline(heap: DominatedHeap, live: LiveTotals): Baseline {
  const { nodeIds, nodeCount } = heap.graph;
  const rowOf = indexIds(nodeIds, nodeCount);
  return { row: rowOf, kinds: nodeKinds(heap), counts: live.counts, bytes: live.bytes };
}

/**
 * A hash per node that tells kinds of objects apart: V8 type, and for objects, closures and natives the name.
 * Strings share a kind: their name is their content.
 */
export function nodeKinds(heap: DominatedHeap): Uint32Array {
  const { graph } = heap;
  const named = graph.nodeTypeNames.map(
    (name) => name === 'object' || name === 'closure' || name === 'native',
  );
  const hashes = new Uint32Array(graph.strings.count);
  const kinds = new Uint32Array(graph.nodeCount);
  for (let node = 0; node < graph.nodeCount; node++) {
    const type = graph.nodeTypes[node];
    let hash = type + 1;
    if (named[type]) {
      const name = graph.nodeNames[node];
      if (!hashes[name]) hashes[name] = hashText(graph.strings.get(name));
      hash = (Math.imul(hash, 0x01000193) ^ hashes[name]) >>> 0;
    }
    kinds[node] = hash;
  }
  return kinds;
}

/** FNV-1a over UTF-16 units, never 0. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0 || 1;
}

/** Ids of JavaScript objects are odd and dense: a direct table. Native ids are even hashes: a Map. */
function indexIds(ids: Uint32Array, count: number): (id: number) => number {
  let highest = 0;
  for (let node = 0; node < count; node++) if (ids[node] & 1 && ids[node] > highest) highest = ids[node];
  const sparse = new Map<number, number>();
  const dense = highest / 2 < 16 * count + 1024 ? new Uint32Array((highest >>> 1) + 1) : undefined;
  for (let node = 0; node < count; node++) {
    if (dense && ids[node] & 1) dense[ids[node] >>> 1] = node + 1;
    else sparse.set(ids[node], node);
  }
  return (id) => {
    if (dense && id & 1) return (dense[id >>> 1] ?? 0) - 1;
    return sparse.get(id) ?? -1;
  };
}
