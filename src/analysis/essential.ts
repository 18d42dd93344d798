import type { HeapGraph } from '../heap/graph.ts';
import { type Bits, clearBit, getBit, makeBits, setBit } from './bits.ts';
import type { Ephemerons } from './ephemerons.ts';
import { isDocumentTrees, type Kinds, kindsOf, ROOT } from './kinds.ts';

/**
 * The edges that count for dominators and retained sizes, as DevTools has it. Left out: weak edges, edges to oneself,
 * shortcuts (but for the root's, which mark the global objects), the table's edge of a WeakMap entry (the key's
 * stays), and edges from what the global objects do not reach into what they do (a debugger's handles, say).
 */
export function findEssentialEdges(graph: HeapGraph, ephemerons: Ephemerons): Bits {
  const { nodeCount, firstEdges, edgeTypes, edgeTargets } = graph;
  const kinds = kindsOf(graph);
  const owned = markPageOwned(graph, kinds);
  const essential = makeBits(graph.edgeCount);
  for (let node = 0; node < nodeCount; node++) {
    const foreign = !getBit(owned, node) && node !== ROOT;
    for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
      const type = edgeTypes[edge];
      const target = edgeTargets[edge];
      if (type === kinds.weakEdge || target === node) continue;
      if (type === kinds.shortcutEdge && node !== ROOT) continue;
      if (foreign && getBit(owned, target)) continue;
      setBit(essential, edge);
    }
  }
  for (let i = 0; i < ephemerons.edges.length; i++) {
    if (getBit(ephemerons.fromTable, i)) clearBit(essential, ephemerons.edges[i]);
  }
  return essential;
}

/** All that the global objects (the root's shortcuts) and document trees reach over edges that are not weak. */
function markPageOwned(graph: HeapGraph, kinds: Kinds): Bits {
  const { nodeCount, firstEdges, edgeTypes, edgeTargets } = graph;
  const owned = makeBits(nodeCount);
  const stack = new Uint32Array(nodeCount);
  let depth = 0;
  const mark = (node: number): void => {
    if (getBit(owned, node)) return;
    setBit(owned, node);
    stack[depth++] = node;
  };
  for (let edge = firstEdges[ROOT]; edge < firstEdges[ROOT + 1]; edge++) {
    const type = edgeTypes[edge];
    const target = edgeTargets[edge];
    if (type === kinds.shortcutEdge) mark(target);
    else if (type === kinds.elementEdge && isDocumentTrees(graph, kinds, target)) mark(target);
  }
  while (depth > 0) {
    const node = stack[--depth];
    for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
      if (edgeTypes[edge] !== kinds.weakEdge) mark(edgeTargets[edge]);
    }
  }
  return owned;
}
