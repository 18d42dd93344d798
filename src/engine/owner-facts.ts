/** An owner in plain facts, taken while its graph is loaded: names, kind, path, what it gained, where it is written. */
import { className } from '../analysis/classes.ts';
import type { GainedGroup, GrowingContainer } from '../analysis/growth-containers.ts';
import type { Accumulation } from '../analysis/growth-owners.ts';
import type { DominatedHeap } from '../analysis/heap.ts';
import type { PathStep, RetainingPaths } from '../analysis/paths.ts';
import type { Retainers } from '../analysis/retainers.ts';
import type { HeapGraph } from '../heap/graph.ts';
import type { FindingKind } from '../protocol/findings.ts';
import { chainHolder, type Holder, holdersOf } from './holders.ts';
import { kindOf } from './kind.ts';
import { nameOfClass } from './node-names.ts';
import { type PartPlace, partPlaces } from './part-places.ts';
import { commonPlaces, type Place, placeOf } from './places.ts';
import { type PathFact, readablePath } from './readable-path.ts';
import { eventsOf, registrarOf } from './registrar.ts';

export interface GainedFact {
  className: string;
  objects: number;
  bytes: number;
  /** Of classes and functions, commonest first. */
  places: Place[];
}

export interface EntryFact {
  className: string;
  /** Of the new parts. */
  share: number;
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
  /** Classes of the new parts that it holds itself, commonest first. */
  entries: EntryFact[];
  /** Functions and class instances in the new parts, nearest and commonest first. */
  partPlaces: PartPlace[];
  /** Names of other containers that hold the same. */
  also: string[];
  /** Containers that are held alike and grow alike, this one included. */
  alike: number;
  /** Of listeners: the emitter's own method that registers them. */
  registrar?: Place;
  /** Of an emitter's listeners: the events that it has some for. */
  events?: string[];
  /** Links, where the gain is a chain. */
  chainLength?: number;
}

/** A graph with what tells who holds a node: made once for all of its owners. */
export interface HeldHeap {
  heap: DominatedHeap;
  retainers: Retainers;
  paths: RetainingPaths;
}

export function ownerFacts(
  held: HeldHeap,
  accumulation: Accumulation,
  container: GrowingContainer,
  gained: GainedGroup[],
): OwnerFacts {
  const { heap, retainers, paths } = held;
  const { graph } = heap;
  const steps = wayOf(held, container.node);
  const path = readablePath(graph, retainers, steps);
  const kind = kindOf(heap, accumulation, container, steps);
  const ownChain = kind === 'linked-list' || kind === 'promise-chain';
  const holders = holdersOf(graph, retainers, steps);
  const head = ownChain ? chainHolder(graph, accumulation, container) : undefined;
  const [holder, ...heldBy] = head ? [head, ...holders] : holders;
  return {
    kind,
    display: displayName(
      kind,
      [holder, ...heldBy].filter(({ name }) => name),
      path,
      nameOfClass(graph, container.node),
    ),
    containerClass: containerClass(graph, container.node, kind, path),
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
    entries: entriesOf(graph, container),
    partPlaces: partPlaces(graph, container),
    also: container.also.map((node) => {
      const facts = readablePath(graph, retainers, paths.to(node)[0] ?? []);
      return facts.map((fact) => fact.name).join(' > ') || nameOfClass(graph, node);
    }),
    alike: 1,
    registrar: kind === 'listeners' ? registrarOf(graph, steps) : undefined,
    events: kind === 'listeners' ? eventsOf(graph, steps) : undefined,
    chainLength: accumulation.chain?.length,
  };
}

/** A tenth of the parts is worth a name. */
const LEAST_SHARE = 0.1;

function entriesOf(graph: HeapGraph, { parts }: GrowingContainer): EntryFact[] {
  const counts = new Map<string, number>();
  for (const part of parts) {
    const name = nameOfClass(graph, part);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .map(([className, count]) => ({ className, share: count / parts.length }))
    .filter(({ share }) => share >= LEAST_SHARE)
    .sort((a, b) => b.share - a.share || a.className.localeCompare(b.className));
}

/** Ways looked at for a name. */
const WAYS = 6;

/** The shortest way to a container on which somebody holds it by a name: not as the value of a WeakMap's key, say. */
export function wayOf({ heap: { graph }, retainers, paths }: HeldHeap, node: number): PathStep[] {
  const isNamed = (steps: PathStep[]) => holdersOf(graph, retainers, steps)[0].how !== 'unknown';
  const [shortest] = paths.to(node);
  if (!shortest || isNamed(shortest)) return shortest ?? [];
  return paths.to(node, WAYS).find(isNamed) ?? shortest;
}

/** Of listeners, whom they listen to; of a dictionary no shape: its properties are its entries. */
function containerClass(graph: HeapGraph, node: number, kind: FindingKind, path: PathFact[]): string {
  if (kind === 'dictionary') return className(graph, node);
  if (kind === 'external-memory' && path.some((entry) => isWasmMemory(entry, path)))
    return 'WebAssembly.Memory';
  return (kind === 'listeners' && listenedTo(path)?.className) || nameOfClass(graph, node);
}

function isWasmMemory(entry: PathFact, path: PathFact[]): boolean {
  return entry.className === 'Memory' && path[path.indexOf(entry) + 1]?.className === 'ArrayBuffer';
}

/** Whoever the listeners listen to: the entry before the table that Node keeps them in. */
function listenedTo(path: PathFact[]): PathFact | undefined {
  return path[path.findLastIndex(({ edge }) => /_events$|kEvents/.test(edge)) - 1];
}

/** What a person would call any container. */
export function displayOf(held: HeldHeap, node: number, kind: FindingKind): string {
  return howHeld(held, node, kind).display;
}

/** The same, and how it is held. */
export function howHeld(
  held: HeldHeap,
  node: number,
  kind: FindingKind,
): { display: string; className: string; path: PathFact[]; holders: Holder[] } {
  const { graph } = held.heap;
  const steps = wayOf(held, node);
  const holders = holdersOf(graph, held.retainers, steps);
  const path = readablePath(graph, held.retainers, steps);
  const named = holders.filter(({ name }) => name);
  const display = displayName(kind, named, path, nameOfClass(graph, node));
  return { display, className: containerClass(graph, node, kind, path), path, holders };
}

function displayName(
  kind: FindingKind,
  [holder, by]: Holder[],
  path: PathFact[],
  containerClass: string,
): string {
  if (kind === 'timers') return 'timers';
  const target = kind === 'listeners' ? listenedTo(path) : undefined;
  if (target) {
    const until = path.slice(0, path.indexOf(target) + 1);
    return until
      .slice(-2)
      .map(({ name }) => name)
      .join('.');
  }
  if (!holder) return path[path.length - 1]?.name ?? containerClass;
  if (holder.how === 'global') return `globalThis.${holder.name}`;
  if (holder.how === 'field' && holder.className && !/^\(|^Object$/.test(holder.className)) {
    return `${holder.className}.${holder.name}`;
  }
  // A module's `memory` or a `buffer`: who has it says more.
  if (kind === 'external-memory' && by && /^[\w$#]+$/.test(by.name)) return `${by.name}.${holder.name}`;
  return holder.name;
}
