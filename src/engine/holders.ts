/** Who holds a container, and by what name. */
import { className } from '../analysis/classes.ts';
import type { GrowingContainer } from '../analysis/growth-containers.ts';
import type { Accumulation } from '../analysis/growth-owners.ts';
import { edgeName } from '../analysis/labels.ts';
import type { PathStep } from '../analysis/paths.ts';
import { edgeSource, type Retainers } from '../analysis/retainers.ts';
import { typeRole } from '../analysis/type-roles.ts';
import type { HeapGraph } from '../heap/graph.ts';
import { nameOfClass } from './node-names.ts';
import { type Place, placeOf } from './places.ts';
import { namedStep } from './step-names.ts';

export interface Holder {
  how: 'field' | 'variable' | 'global' | 'unknown';
  name: string;
  className?: string;
  /** Of the classes that it extends. */
  baseNames?: string[];
  /** Of the class that has the field, or of a function in whose scope the variable is. */
  declaredAt?: Place;
}

const MAX_HOLDERS = 4;

/** How the container is held: by which field of which class, or which variable near which function; nearest first. */
export function holdersOf(graph: HeapGraph, retainers: Retainers, steps: PathStep[]): Holder[] {
  const holders: Holder[] = [];
  for (let at = steps.length - 1; at >= 0 && holders.length < MAX_HOLDERS; at--) {
    const { how, name } = namedStep(graph, retainers, steps, at);
    if (!name) {
      // V8 calls a property with an empty name internal: a level of the container all the same.
      const edge = steps[at].edgeIndex;
      const isInternal = graph.edgeTypeNames[graph.edgeTypes[edge]] === 'internal';
      if (at > 0 && isInternal && edgeName(graph, edge) === '') holders.push({ how: 'field', name: '' });
      continue;
    }
    if (how === 'variable') {
      holders.push({ how, name, declaredAt: functionNear(graph, retainers, steps, at) });
      break; // what holds a scope is not where the variable is used
    }
    let source = at > 0 ? steps[at - 1].node : 0;
    // (object properties) stand between an object and its field.
    for (let up = at - 1; up > 0; up--) {
      source = steps[up].node;
      if (typeRole(graph.nodeTypeNames[graph.nodeTypes[source]]) !== 'store') break;
    }
    if (/^(global|globalThis|Window)\b/.test(graph.strings.get(graph.nodeNames[source]))) {
      holders.push({ how: 'global', name });
      break;
    }
    const holderClass = className(graph, source);
    holders.push({
      how: 'field',
      name,
      className: holderClass === 'Function' ? nameOfClass(graph, source).replace('()', '') : holderClass,
      baseNames: baseNames(graph, source),
      declaredAt: placeOf(graph, source) ?? placeAbove(graph, steps, at - 1),
    });
  }
  if (holders.length) return holders;
  return [{ how: 'unknown', name: '', declaredAt: placeAbove(graph, steps, steps.length - 1) }];
}

const MAX_BASES = 8;

/** The constructors of an object's prototypes above its class's own. */
function baseNames(graph: HeapGraph, instance: number): string[] {
  const target = (node: number, name: string): number | undefined => {
    for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++) {
      if (edgeName(graph, edge) === name) return graph.edgeTargets[edge];
    }
    return undefined;
  };
  const names: string[] = [];
  let prototype = target(instance, '__proto__');
  while (prototype !== undefined && names.length <= MAX_BASES) {
    const made = target(prototype, 'constructor');
    names.push(made === undefined ? '' : graph.strings.get(graph.nodeNames[made]));
    prototype = target(prototype, '__proto__');
  }
  return names.slice(1).filter((name) => name && name !== 'Object');
}

/** A list of the program's own: the field that holds its first link is what is assigned at each store. */
export function chainHolder(
  graph: HeapGraph,
  accumulation: Accumulation,
  { node }: GrowingContainer,
): Holder | undefined {
  const head = accumulation.chain?.head;
  if (head === undefined) return undefined;
  for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++) {
    const type = graph.edgeTypeNames[graph.edgeTypes[edge]];
    if (graph.edgeTargets[edge] !== head || (type !== 'property' && type !== 'context')) continue;
    const name = edgeName(graph, edge);
    if (type === 'context') return { how: 'variable', name };
    return { how: 'field', name, className: className(graph, node), declaredAt: placeOf(graph, node) };
  }
  return undefined;
}

/** A function that closes over the scope at hand: on the path, or any other. */
function functionNear(
  graph: HeapGraph,
  retainers: Retainers,
  steps: PathStep[],
  at: number,
): Place | undefined {
  const scope = at > 0 ? steps[at - 1].node : -1;
  if (scope >= 0 && graph.strings.get(graph.nodeNames[scope]) === 'system / Context') {
    for (let i = retainers.first[scope]; i < retainers.first[scope + 1]; i++) {
      const source = edgeSource(graph, retainers.edges[i]);
      if (graph.nodeTypeNames[graph.nodeTypes[source]] !== 'closure') continue;
      const place = placeOf(graph, source);
      if (place) return place;
    }
  }
  // A module's cell: any function or object further down knows the script.
  return placeAbove(graph, steps, at);
}

function placeAbove(graph: HeapGraph, steps: PathStep[], from: number): Place | undefined {
  for (let at = from; at >= 0; at--) {
    const place = placeOf(graph, steps[at].node);
    if (place) return place;
  }
  return undefined;
}
