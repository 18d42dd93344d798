/** An owner in plain facts, taken while its graph is loaded: names, kind, path, what it gained, where it is written. */

import { className, shapeName } from '../analysis/classes.ts';
import type { GainedGroup, GrowingContainer } from '../analysis/growth-containers.ts';
import type { Accumulation } from '../analysis/growth-owners.ts';
import { foldStore } from '../analysis/growth-owners.ts';
import type { DominatedHeap } from '../analysis/heap.ts';
import { edgeLabel, edgeName } from '../analysis/labels.ts';
import { type HeapDistances, type PathStep, retainingPaths } from '../analysis/paths.ts';
import { edgeSource, type Retainers } from '../analysis/retainers.ts';
import { typeRole } from '../analysis/type-roles.ts';
import type { HeapGraph } from '../heap/graph.ts';
import type { FindingKind } from '../protocol/findings.ts';

/** 0-based, as in the snapshot. */
export interface Place {
  scriptId: number;
  line0: number;
  column0: number;
}

export interface PathFact {
  edge: string;
  name: string;
  className: string;
  nodeId: number;
  place?: Place;
}

export interface Holder {
  how: 'field' | 'variable' | 'global' | 'unknown';
  name: string;
  className?: string;
  /** Of the class that has the field, or of a function in whose scope the variable is. */
  declaredAt?: Place;
}

export interface GainedFact {
  className: string;
  objects: number;
  bytes: number;
  /** Of classes and functions, commonest first. */
  places: Place[];
}

export interface PartPlace {
  place: Place;
  isFunction: boolean;
  /** References away from the container's entry, 0 the entry itself. */
  depth: number;
  /** Parts that have it. */
  count: number;
}

export interface OwnerFacts {
  kind: FindingKind;
  /** `AgentMemory.history`, `cache`, `stop.signal`: what a person would call it. */
  display: string;
  containerClass: string;
  nodeId: number;
  place?: Place;
  holder: Holder;
  path: PathFact[];
  /** How the holder is held, nearest first. */
  heldBy: Holder[];
  gained: GainedFact[];
  /** Functions and class instances in the new parts, nearest and commonest first. */
  partPlaces: PartPlace[];
  /** Names of other containers that hold the same. */
  also: string[];
  /** Containers that are held alike and grow alike, this one included. */
  alike: number;
  /** Links, where the gain is a chain. */
  chainLength?: number;
}

export function ownerFacts(
  heap: HeapDistances,
  retainers: Retainers,
  accumulation: Accumulation,
  container: GrowingContainer,
  gained: GainedGroup[],
): OwnerFacts {
  const { graph } = heap;
  const steps = retainingPaths(heap, retainers, container.node, 1)[0] ?? [];
  const path = readablePath(graph, retainers, steps);
  const kind = kindOf(heap, accumulation, container, steps);
  const ownChain = kind === 'linked-list' || kind === 'promise-chain';
  const holders = holdersOf(graph, retainers, steps);
  const head = ownChain ? chainHolder(graph, accumulation, container) : undefined;
  const [holder, ...heldBy] = head ? [head, ...holders] : holders;
  return {
    kind,
    display: displayName(kind, holder, path, nameOfClass(graph, container.node)),
    containerClass: nameOfClass(graph, container.node),
    nodeId: graph.nodeIds[container.node],
    place: placeOf(graph, container.node),
    holder,
    path,
    heldBy,
    gained: gained.slice(0, 12).map((group) => ({
      className: nameOfClass(graph, group.example),
      objects: group.objects,
      bytes: group.bytes,
      places: commonPlaces(graph, group.samples),
    })),
    partPlaces: partPlaces(graph, container),
    also: container.also.map((node) => {
      const way = retainingPaths(heap, retainers, node, 1)[0];
      const facts = way ? readablePath(graph, retainers, way) : [];
      return facts.map((fact) => fact.name).join(' > ') || nameOfClass(graph, node);
    }),
    alike: 1,
    chainLength: accumulation.chain?.length,
  };
}

