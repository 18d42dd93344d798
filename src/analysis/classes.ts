import type { HeapGraph } from '../heap/graph.ts';
import { type Kinds, kindsOf } from './kinds.ts';

/** The class of every node, as a number. */
export interface Classes {
  readonly names: readonly string[];
  /** Index into names, by node ordinal. Two bytes are enough nearly always. */
  readonly ofNode: ClassColumn;
}

type ClassColumn = Uint16Array | Uint32Array;

const MOST_IN_16_BITS = 2 ** 16;

/** The same column, or a wider one, that has room for so many classes. */
export function withRoomFor(classes: number, column: ClassColumn): ClassColumn {
  return classes > MOST_IN_16_BITS && column instanceof Uint16Array ? new Uint32Array(column) : column;
}

const DETACHED = 2;

/**
 * The class that DevTools lists a node under: an object's constructor; `Function`, `RegExp`; for the rest `(string)`,
 * `(array)`, `(compiled code)`, `(system)`, `(object shape)`, ... A native node that is detached by itself (not by
 * what holds it: see classify) is `Detached X`.
 */
export function className(graph: HeapGraph, node: number): string {
  return nameFor(graph, kindsOf(graph), node, graph.nodeDetachedness?.[node] === DETACHED);
}

/** The class of every node as DevTools has it, `Detached` handed on from detached native nodes to what they hold. */
export function classify(graph: HeapGraph): Classes {
  const classes = nameInto(graph, new Uint16Array(graph.nodeCount));
  return classes.names.length > MOST_IN_16_BITS ? nameInto(graph, new Uint32Array(graph.nodeCount)) : classes;
}

function nameInto(graph: HeapGraph, ofNode: ClassColumn): Classes {
  const kinds = kindsOf(graph);
  const { nodeCount, nodeTypes, nodeNames } = graph;
  const detached = findDetached(graph, kinds);
  const names: string[] = [];
  const indexes = new Map<string, number>();
  const intern = (name: string): number => {
    let index = indexes.get(name);
    if (index === undefined) {
      index = names.push(name) - 1;
      indexes.set(name, index);
    }
    return index;
  };
  const byType = graph.nodeTypeNames.map(() => -1);
  const byName = new Map<number, number>();
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeTypes[node];
    if (detached.has(node)) {
      ofNode[node] = intern(nameFor(graph, kinds, node, true));
    } else if (type === kinds.object || type === kinds.native) {
      let index = byName.get(nodeNames[node]);
      if (index === undefined) {
        index = intern(nameFor(graph, kinds, node, false));
        byName.set(nodeNames[node], index);
      }
      ofNode[node] = index;
    } else {
      if (byType[type] < 0) byType[type] = intern(nameFor(graph, kinds, node, false));
      ofNode[node] = byType[type];
    }
  }
  return { names, ofNode };
}

function nameFor(graph: HeapGraph, kinds: Kinds, node: number, detached: boolean): string {
  const type = graph.nodeTypes[node];
  switch (type) {
    case kinds.hidden:
      return '(system)';
    case kinds.code:
      return '(compiled code)';
    case kinds.closure:
      return 'Function';
    case kinds.regexp:
      return 'RegExp';
    case kinds.object:
      return withoutAttributes(graph.strings.get(graph.nodeNames[node]));
    case kinds.native: {
      const name = graph.strings.get(graph.nodeNames[node]);
      return withoutAttributes(detached ? `Detached ${name}` : name);
    }
    default:
      return `(${graph.nodeTypeNames[type]})`;
  }
}

/** `<div id="a">` -> `<div>`. */
function withoutAttributes(name: string): string {
  return name.replace(/^((?:Detached )?<[^ ]*) .*$/s, '$1>');
}

/**
 * Native nodes that are detached: those that say so, and what they lead to over named edges, native nodes all the
 * way, unless an attached one leads there too. DevTools' `propagateDOMState`.
 */
function findDetached(graph: HeapGraph, kinds: Kinds): Set<number> {
  const found = new Set<number>();
  const states = graph.nodeDetachedness;
  if (!states?.some((state) => state !== 0)) return found;
  const seen = new Set<number>();
  const attached: number[] = [];
  const detached: number[] = [];
  const enter = (node: number, state: number): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (graph.nodeTypes[node] !== kinds.native) return;
    if (state !== DETACHED) attached.push(node);
    else {
      detached.push(node);
      found.add(node);
    }
  };
  const spread = (list: number[], state: number): void => {
    for (let node = list.pop(); node !== undefined; node = list.pop()) {
      for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++) {
        const type = graph.edgeTypes[edge];
        if (type !== kinds.hiddenEdge && type !== kinds.weakEdge) enter(graph.edgeTargets[edge], state);
      }
    }
  };
  for (let node = 0; node < states.length; node++) if (states[node] !== 0) enter(node, states[node]);
  spread(attached, 1);
  spread(detached, DETACHED);
  return found;
}

const MAX_SHAPE_PROPERTIES = 8;
const MAX_SHAPE_LENGTH = 80;

/**
 * What a plain object looks like: `{role, content}`, its first property names, `…` for the rest; undefined for other
 * nodes. V8 leaves out properties whose values are small numbers.
 */
export function shapeName(graph: HeapGraph, node: number): string | undefined {
  const kinds = kindsOf(graph);
  if (graph.nodeTypes[node] !== kinds.object) return undefined;
  if (graph.strings.get(graph.nodeNames[node]) !== 'Object') return undefined;
  const parts: string[] = [];
  let length = 0;
  for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++) {
    if (graph.edgeTypes[edge] !== kinds.propertyEdge) continue;
    const name = graph.strings.get(graph.edgeNames[edge]);
    if (name === '__proto__') continue;
    const part = /[,'"{}]/.test(name) ? JSON.stringify(name) : name;
    if (
      parts.length > 0 &&
      (parts.length === MAX_SHAPE_PROPERTIES || length + part.length > MAX_SHAPE_LENGTH)
    ) {
      parts.push('…');
      break;
    }
    parts.push(part);
    length += part.length + 2;
  }
  return `{${parts.join(', ')}}`;
}
