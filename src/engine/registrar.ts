import { edgeName } from '../analysis/labels.ts';
import type { PathStep } from '../analysis/paths.ts';
import { typeRole } from '../analysis/type-roles.ts';
import type { HeapGraph } from '../heap/graph.ts';
import { type Place, placeOf } from './places.ts';

/** Of the emitter or event target nearest to its listeners: another one's listener may be on the way. */
function lastEvents(graph: HeapGraph, steps: readonly PathStep[]): number {
  return steps.findLastIndex(
    ({ edgeIndex }) => edgeIndex >= 0 && /_events$|kEvents/.test(edgeName(graph, edgeIndex)),
  );
}

/** The events that an emitter on the way to its listeners has listeners for; undefined where there is no emitter. */
export function eventsOf(graph: HeapGraph, steps: readonly PathStep[]): string[] | undefined {
  const at = lastEvents(graph, steps);
  if (at < 0 || edgeName(graph, steps[at].edgeIndex) !== '_events') return undefined;
  const { node } = steps[at];
  const names: string[] = [];
  for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++) {
    const name = edgeName(graph, edge);
    if (graph.edgeTypeNames[graph.edgeTypes[edge]] === 'property' && name !== '__proto__') names.push(name);
  }
  return names.length ? names : undefined;
}

const MAX_CLASSES = 12;
const REGISTERS = /^(on|addListener|addEventListener)$/;

/**
 * Where the emitter on the way to its listeners has its own method that registers them: Node's, or that of a package
 * with emitters of its own, whose lines store. Overrides that pass on to it do not count.
 */
export function registrarOf(graph: HeapGraph, steps: readonly PathStep[]): Place | undefined {
  let at = lastEvents(graph, steps);
  if (at < 0 || !/_events$/.test(edgeName(graph, steps[at].edgeIndex))) return undefined;
  do at--;
  while (at > 0 && typeRole(graph.nodeTypeNames[graph.nodeTypes[steps[at].node]]) === 'store');
  let found: Place | undefined;
  let emitter: number | undefined = steps[at]?.node;
  for (let i = 0; i < MAX_CLASSES && emitter !== undefined; i++) {
    let above: number | undefined;
    for (let edge = graph.firstEdges[emitter]; edge < graph.firstEdges[emitter + 1]; edge++) {
      const name = edgeName(graph, edge);
      if (name === '__proto__') above = graph.edgeTargets[edge];
      else if (REGISTERS.test(name)) found = placeOf(graph, graph.edgeTargets[edge]) ?? found;
    }
    emitter = above;
  }
  return found;
}
