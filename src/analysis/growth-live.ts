import type { HeapGraph } from '../heap/graph.ts';
import { getBit, makeBits, setBit } from './bits.ts';
import type { DominatedHeap } from './heap.ts';
import { typeRole } from './type-roles.ts';

/** What each node's dominator subtree holds, counting only the program's own objects. */
export interface LiveTotals {
  /** Objects in the subtree, the node itself included. */
  counts: Uint32Array;
  /** Bytes of them and of their backing stores. */
  bytes: Uint32Array | Float64Array;
  /** 0 not the program's, 1 an object, 2 a backing store. */
  own: Uint8Array;
  ownCount(node: number): number;
  ownBytes(node: number): number;
}

/**
 * Retained objects and bytes of every node without compiled code, feedback, object shapes and other hidden
 * bookkeeping: nearly all growth of sound programs is there. Backing stores and WeakRefs weigh bytes but count no object.
 */
export function liveTotals(heap: DominatedHeap): LiveTotals {
  const { graph, dominators, order } = heap;
  const roles = graph.nodeTypeNames.map((name) => typeRole(name));
  // It keeps nothing alive: a list of them is bytes, not objects that somebody holds.
  const weakRef = graph.strings.indexOf('WeakRef');
  const isText = graph.nodeTypeNames.map((name) => name.endsWith('string') || name === 'symbol');
  const counts = new Uint32Array(graph.nodeCount);
  const bytes = sizeColumn(graph);
  /** 0 not the program's, 1 an object, 2 a backing store. */
  const own = new Uint8Array(graph.nodeCount);
  // What hangs below code (boilerplates, constant pools, property names) is the engine's, not the program's.
  const engine = makeBits(graph.nodeCount);
  const isDoneCell = doneCells(graph);
  const done = makeBits(graph.nodeCount);
  for (let i = 0; i < order.length; i++) {
    const node = order[i];
    if (isDoneCell(node) ?? getBit(done, dominators[node])) {
      setBit(done, node);
      continue;
    }
    const role = roles[graph.nodeTypes[node]];
    const isEngine =
      role === 'engine' ||
      (getBit(engine, dominators[node]) && (role !== 'object' || isText[graph.nodeTypes[node]]));
    if (isEngine) setBit(engine, node);
    if (isEngine || role === 'root') continue;
    // The value of a heap number, made for the snapshot: each has new ones.
    if (isText[graph.nodeTypes[node]] && graph.nodeSelfSizes[node] === 0) continue;
    const counted = role === 'object' && graph.nodeNames[node] !== weakRef;
    own[node] = counted ? 1 : 2;
    bytes[node] = graph.nodeSelfSizes[node];
    if (counted) counts[node] = 1;
  }
  for (let i = order.length - 1; i > 0; i--) {
    const node = order[i];
    const dominator = dominators[node];
    if (dominator === node) continue;
    counts[dominator] += counts[node];
    bytes[dominator] += bytes[node];
  }
  return {
    counts,
    bytes,
    own,
    ownCount: (node) => (own[node] === 1 ? 1 : 0),
    ownBytes: (node) => (own[node] ? graph.nodeSelfSizes[node] : 0),
  };
}

/**
 * Tells cells of a FinalizationRegistry whose target is dead: what they hold waits for the cleanup callback only, and
 * there is the more of it the longer ago the last full collection was. Undefined for what is no cell.
 */
function doneCells(graph: HeapGraph): (node: number) => boolean | undefined {
  const { nodeTypes, nodeNames, firstEdges, edgeTypes } = graph;
  const hidden = graph.nodeTypeNames.indexOf('hidden');
  const weak = graph.edgeTypeNames.indexOf('weak');
  const name = graph.strings.indexOf('system / WeakCell');
  return (node) => {
    if (nodeNames[node] !== name || nodeTypes[node] !== hidden) return undefined;
    return !edgeTypes.subarray(firstEdges[node], firstEdges[node + 1]).includes(weak);
  };
}

/** For sums of sizes: 4 bytes a node where all of them together fit. */
function sizeColumn({ nodeCount, nodeSelfSizes }: HeapGraph): Uint32Array | Float64Array {
  let total = 0;
  for (let node = 0; node < nodeCount; node++) total += nodeSelfSizes[node];
  return total < 2 ** 32 ? new Uint32Array(nodeCount) : new Float64Array(nodeCount);
}
