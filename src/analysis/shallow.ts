import type { HeapGraph } from '../heap/graph.ts';
import { type Bits, getBit, makeBits } from './bits.ts';
import { hasUserRoots, type Kinds, kindsOf, nameOfType, ROOT } from './kinds.ts';
import { Uint32List } from './uint32-list.ts';

const UNOWNED = 0xffffffff;
const SHARED = 0xfffffffe;
/** Nodes are less. */
const NO_NODE = SHARED;

/**
 * Shallow sizes as DevTools shows them: a backing store (a node of type `array` or `hidden`, or the data of an
 * external string) that one object alone leads to has size 0, and that object has its bytes. Files without user
 * roots (made with internals exposed) keep the sizes as written; then this is the graph's own column.
 */
export function computeShallowSizes(graph: HeapGraph): Uint32Array | Float64Array {
  const kinds = kindsOf(graph);
  const { nodeCount, nodeTypes, nodeSelfSizes } = graph;
  if (nodeCount === 0 || !hasUserRoots(graph, kinds)) return nodeSelfSizes;

  const stores = findStores(graph, kinds);
  let total = 0;
  for (let node = 0; node < nodeCount; node++) total += nodeSelfSizes[node];
  // Owners are no stores themselves: so a store's entry is its owner, until it is what it weighs.
  const sizes = total < 2 ** 32 ? new Uint32Array(nodeCount) : new Float64Array(nodeCount);
  sizes.set(nodeSelfSizes);
  findOwners(graph, kinds, stores, sizes);
  for (let node = 0; node < nodeCount; node++) {
    if (!getBit(stores, node)) continue;
    const owner = sizes[node];
    const isOwned = owner < NO_NODE && owner !== ROOT && nodeTypes[owner] !== kinds.synthetic;
    sizes[node] = isOwned ? 0 : nodeSelfSizes[node];
    if (isOwned) sizes[owner] += nodeSelfSizes[node];
  }
  return sizes;
}

function findStores(graph: HeapGraph, kinds: Kinds): Bits {
  const { nodeCount, nodeTypes, nodeNames } = graph;
  const { hidden, array, native } = kinds;
  const externalData = nameOfType(graph, native, 'system / ExternalStringData');
  const stores = makeBits(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeTypes[node];
    if (type === hidden || type === array || (type === native && nodeNames[node] === externalData)) {
      stores[node >>> 5] |= 1 << (node & 31);
    }
  }
  return stores;
}

/** Gives each store the one object that leads to it, over other stores or straight, in its entry. */
function findOwners(graph: HeapGraph, kinds: Kinds, stores: Bits, owners: Uint32Array | Float64Array): void {
  const { nodeCount, firstEdges, edgeTypes, edgeTargets } = graph;
  const { weakEdge } = kinds;
  for (let node = 0; node < nodeCount; node++) if (getBit(stores, node)) owners[node] = UNOWNED;
  // A store enters the list at most twice: when it gets an owner and when it turns out to be shared.
  const list = new Uint32List();
  for (let object = 0; object < nodeCount; object++) {
    if ((stores[object >>> 5] & (1 << (object & 31))) !== 0) continue;
    let node = object;
    let owner = object;
    for (;;) {
      for (let edge = firstEdges[node], end = firstEdges[node + 1]; edge < end; edge++) {
        const target = edgeTargets[edge];
        if ((stores[target >>> 5] & (1 << (target & 31))) === 0 || edgeTypes[edge] === weakEdge) continue;
        const before = owners[target];
        if (before === owner || before === SHARED) continue;
        owners[target] = before === UNOWNED ? owner : SHARED;
        list.push(target);
      }
      if (list.length === 0) break;
      node = list.pop();
      owner = owners[node];
    }
  }
}
