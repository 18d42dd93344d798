/** Retaining paths in words. */
import { className } from '../analysis/classes.ts';
import { edgeLabel, edgeName } from '../analysis/labels.ts';
import type { PathStep } from '../analysis/paths.ts';
import type { HeapGraph } from '../heap/graph.ts';
import type { PathEntry, Site } from '../protocol/findings.ts';

/** A path from a root with what a person would call each node on it. The first entry has no edge. */
export async function describePath(
  graph: HeapGraph,
  steps: readonly PathStep[],
  siteOf: (node: number) => Promise<Site | undefined>,
): Promise<PathEntry[]> {
  const entries: PathEntry[] = [];
  for (const [i, { node, edgeIndex }] of steps.entries()) {
    entries.push({
      edge: i === 0 ? '' : edgeLabel(graph, edgeIndex),
      name: nameOf(graph, node, edgeIndex, entries.at(-1)?.name ?? ''),
      className: className(graph, node),
      nodeId: graph.nodeIds[node],
      site: await siteOf(node),
    });
  }
  return entries;
}

/** By the property or variable that holds it (`history[]`), the place in its holder (`history[12]`), or by itself. */
function nameOf(graph: HeapGraph, node: number, edge: number, holder: string): string {
  const itsClass = className(graph, node);
  switch (graph.edgeTypeNames[graph.edgeTypes[edge]]) {
    case 'property':
    case 'context':
      return `${edgeName(graph, edge)}${itsClass === 'Array' ? '[]' : ''}`;
    case 'element':
      return `${holder.replace(/\[\]$/, '')}[${edgeName(graph, edge)}]`;
    default: {
      const ownName = graph.strings.get(graph.nodeNames[node]);
      return graph.nodeTypeNames[graph.nodeTypes[node]] === 'closure' && ownName ? `${ownName}()` : itsClass;
    }
  }
}
