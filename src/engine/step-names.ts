/** The names by which one object holds the next: fields, variables, exports of modules. */
import { edgeLabel, edgeName } from '../analysis/labels.ts';
import type { PathStep } from '../analysis/paths.ts';
import { edgeSource, type Retainers } from '../analysis/retainers.ts';
import { typeRole } from '../analysis/type-roles.ts';
import type { HeapGraph } from '../heap/graph.ts';

/** What kind of name leads to a node. `unknown`: none, an entry of a container say. */
export type StepHow = 'field' | 'variable' | 'unknown';

/** The name of a step: its own edge's, or that of the edge into the backing store, cell or scope before it. */
export function namedStep(
  graph: HeapGraph,
  retainers: Retainers,
  steps: PathStep[],
  at: number,
): { label: string; name?: string; how: StepHow } {
  const edge = steps[at].edgeIndex;
  const type = graph.edgeTypeNames[graph.edgeTypes[edge]];
  const name = edgeName(graph, edge);
  if (type === 'property' || type === 'shortcut')
    return { label: edgeLabel(graph, edge), name, how: 'field' };
  if (type === 'context') return { label: edgeLabel(graph, edge), name, how: 'variable' };
  const source = at > 0 ? steps[at - 1].node : 0;
  const sourceName = graph.strings.get(graph.nodeNames[source]);
  if (sourceName === 'system / Cell') {
    const variable = exportedName(graph, retainers, source);
    if (variable) return { label: `(module) ${variable}`, name: variable, how: 'variable' };
  }
  if (typeRole(graph.nodeTypeNames[graph.nodeTypes[source]]) === 'store' || type === 'element') {
    // An entry of a container: called by its holder.
    return { label: type === 'element' ? edgeLabel(graph, edge) : '[entry]', how: 'unknown' };
  }
  return { label: edgeLabel(graph, edge), how: 'unknown' };
}

/** A module keeps exported variables in cells, found through a table of name, cell pairs. */
function exportedName(graph: HeapGraph, retainers: Retainers, cell: number): string | undefined {
  for (let i = retainers.first[cell]; i < retainers.first[cell + 1]; i++) {
    const edge = retainers.edges[i];
    const table = edgeSource(graph, edge);
    if (graph.nodeTypeNames[graph.nodeTypes[table]] !== 'array' || edge === graph.firstEdges[table]) continue;
    const before = graph.edgeTargets[edge - 1];
    const isNext = Number(edgeName(graph, edge)) === Number(edgeName(graph, edge - 1)) + 1;
    if (isNext && graph.nodeTypeNames[graph.nodeTypes[before]] === 'string') {
      return graph.strings.get(graph.nodeNames[before]);
    }
  }
  return undefined;
}
