import type { HeapGraph } from '../heap/graph.ts';

/** Edges turned around. 4 bytes an edge and 4 a node; built only where somebody asks who holds a node. */
export interface Retainers {
  /** Edges into node n are edges[first[n]] .. edges[first[n + 1] - 1]. */
  readonly first: Uint32Array;
  /** Edge numbers, ascending for each node. Weak edges are among them. */
  readonly edges: Uint32Array;
}

export function buildRetainers(graph: HeapGraph): Retainers {
  const { nodeCount, edgeCount, edgeTargets } = graph;
  const first = new Uint32Array(nodeCount + 1);
  for (let edge = 0; edge < edgeCount; edge++) first[edgeTargets[edge]]++;
  let total = 0;
  for (let node = 0; node <= nodeCount; node++) {
    total += first[node];
    first[node] = total; // its end; filling from behind moves it to its start
  }
  const edges = new Uint32Array(edgeCount);
  for (let edge = edgeCount - 1; edge >= 0; edge--) edges[--first[edgeTargets[edge]]] = edge;
  return { first, edges };
}

/** The node that an edge leaves. O(log nodes). */
export function edgeSource(graph: Pick<HeapGraph, 'nodeCount' | 'firstEdges'>, edge: number): number {
  const { firstEdges } = graph;
  let low = 0;
  let high = graph.nodeCount;
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if (firstEdges[middle] <= edge) low = middle;
    else high = middle;
  }
  return low;
}
