/** What entries of containers weigh: retained bytes, and those of them that lie outside the heap. */
import type { DominatedHeap } from '../../analysis/heap.ts';

export interface Sizes {
  /** By node ordinal; what lies outside the heap included. */
  retained: Uint32Array | Float64Array;
  /** Of all nodes. */
  total: number;
}

export function retainedBytes({ graph, dominators, order }: DominatedHeap): Sizes {
  const { nodeSelfSizes, nodeCount } = graph;
  let total = 0;
  for (let node = 0; node < nodeCount; node++) total += nodeSelfSizes[node];
  const retained = total < 2 ** 32 ? new Uint32Array(nodeSelfSizes) : new Float64Array(nodeSelfSizes);
  for (let i = order.length - 1; i > 0; i--) retained[dominators[order[i]]] += retained[order[i]];
  return { retained, total };
}

/** Outside the heap: what V8 calls native, as the bytes of buffers. */
export function externalBytes(heap: DominatedHeap, entries: ReadonlySet<number>): Map<number, number> {
  const { graph, dominators } = heap;
  const native = graph.nodeTypeNames.indexOf('native');
  const found = new Map<number, number>();
  for (let node = 0; node < graph.nodeCount; node++) {
    if (graph.nodeTypes[node] !== native || graph.nodeSelfSizes[node] < LEAST_EXTERNAL) continue;
    for (let at = node; ; at = dominators[at]) {
      if (entries.has(at)) found.set(at, (found.get(at) ?? 0) + graph.nodeSelfSizes[node]);
      if (dominators[at] === at) break;
    }
  }
  return found;
}

/** Smaller natives are handles of the runtime's. */
const LEAST_EXTERNAL = 256;

/** The nodes that none of the others dominates: what they retain can be added up. */
export function outermost(heap: DominatedHeap, nodes: Iterable<number>): number[] {
  const all = new Set(nodes);
  const { dominators } = heap;
  return [...all].filter((node) => {
    for (let at = node; dominators[at] !== at; ) {
      at = dominators[at];
      if (all.has(at)) return false;
    }
    return true;
  });
}
