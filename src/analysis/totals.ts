import type { HeapGraph } from '../heap/graph.ts';
import type { Classes } from './classes.ts';

/** How many objects of one class there are, and their bytes. */
export interface ClassTotal {
  className: string;
  count: number;
  shallowSize: number;
}

/**
 * Counts and shallow sizes by class, largest size first: what can be told without dominators. Nodes of size 0 are
 * passed over, as in `aggregateByClass`.
 */
export function totalsByClass(
  graph: HeapGraph,
  { names, ofNode }: Classes,
  shallowSizes: Uint32Array | Float64Array,
): ClassTotal[] {
  const counts = new Uint32Array(names.length);
  const sizes = new Float64Array(names.length);
  for (let node = 0; node < graph.nodeCount; node++) {
    const size = shallowSizes[node];
    if (size === 0) continue;
    counts[ofNode[node]]++;
    sizes[ofNode[node]] += size;
  }
  return names
    .map((className, index) => ({ className, count: counts[index], shallowSize: sizes[index] }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.shallowSize - a.shallowSize || (a.className < b.className ? -1 : 1));
}
