import type { HeapGraph } from '../heap/graph.ts';
import { getBit, makeBits, setBit } from './bits.ts';

/** The root is the first node: V8 writes it so in every version (DevTools reads `root_index`, which V8 leaves out). */
export const ROOT = 0;

/** V8's type spellings as this file's numbers; -1 where the file does not know the type. */
export interface Kinds {
  readonly hidden: number;
  readonly array: number;
  readonly string: number;
  readonly object: number;
  readonly code: number;
  readonly closure: number;
  readonly regexp: number;
  readonly native: number;
  readonly synthetic: number;
  readonly objectShape: number;
  readonly contextEdge: number;
  readonly elementEdge: number;
  readonly propertyEdge: number;
  readonly internalEdge: number;
  readonly hiddenEdge: number;
  readonly shortcutEdge: number;
  readonly weakEdge: number;
}

export function kindsOf(graph: HeapGraph): Kinds {
  const node = (name: string): number => graph.nodeTypeNames.indexOf(name);
  const edge = (name: string): number => graph.edgeTypeNames.indexOf(name);
  return {
    hidden: node('hidden'),
    array: node('array'),
    string: node('string'),
    object: node('object'),
    code: node('code'),
    closure: node('closure'),
    regexp: node('regexp'),
    native: node('native'),
    synthetic: node('synthetic'),
    objectShape: node('object shape'),
    contextEdge: edge('context'),
    elementEdge: edge('element'),
    propertyEdge: edge('property'),
    internalEdge: edge('internal'),
    hiddenEdge: edge('hidden'),
    shortcutEdge: edge('shortcut'),
    weakEdge: edge('weak'),
  };
}

/**
 * Whether a child of the root is where the program's own world begins: the global objects (anything not synthetic),
 * and in browsers the document trees. DevTools' `isUserRoot`.
 */
export function isUserRoot(graph: HeapGraph, kinds: Kinds, node: number): boolean {
  return graph.nodeTypes[node] !== kinds.synthetic || isDocumentTrees(graph, kinds, node);
}

export function isDocumentTrees(graph: HeapGraph, kinds: Kinds, node: number): boolean {
  return (
    graph.nodeTypes[node] === kinds.synthetic &&
    graph.strings.get(graph.nodeNames[node]) === '(Document DOM trees)'
  );
}

export function hasUserRoots(graph: HeapGraph, kinds: Kinds): boolean {
  for (let edge = graph.firstEdges[ROOT]; edge < graph.firstEdges[ROOT + 1]; edge++) {
    if (isUserRoot(graph, kinds, graph.edgeTargets[edge])) return true;
  }
  return false;
}

/** The index of a name that nodes of one type have, or -1. Reads the names of that type only, each once. */
export function nameOfType(graph: HeapGraph, type: number, text: string): number {
  const { nodeCount, nodeTypes, nodeNames, strings } = graph;
  const seen = makeBits(strings.count);
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== type) continue;
    const name = nodeNames[node];
    if (getBit(seen, name)) continue;
    if (strings.get(name) === text) return name;
    setBit(seen, name);
  }
  return -1;
}
