import type { HeapGraph } from '../heap/graph.ts';
import type { Classes } from './classes.ts';

/**
 * What comparing snapshots needs of one, so that two graphs are never in memory together: 12 bytes a node.
 * Columns of equal length, by ascending node id; only nodes that have a size, as in DevTools' comparison.
 */
export interface HeapDigest {
  readonly ids: Uint32Array;
  /** Index into kinds. */
  readonly kindOf: Uint32Array;
  /** Shallow sizes in bytes. */
  readonly sizes: Uint32Array | Float64Array;
  /** A node of another type or class is another object, whatever its id. */
  readonly kinds: readonly { readonly type: string; readonly className: string }[];
}

/** `shallowSizes` as in AnalysedHeap (or from computeShallowSizes, where no more is needed). */
export function digestHeap(
  heap: { readonly graph: HeapGraph; readonly shallowSizes: Uint32Array | Float64Array },
  classes: Classes,
): HeapDigest {
  const { graph, shallowSizes } = heap;
  const { nodeIds, nodeTypes, nodeTypeNames } = graph;
  const order = sizedById(graph, shallowSizes);
  const count = order.length;
  const ids = new Uint32Array(count);
  const kindOf = new Uint32Array(count);
  const sizes = shallowSizes instanceof Uint32Array ? new Uint32Array(count) : new Float64Array(count);
  const kinds: { type: string; className: string }[] = [];
  const indexes = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const node = order[i];
    const key = classes.ofNode[node] * nodeTypeNames.length + nodeTypes[node];
    let kind = indexes.get(key);
    if (kind === undefined) {
      const className = classes.names[classes.ofNode[node]];
      kind = kinds.push({ type: nodeTypeNames[nodeTypes[node]], className }) - 1;
      indexes.set(key, kind);
    }
    ids[i] = nodeIds[node];
    kindOf[i] = kind;
    sizes[i] = shallowSizes[node];
  }
  return { ids, kindOf, sizes, kinds };
}

/** Nodes that have a size, by ascending id: a radix sort by the id's lower and upper half. */
function sizedById(graph: HeapGraph, sizes: Uint32Array | Float64Array): Uint32Array {
  const { nodeCount, nodeIds } = graph;
  let count = 0;
  const nodes = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) if (sizes[node] > 0) nodes[count++] = node;
  const half = new Uint32Array(count);
  sortBy(nodes.subarray(0, count), half, (node) => nodeIds[node] & 0xffff);
  const sorted = nodes.subarray(0, count);
  sortBy(half, sorted, (node) => nodeIds[node] >>> 16);
  return sorted;
}

/** Stable counting sort on a key of 16 bits. */
function sortBy(from: Uint32Array, to: Uint32Array, key: (node: number) => number): void {
  const starts = new Uint32Array(0x10001);
  for (const node of from) starts[key(node) + 1]++;
  for (let i = 0; i < 0x10000; i++) starts[i + 1] += starts[i];
  for (const node of from) to[starts[key(node)]++] = node;
}
