import type { HeapGraph } from '../heap/graph.ts';
import { type Ephemerons, ephemeronIndex } from './ephemerons.ts';
import { isUserRoot, type Kinds, kindsOf, ROOT } from './kinds.ts';

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
  const { nodeCount, firstEdges, edgeTypes, edgeTargets } = graph;
  const kinds = kindsOf(graph);
  const distances = new Int32Array(nodeCount).fill(UNREACHABLE);
  if (nodeCount === 0) return distances;
  const queue = new Uint32Array(nodeCount);
  const counts = makeEdgeFilter(graph, kinds);
  // Asked only for edges to nodes not yet reached: so an entry of a WeakMap counts by the later of its two edges.
  const waiting = new Uint8Array(ephemerons.pairCount);
  const follows = (node: number, edge: number): boolean => {
    if (!counts(node, edge)) return false;
    const found = edgeTypes[edge] === kinds.internalEdge ? ephemeronIndex(ephemerons, edge) : -1;
    if (found < 0) return true;
    const pair = ephemerons.pairs[found];
    waiting[pair] ^= 1;
    return waiting[pair] === 0;
  };

  const spread = (queued: number): void => {
    let end = queued;
    for (let next = 0; next < end; next++) {
      const node = queue[next];
      const distance = distances[node] + 1;
      for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
        const target = edgeTargets[edge];
        if (distances[target] !== UNREACHABLE || !follows(node, edge)) continue;
        distances[target] = distance;
        queue[end++] = target;
      }
    }
  };

  let roots = 0;
  for (let edge = firstEdges[ROOT]; edge < firstEdges[ROOT + 1]; edge++) {
    const node = edgeTargets[edge];
    if (distances[node] !== UNREACHABLE || !isUserRoot(graph, kinds, node)) continue;
    distances[node] = 1;
    queue[roots++] = node;
  }
  spread(roots);
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
  const nativeContext = strings.indexOf('system / NativeContext');
  const sloppyMap = strings.indexOf('sloppy_function_map');
  const descriptors = strings.indexOf('(map descriptors)');
  return (node, edge) => {
    const type = edgeTypes[edge];
    if (type === kinds.weakEdge) return false;
    const named = type !== kinds.elementEdge && type !== kinds.hiddenEdge;
    if (nodeTypes[node] === kinds.hidden && nodeNames[node] === nativeContext) {
      return !named || edgeNames[edge] !== sloppyMap;
    }
    if (nodeTypes[node] === kinds.array && nodeNames[node] === descriptors) {
      const index = named ? Number.parseInt(strings.get(edgeNames[edge]), 10) : edgeNames[edge];
      return index < 2 || index % 3 !== 1;
    }
    return true;
  };
}
