/** Texts that a heap has more than once. */
import type { HeapColumns } from './columns.ts';

export interface DuplicateStrings {
  /** Most wasted first. `node`: one of them. */
  groups: { node: number; count: number; selfSize: number; wasted: number }[];
  wasted: number;
}

/**
 * Strings of one text: of one entry in the snapshot's table of texts. V8 cuts long ones, so only those of one size are
 * taken for the same. Strings that are put together of others, or parts of others, have no text of their own.
 */
export function duplicateStrings(columns: HeapColumns): DuplicateStrings {
  const { graph } = columns;
  const { shallowSizes } = columns.heap();
  const { nodeCount, nodeTypes, nodeNames } = graph;
  const string = graph.nodeTypeNames.indexOf('string');
  const counts = new Uint32Array(graph.strings.count);
  for (let node = 0; node < nodeCount; node++) if (nodeTypes[node] === string) counts[nodeNames[node]]++;
  const groups = new Map<string, DuplicateStrings['groups'][number]>();
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== string || counts[nodeNames[node]] < 2 || shallowSizes[node] === 0) continue;
    const size = shallowSizes[node];
    const key = `${nodeNames[node]} ${size}`;
    const group = groups.get(key);
    if (group) {
      group.count++;
      group.selfSize += size;
      group.wasted += size;
    } else groups.set(key, { node, count: 1, selfSize: size, wasted: 0 });
  }
  const several = [...groups.values()]
    .filter(({ count }) => count > 1)
    .sort((a, b) => b.wasted - a.wasted || a.node - b.node);
  return { groups: several, wasted: several.reduce((sum, { wasted }) => sum + wasted, 0) };
}
