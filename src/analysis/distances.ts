import type { HeapGraph } from '../heap/graph.ts';
import { getBit, makeBits, setBit } from './bits.ts';
import { type Ephemerons, ephemeronIndex } from './ephemerons.ts';
import { isUserRoot, type Kinds, kindsOf, nameOfType, ROOT } from './kinds.ts';

/** Distance of what only weak edges lead to (DevTools keeps -5 for it). */
export const UNREACHABLE = -1;

/** Distances from here on are counted from the synthetic root: nothing of the user's leads there. */
export const SYSTEM_DISTANCE = 100_000_000;

/**
 * Edges on the shortest way from a root, in DevTools' convention: user roots are at 1; what they do not reach counts
 * from the synthetic root, itself at SYSTEM_DISTANCE (0 where there are no user roots). Weak edges do not count, nor
 * do a NativeContext's `sloppy_function_map` and the links of shared `(map descriptors)`. A WeakMap's value gets the
 * greater of key's and table's distance + 1.
 */
export function computeDistances(graph: HeapGraph, ephemerons: Ephemerons): Int32Array {
  const { nodeCount, edgeCount, firstEdges, edgeTargets } = graph;
  const kinds = kindsOf(graph);
  const distances = new Int32Array(nodeCount).fill(UNREACHABLE);
  if (nodeCount === 0) return distances;
  const counts = makeEdgeFilter(graph, kinds);
  const isEntry = makeBits(edgeCount);
  for (const edge of ephemerons.edges) setBit(isEntry, edge);
  // Asked only for edges to nodes not yet reached: so an entry of a WeakMap counts by the later of its two edges.
  const waiting = makeBits(ephemerons.pairCount);
  const isLater = (edge: number): boolean => {
    const pair = ephemerons.pairs[ephemeronIndex(ephemerons, edge)];
    waiting[pair >>> 5] ^= 1 << (pair & 31);
    return !getBit(waiting, pair);
  };
  const reached = makeBits(nodeCount);
  const queue = new Uint32Array(nodeCount);

  const spread = (queued: number): void => {
    let end = queued;
    for (let next = 0; next < end; next++) {
      const node = queue[next];
      const distance = distances[node] + 1;
      for (let edge = firstEdges[node], last = firstEdges[node + 1]; edge < last; edge++) {
        const target = edgeTargets[edge];
        const bit = 1 << (target & 31);
        if ((reached[target >>> 5] & bit) !== 0) continue;
        if (!counts(node, edge)) continue;
        if ((isEntry[edge >>> 5] & (1 << (edge & 31))) !== 0 && !isLater(edge)) continue;
        reached[target >>> 5] |= bit;
        distances[target] = distance;
        queue[end++] = target;
      }
    }
  };

  let roots = 0;
  for (let edge = firstEdges[ROOT]; edge < firstEdges[ROOT + 1]; edge++) {
    const node = edgeTargets[edge];
    if (getBit(reached, node) || !isUserRoot(graph, kinds, node)) continue;
    setBit(reached, node);
    distances[node] = 1;
    queue[roots++] = node;
  }
  spread(roots);
  setBit(reached, ROOT);
  distances[ROOT] = roots > 0 ? SYSTEM_DISTANCE : 0;
  queue[0] = ROOT;
  spread(1);
  return distances;
}

/**
 * Whether an edge counts on a way from a root. WeakMap entries apart: no for weak edges, a NativeContext's
 * `sloppy_function_map`, and the links of `(map descriptors)`, which maps share (crbug.com/413608).
 */
export function makeEdgeFilter(graph: HeapGraph, kinds: Kinds): (node: number, edge: number) => boolean {
  const { nodeTypes, nodeNames, edgeTypes, edgeNames, strings } = graph;
  const nativeContext = nameOfType(graph, kinds.hidden, 'system / NativeContext');
  const descriptors = nameOfType(graph, kinds.array, '(map descriptors)');
  return (node, edge) => {
    const type = edgeTypes[edge];
    if (type === kinds.weakEdge) return false;
    const named = type !== kinds.elementEdge && type !== kinds.hiddenEdge;
    if (nodeTypes[node] === kinds.hidden && nodeNames[node] === nativeContext) {
      return !named || strings.get(edgeNames[edge]) !== 'sloppy_function_map';
    }
    if (nodeTypes[node] === kinds.array && nodeNames[node] === descriptors) {
      const index = named ? Number.parseInt(strings.get(edgeNames[edge]), 10) : edgeNames[edge];
      return index < 2 || index % 3 !== 1;
    }
    return true;
  };
}
