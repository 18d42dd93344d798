import { sortedOrder } from '../heap/columns.ts';
import type { HeapGraph } from '../heap/graph.ts';
import { getBit, makeBits, ones } from './bits.ts';
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

/** Below so many times the nodes an id is small: 16 bytes a node at worst. */
const SMALL_IDS = 64;

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
  /** By class and type: the kind's number + 1, 0 where there is none yet. */
  const indexes = new Uint32Array(classes.names.length * nodeTypeNames.length);
  for (let i = 0; i < count; i++) {
    const node = order[i];
    const key = classes.ofNode[node] * nodeTypeNames.length + nodeTypes[node];
    if (indexes[key] === 0) {
      const className = classes.names[classes.ofNode[node]];
      indexes[key] = kinds.push({ type: nodeTypeNames[nodeTypes[node]], className });
    }
    ids[i] = nodeIds[node];
    kindOf[i] = indexes[key] - 1;
    sizes[i] = shallowSizes[node];
  }
  return { ids, kindOf, sizes, kinds };
}

/**
 * Nodes that have a size, by ascending id. V8 counts its ids up, so most are small: a bit for each finds their places.
 * Large ones (of embedder nodes, or in a process that has made very many objects) are sorted, and all where an id
 * stands twice.
 */
function sizedById({ nodeCount, nodeIds }: HeapGraph, sizes: Uint32Array | Float64Array): Uint32Array {
  let count = 0;
  for (let node = 0; node < nodeCount; node++) if (sizes[node] > 0) count++;
  let end = 0;
  for (let node = 0; node < nodeCount; node++) {
    const id = nodeIds[node];
    if (id >= end && id < SMALL_IDS * count && sizes[node] > 0) end = id + 1;
  }
  const bits = makeBits(end);
  const order = new Uint32Array(count);
  let large = count; // from here on in `order`, in the end by id
  for (let node = nodeCount - 1; node >= 0; node--) {
    if (sizes[node] === 0) continue;
    const id = nodeIds[node];
    if (id >= end) order[--large] = node;
    else if (getBit(bits, id)) return sorted(sized(nodeCount, sizes, count), nodeIds);
    else bits[id >>> 5] |= 1 << (id & 31);
  }
  const before = new Uint32Array(bits.length);
  for (let word = 1; word < bits.length; word++) before[word] = before[word - 1] + ones(bits[word - 1]);
  for (let node = 0; node < nodeCount; node++) {
    const id = nodeIds[node];
    if (sizes[node] === 0 || id >= end) continue;
    const word = id >>> 5;
    order[before[word] + ones(bits[word] & ((1 << (id & 31)) - 1))] = node;
  }
  order.set(sorted(order.slice(large), nodeIds), large);
  return order;
}

function sized(nodeCount: number, sizes: Uint32Array | Float64Array, count: number): Uint32Array {
  const nodes = new Uint32Array(count);
  for (let node = 0, next = 0; node < nodeCount; node++) if (sizes[node] > 0) nodes[next++] = node;
  return nodes;
}

function sorted(nodes: Uint32Array, nodeIds: Uint32Array): Uint32Array {
  const order = sortedOrder(nodes.map((node) => nodeIds[node]));
  return order?.map((row) => nodes[row]) ?? nodes;
}
