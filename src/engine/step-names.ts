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
  if (type === 'property' || type === 'shortcut') {
    let holder = at - 1;
    while (holder > 0 && typeRole(graph.nodeTypeNames[graph.nodeTypes[steps[holder].node]]) === 'store')
      holder--;
    const said = name.startsWith('#') && at > 0 && runtimeGetter(graph, steps[holder].node, name.slice(1));
    if (said) return { label: `.${name.slice(1)}`, name: name.slice(1), how: 'field' };
    return { label: edgeLabel(graph, edge), name, how: 'field' };
  }
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

/** Whether the runtime's own class of an object shows a private field by a getter: `controller.signal`, kept in #signal. */
function runtimeGetter(graph: HeapGraph, instance: number, name: string): boolean {
  const target = (node: number, edgeOf: string): number | undefined => {
    for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++) {
      if (edgeName(graph, edge) === edgeOf) return graph.edgeTargets[edge];
    }
    return undefined;
  };
  const prototype = target(instance, '__proto__');
  const getter = prototype === undefined ? undefined : target(prototype, `get ${name}`);
  const shared = getter === undefined ? undefined : target(getter, 'shared');
  const script =
    shared === undefined ? undefined : (target(shared, 'script') ?? target(shared, 'script_or_debug_info'));
  return script !== undefined && graph.strings.get(graph.nodeNames[script]).startsWith('node:');
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
