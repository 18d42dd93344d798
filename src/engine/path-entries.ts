/** Retaining paths in words. */
import { className } from '../analysis/classes.ts';
import { edgeLabel, edgeName } from '../analysis/labels.ts';
import type { PathStep } from '../analysis/paths.ts';
import type { HeapGraph } from '../heap/graph.ts';
import type { Site } from '../protocol/findings.ts';
import type { PathStepRow } from '../protocol/tables.ts';

/** So many steps are told at each end of a path: one along a list may have a hundred thousand. */
const MOST_AT_AN_END = 100;

/** A path from a root with what a person would call each node on it. The first entry has no edge. */
export async function describePath(
  graph: HeapGraph,
  steps: readonly PathStep[],
  siteOf: (node: number) => Promise<Site | undefined>,
): Promise<PathStepRow[]> {
  const entries: PathStepRow[] = [];
  const omitted = Math.max(0, steps.length - 2 * MOST_AT_AN_END);
  const resumed = MOST_AT_AN_END + omitted;
  for (const [i, { node, edgeIndex }] of steps.entries()) {
    if (i >= MOST_AT_AN_END && i < resumed) continue;
    entries.push({
      edge: i === 0 ? '' : edgeLabel(graph, edgeIndex),
      name: nameOf(graph, node, edgeIndex, entries.at(-1)?.name ?? ''),
      className: className(graph, node),
      nodeId: graph.nodeIds[node],
      site: await siteOf(node),
      ...(omitted && i === resumed ? { omitted } : {}),
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
    default:
      return ownName(graph, node);
  }
}

/** What a node is called by itself: `push()`, `AgentMemory`. */
export function ownName(graph: HeapGraph, node: number): string {
  const name = graph.strings.get(graph.nodeNames[node]);
  const isNamed = graph.nodeTypeNames[graph.nodeTypes[node]] === 'closure' && name;
  return isNamed ? `${name}()` : className(graph, node);
}