function displayName(kind: FindingKind, holder: Holder, path: PathFact[], containerClass: string): string {
  if (kind === 'timers') return 'timers';
  if (kind === 'listeners') {
    const table = path.findIndex(({ edge }) => /_events$|kEvents/.test(edge));
    const target = path.slice(0, Math.max(0, table)).map(({ name }) => name);
    if (target.length) return target.slice(-2).join('.');
  }
  if (!holder.name) return path[path.length - 1]?.name ?? containerClass;
  if (holder.how === 'global') return `globalThis.${holder.name}`;
  if (holder.how === 'field' && holder.className && !/^\(|^Object$/.test(holder.className)) {
    return `${holder.className}.${holder.name}`;
  }
  return holder.name;
}

const MAX_HOLDERS = 4;

/** Constructor, shape or function as a person would call it. */
export function nameOfClass(graph: HeapGraph, node: number): string {
  const name = className(graph, node);
  if (name === 'Object') return shapeName(graph, node) ?? name;
  if (name === 'Function') {
    const own = graph.strings.get(graph.nodeNames[node]);
    return own ? `${own}()` : 'function';
  }
  return name === 'system / Context' ? 'scope' : name;
}

/** V8's place for a class instance (its constructor) or a function. */
export function placeOf(graph: HeapGraph, node: number): Place | undefined {
  const { nodes, scriptIds, lines, columns } = graph.locations;
  let low = 0;
  let high = graph.locations.count - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (nodes[middle] === node) {
      return { scriptId: scriptIds[middle], line0: lines[middle], column0: columns[middle] };
    }
    if (nodes[middle] < node) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

function commonPlaces(graph: HeapGraph, nodes: number[]): Place[] {
  const counts = new Map<string, { place: Place; count: number }>();
  for (const node of nodes) {
    const place = placeOf(graph, node);
    if (!place) continue;
    const key = `${place.scriptId}:${place.line0}:${place.column0}`;
    const entry = counts.get(key);
    if (entry) entry.count++;
    else counts.set(key, { place, count: 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count).map((entry) => entry.place);
}

/** How deep to look into a part: a listener's wrapper, its state, its function. */
const PART_DEPTH = 3;
const PART_NODES = 60;

function partPlaces(graph: HeapGraph, container: GrowingContainer): PartPlace[] {
  const weak = graph.edgeTypeNames.indexOf('weak');
  const closure = graph.nodeTypeNames.indexOf('closure');
  const roles = graph.nodeTypeNames.map(typeRole);
  const parts = new Set(container.parts);
  const found = new Map<string, PartPlace>();
  for (const part of container.parts) {
    const seen = new Set([part]);
    const here = new Set<string>();
    let level = [part];
    for (let depth = 0; depth <= PART_DEPTH && level.length; depth++) {
      const next: number[] = [];
      for (const node of level) {
        const place = placeOf(graph, node);
        if (place) {
          const key = `${place.scriptId}:${place.line0}:${place.column0}`;
          const entry = found.get(key);
          if (!entry) {
            const isFunction = graph.nodeTypes[node] === closure;
            found.set(key, { place, isFunction, depth, count: 1 });
          } else if (!here.has(key)) {
            entry.count++;
            entry.depth = Math.min(entry.depth, depth);
          }
          here.add(key);
        }
        for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++) {
          const target = graph.edgeTargets[edge];
          // Not up to the container, nor over to its other parts, nor to classes by __proto__.
          if (seen.size >= PART_NODES || seen.has(target) || parts.has(target)) continue;
          if (target === container.node || graph.edgeTypes[edge] === weak) continue;
          const role = roles[graph.nodeTypes[target]];
          if (role === 'engine' || role === 'root' || edgeName(graph, edge) === '__proto__') continue;
          seen.add(target);
          next.push(target);
        }
      }
      level = next;
    }
  }
  const least = Math.max(1, container.parts.length * 0.05);
  return [...found.values()]
    .filter((entry) => entry.count >= least)
    .sort((a, b) => a.depth - b.depth || b.count - a.count)
    .slice(0, 24);
}

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

/** What lies between the roots and the program: Node's module machinery and V8's. */
const MACHINERY =
  /^(ModuleLoader|LoadCache|ModuleJob|ModuleJobSync|ModuleJobBase|ModuleWrap|BuiltinModule|Generator|AsyncFunctionObject|Node \/ .*|system \/ (?!Context).*|\(.*\)|)$/;

/** The path without roots, backing stores and machinery, each entry named by the edge that leads to it. */
function readablePath(graph: HeapGraph, retainers: Retainers, steps: PathStep[]): PathFact[] {
  const facts: PathFact[] = [];
  let begin = 0;
  steps.forEach((step, i) => {
    const type = graph.nodeTypeNames[graph.nodeTypes[step.node]];
    const name = graph.strings.get(graph.nodeNames[step.node]);
    if (type !== 'object' && type !== 'closure' && type !== 'native') return;
    if (i < steps.length - 1 && MACHINERY.test(name)) {
      begin = facts.length;
      return;
    }
    if (name === 'system / Context' && i < steps.length - 1) return;
    // The root's own edges are numbers without a meaning.
    const edge: { label: string; name?: string } =
      i > 0 ? namedEdge(graph, retainers, steps, i) : { label: '' };
    facts.push({
      edge: edge.label,
      name: edge.name ?? nameOfClass(graph, step.node),
      className: nameOfClass(graph, step.node),
      nodeId: graph.nodeIds[step.node],
      place: placeOf(graph, step.node),
    });
  });
  return facts.slice(Math.min(begin, Math.max(0, facts.length - 1)));
}

/** The name of a step: its own edge's, or that of the edge into the backing store, cell or scope before it. */
function namedEdge(
  graph: HeapGraph,
  retainers: Retainers,
  steps: PathStep[],
  at: number,
): { label: string; name?: string; how: Holder['how'] } {
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

/** How the container is held: by which field of which class, or which variable near which function; nearest first. */
function holdersOf(graph: HeapGraph, retainers: Retainers, steps: PathStep[]): Holder[] {
  const holders: Holder[] = [];
  for (let at = steps.length - 1; at >= 0 && holders.length < MAX_HOLDERS; at--) {
    const { how, name } = namedEdge(graph, retainers, steps, at);
    if (!name) continue;
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
      declaredAt: placeOf(graph, source) ?? placeAbove(graph, steps, at - 1),
    });
  }
  if (holders.length) return holders;
  return [{ how: 'unknown', name: '', declaredAt: placeAbove(graph, steps, steps.length - 1) }];
}

/** A list of the program's own: the field that holds its first link is what is assigned at each store. */
function chainHolder(
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

function kindOf(
  heap: DominatedHeap,
  accumulation: Accumulation,
  container: GrowingContainer,
  steps: PathStep[],
): FindingKind {
  const { graph } = heap;
  const name = (node: number) => graph.strings.get(graph.nodeNames[node]);
  const edges = steps.slice(-3).map((step) => edgeName(graph, step.edgeIndex));
  const trail = `${name(container.node)} ${steps
    .slice(-4)
    .map((step) => name(step.node))
    .join(' ')}`;
  if (accumulation.chain) {
    const link = name(foldStore(heap, accumulation.chain.head));
    if (/Listener/.test(link) || edges.some((edge) => /kEvents/.test(edge))) return 'listeners';
    if (/Promise/.test(link)) return 'promise-chain';
    if (/Timeout|Timer|Immediate/.test(link)) return 'timers';
    return 'linked-list';
  }
  if (/\b(Timeout|TimersList|ImmediateList|Immediate)\b/.test(trail)) return 'timers';
  if (edges.some((edge) => edge === '_events' || /kEvents/.test(edge))) return 'listeners';
  const type = graph.nodeTypeNames[graph.nodeTypes[container.node]];
  if (type.endsWith('string')) return 'string';
  switch (name(container.node)) {
    case 'Map':
    case 'WeakMap':
      return 'map';
    case 'Set':
    case 'WeakSet':
      return 'set';
    case 'Array':
      return 'array';
    case 'system / Context':
      return 'closure';
    case 'system / JSArrayBufferData':
    case 'ArrayBuffer':
    case 'SharedArrayBuffer':
      return 'external-memory';
    case 'Promise':
      return 'promise-chain';
  }
  if (type === 'closure') return 'closure';
  if (hasTable(graph, container.node)) return 'map';
  return container.share >= 0.5 && name(container.node) === 'Object' ? 'dictionary' : 'object';
}

/** A subclass of Map or Set. */
function hasTable(graph: HeapGraph, node: number): boolean {
  for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++) {
    if (graph.edgeTypeNames[graph.edgeTypes[edge]] === 'internal' && edgeName(graph, edge) === 'table')
      return true;
  }
  return false;
}
