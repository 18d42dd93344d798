import { className, shapeName } from '../analysis/classes.ts';
import type { HeapGraph } from '../heap/graph.ts';

/** Constructor, shape, function or group of roots as a person would call it. */
export function nameOfClass(graph: HeapGraph, node: number): string {
  const name = className(graph, node);
  if (name === 'Object') return shapeName(graph, node) ?? name;
  if (name === 'Function') {
    const own = graph.strings.get(graph.nodeNames[node]);
    return own ? `${own}()` : 'function';
  }
  // A group of roots: (Global handles), (Stack roots), ...
  if (name === '(synthetic)') return graph.strings.get(graph.nodeNames[node]) || '(GC roots)';
  if (name === 'system / Context') return 'scope';
  return name === 'system / JSArrayBufferData' ? 'ArrayBuffer data' : name;
}
