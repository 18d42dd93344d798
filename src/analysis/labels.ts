import type { HeapGraph } from '../heap/graph.ts';

/**
 * An edge as a person reads it: `.history`, `["a b"]`, `[12]`, `(closure) cache` for a variable that a function
 * closes over, `(internal) table`, `(hidden) 3`, `(weak) x`.
 */
export function edgeLabel(graph: HeapGraph, edge: number): string {
  const type = graph.edgeTypeNames[graph.edgeTypes[edge]];
  const name = edgeName(graph, edge);
  switch (type) {
    case 'element':
      return `[${name}]`;
    case 'property':
    case 'shortcut':
      if (/^[\p{ID_Start}$_#][\p{ID_Continue}$]*$/u.test(name)) return `.${name}`;
      return /^(0|[1-9]\d*)$/.test(name) || /^<symbol/.test(name) ? `[${name}]` : `[${JSON.stringify(name)}]`;
    case 'context':
      return `(closure) ${name}`;
    default:
      return `(${type}) ${name}`;
  }
}

/** An edge's bare name: `history`, `12`, `table`. */
export function edgeName(graph: HeapGraph, edge: number): string {
  const type = graph.edgeTypeNames[graph.edgeTypes[edge]];
  const name = graph.edgeNames[edge];
  return type === 'element' || type === 'hidden' ? String(name) : graph.strings.get(name);
}
