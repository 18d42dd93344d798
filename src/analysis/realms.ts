import type { HeapGraph } from '../heap/graph.ts';
import { kindsOf } from './kinds.ts';

/** Reached from several realms, or from none. */
export const SHARED_REALM = -2;
export const NO_REALM = -1;

/** A realm: V8's native context, as the main program's, or one of node:vm. */
export interface Realms {
  /** Their `system / NativeContext` nodes, ascending. */
  readonly contexts: readonly number[];
  /** By node: its context's ordinal, SHARED_REALM or NO_REALM. */
  readonly ofNode: Int32Array;
}

const NAME = /^(?:Detached )?system \/ NativeContext(?: \/ |$)/s;

/**
 * Which realm each node belongs to, as DevTools attributes it: an object to that of its map's map; what has none (backing
 * stores, strings, code) to the realm that leads there over edges neither weak nor shortcuts, if it is but one.
 */
export function attributeRealms(graph: HeapGraph): Realms {
  const { nodeCount, firstEdges, edgeTypes, edgeTargets } = graph;
  const { shortcutEdge, weakEdge } = kindsOf(graph);
  const contexts = realmContexts(graph);
  const ofNode = new Int32Array(nodeCount).fill(NO_REALM);
  const fixed = new Uint8Array(nodeCount);
  for (const context of contexts) {
    ofNode[context] = context;
    fixed[context] = 1;
  }
  const { maps, realmOfMap } = mapsOf(graph, contexts);
  for (let node = 0; node < nodeCount; node++) {
    if (fixed[node] || maps[node] < 0 || maps[maps[node]] < 0) continue;
    const realm = realmOfMap.get(maps[maps[node]]);
    if (realm === undefined) continue;
    ofNode[node] = realm;
    fixed[node] = 1;
  }
  // A node enters the list twice at most: when it gets a realm and when it turns out to be shared.
  const list: number[] = [];
  const spread = (node: number): void => {
    const realm = ofNode[node];
    for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
      if (edgeTypes[edge] === shortcutEdge || edgeTypes[edge] === weakEdge) continue;
      const target = edgeTargets[edge];
      const before = ofNode[target];
      if (fixed[target] || before === realm || before === SHARED_REALM) continue;
      ofNode[target] = before === NO_REALM ? realm : SHARED_REALM;
      list.push(target);
    }
  };
  for (let node = 0; node < nodeCount; node++) {
    if (!fixed[node]) continue;
    spread(node);
    while (list.length > 0) spread(list.pop()!);
  }
  return { contexts, ofNode };
}

/** The native contexts. A heap of one program has one; node:vm makes more. */
export function realmContexts(graph: HeapGraph): number[] {
  const { nodeCount, nodeTypes, nodeNames, strings } = graph;
  const { hidden, object } = kindsOf(graph);
  /** By name: 1 a context, 2 none. */
  const looked = new Uint8Array(strings.count);
  const found: number[] = [];
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== hidden && nodeTypes[node] !== object) continue;
    const name = nodeNames[node];
    if (looked[name] === 0) looked[name] = NAME.test(strings.get(name)) ? 1 : 2;
    if (looked[name] === 1) found.push(node);
  }
  return found;
}

/** Each node's map, or -1; and of maps' maps, which are one for each realm, the realm. */
function mapsOf(
  graph: HeapGraph,
  contexts: readonly number[],
): { maps: Int32Array; realmOfMap: Map<number, number> } {
  const { nodeCount, firstEdges, edgeTypes, edgeNames, edgeTargets, strings } = graph;
  const { internalEdge } = kindsOf(graph);
  const map = strings.indexOf('map');
  const nativeContext = strings.indexOf('native_context');
  const isContext = new Set(contexts);
  const maps = new Int32Array(nodeCount).fill(-1);
  const realmOfMap = new Map<number, number>();
  for (let node = 0; node < nodeCount; node++) {
    for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
      if (edgeTypes[edge] !== internalEdge) continue;
      const name = edgeNames[edge];
      const target = edgeTargets[edge];
      if (name === map) {
        if (maps[node] < 0) maps[node] = target;
      } else if (name === nativeContext && isContext.has(target) && !realmOfMap.has(node)) {
        realmOfMap.set(node, target);
      }
    }
  }
  return { maps, realmOfMap };
}
