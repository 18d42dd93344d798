import type { HeapGraph } from '../heap/graph.ts';

/**
 * Keys that group like objects without making a name for each: type, name and, for plain objects, the first
 * property names.
 */
export function groupKeys(graph: HeapGraph): (node: number) => number {
  const property = graph.edgeTypeNames.indexOf('property');
  const named = graph.nodeTypeNames.map(
    (type) => type === 'object' || type === 'closure' || type === 'native',
  );
  const plain = graph.strings.indexOf('Object');
  return (node) => {
    let key = graph.nodeTypes[node] + 1;
    if (!named[graph.nodeTypes[node]]) return key;
    key = Math.imul(key, 31) + graph.nodeNames[node];
    if (graph.nodeNames[node] !== plain) return key;
    let taken = 0;
    for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1] && taken < 6; edge++) {
      if (graph.edgeTypes[edge] !== property) continue;
      key = Math.imul(key, 0x01000193) ^ graph.edgeNames[edge];
      taken++;
    }
    return key;
  };
}
