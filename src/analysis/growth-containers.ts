/** From an accumulation to the container that a person would name, and to what it gained. */

import { oldHolders } from './growth-holders.ts';
import type { LiveTotals } from './growth-live.ts';
import { type Accumulation, type Chain, foldStore, type Gains } from './growth-owners.ts';
import type { DominatedHeap } from './heap.ts';
import { typeRole } from './type-roles.ts';

export interface GrowingContainer {
  /** Map, Array, Set, object or closure scope; never a backing store. */
  node: number;
  /** Share of the new parts that it references directly, 0 to 1. */
  share: number;
  /** Other containers that reference the same parts as much: all of them must let go. */
  also: number[];
  /** Some of the new parts (links, where it is a chain). */
  parts: number[];
}

/** Parts looked at per accumulation: enough for shares, however large the gain. */
const SAMPLE = 4000;
const SHOWN_PARTS = 200;
/** Fewer tell nothing of who holds them. */
const LEAST_PARTS = 8;
/** With compressed pointers; without, twice as much. */
const SLOT_BYTES = 4;

/**
 * The containers of each accumulation, by vote: whoever holds most of the new parts directly. Where nobody
 * does (lists, rings), the accumulation's own node.
 */
export function findContainers(
  heap: DominatedHeap,
  gains: Gains,
  live: LiveTotals,
  accumulations: readonly Accumulation[],
): GrowingContainer[] {
  const { graph, dominators } = heap;
  const groupOf = new Map<number, number>();
  accumulations.forEach((one, i) => {
    if (!one.chain) {
      groupOf.set(one.node, i);
      groupOf.set(foldStore(heap, one.node), i);
    }
  });

  // The new parts: objects right below the accumulation (through backing stores) that the baseline has not.
  const parts: number[][] = accumulations.map(() => []);
  const seen = accumulations.map(() => 0);
  const partOf = new Map<number, number>();
  for (let node = 0; node < graph.nodeCount; node++) {
    if (gains.old[node] === 1 || live.own[node] !== 1) continue;
    const group = groupOf.get(dominators[node]);
    if (group === undefined) continue;
    // Reservoir sampling with a fixed sequence, so that results repeat.
    const list = parts[group];
    const count = seen[group]++;
    if (list.length < SAMPLE) list.push(node);
    else {
      const at = Math.floor(pseudoRandom(count) * (count + 1));
      if (at < SAMPLE) list[at] = node;
    }
  }
  parts.forEach((list, group) => {
    for (const node of list) partOf.set(node, group);
  });

  const votes = accumulations.map(() => new Map<number, number>());
  const weak = graph.edgeTypeNames.indexOf('weak');
  const voted = new Map<number, Set<number>>();
  for (let holder = 0; holder < graph.nodeCount; holder++) {
    for (let edge = graph.firstEdges[holder]; edge < graph.firstEdges[holder + 1]; edge++) {
      const part = graph.edgeTargets[edge];
      const group = partOf.get(part);
      if (group === undefined || graph.edgeTypes[edge] === weak || holder === part) continue;
      const container = foldStore(heap, holder);
      if (container === part || isBelow(heap, container, part)) continue;
      let once = voted.get(part);
      if (!once) {
        once = new Set();
        voted.set(part, once);
      }
      if (once.has(container)) continue;
      once.add(container);
      votes[group].set(container, (votes[group].get(container) ?? 0) + 1);
    }
  }
  return accumulations.map((one, i) => ({
    ...(electOld(heap, gains, one, parts[i], accumulations) ?? elect(heap, one, votes[i], parts[i].length)),
    parts: one.chain ? links(heap, one.chain) : parts[i].slice(0, SHOWN_PARTS),
  }));
}

/**
 * Where only a root or the global object dominates the parts, since several hold each (a request: its timer, the map of
 * answers awaited), or because its native handle is alive: the container that leads to most of them, and gained itself.
 */
function electOld(
  heap: DominatedHeap,
  gains: Gains,
  accumulation: Accumulation,
  parts: readonly number[],
  all: readonly Accumulation[],
): Omit<GrowingContainer, 'parts'> | undefined {
  const { graph } = heap;
  const own = foldStore(heap, accumulation.node);
  const isRoot = typeRole(graph.nodeTypeNames[graph.nodeTypes[own]]) === 'root';
  const isGlobal = /^(global|globalThis|Window)\b/.test(graph.strings.get(graph.nodeNames[own]));
  if (accumulation.chain || parts.length < LEAST_PARTS || !(isRoot || isGlobal)) return undefined;
  const objects = parts.filter((part) => !graph.nodeTypeNames[graph.nodeTypes[part]].endsWith('string'));
  const { votes, of } = oldHolders(heap, gains, objects);
  const gained = new Map(all.map((one) => [foldStore(heap, one.node), one.bytes]));
  // What it holds others hold too: then all that it gained by itself is a slot of its table for each.
  for (const [node, count] of votes) {
    if (gained.has(node) || count < 0.5 * of) continue;
    const entries = newEntries(heap, gains, node);
    const slots = gains.bytes[node];
    if (entries >= LEAST_PARTS && slots >= SLOT_BYTES * entries) gained.set(node, slots);
  }
  gained.delete(own);
  const [best] = [...votes]
    .filter(([node, count]) => gained.has(node) && count >= 0.5 * of)
    .sort((a, b) => b[1] - a[1] || gained.get(b[0])! - gained.get(a[0])!);
  return best && { node: best[0], share: 0, also: [] };
}

/** What the baseline has not, of what an object or its backing stores hold. */
function newEntries(heap: DominatedHeap, gains: Gains, container: number): number {
  const { graph } = heap;
  const entries = new Set<number>();
  const add = (holder: number): void => {
    for (let edge = graph.firstEdges[holder]; edge < graph.firstEdges[holder + 1]; edge++) {
      const target = graph.edgeTargets[edge];
      const isStore = target !== container && holder === container && foldStore(heap, target) === container;
      if (isStore) add(target);
      else if (gains.old[target] !== 1) entries.add(target);
    }
  };
  add(container);
  return entries.size;
}

/**
 * What a container gained in its table alone belongs to whoever its entries hang from: entries that another object
 * holds too (the list beside the map of an LRU cache) are not below the container itself.
 */
export function withoutTables(
  heap: DominatedHeap,
  accumulations: readonly Accumulation[],
  containers: readonly GrowingContainer[],
): { found: Accumulation[]; containers: GrowingContainer[] } {
  const found = [...accumulations];
  const dropped = new Set<number>();
  containers.forEach(({ node, share }, i) => {
    if (found[i].chain || !share || foldStore(heap, found[i].node) === node) return;
    const table = found.findIndex((one) => !one.chain && foldStore(heap, one.node) === node);
    if (table < 0 || found[table].objects >= 0.5 * share * found[i].objects) return;
    dropped.add(table);
    const { anchor, excluded, objects, bytes } = found[table];
    found[i] = {
      ...found[i],
      objects: found[i].objects + objects,
      bytes: found[i].bytes + bytes,
      excluded: [...found[i].excluded.filter((one) => one !== anchor), ...excluded],
    };
  });
  const kept = <T>(all: readonly T[]): T[] => all.filter((_, i) => !dropped.has(i));
  return { found: kept(found), containers: kept(containers) };
}

function elect(
  heap: DominatedHeap,
  accumulation: Accumulation,
  votes: Map<number, number>,
  parts: number,
): Omit<GrowingContainer, 'parts'> {
  const own = foldStore(heap, accumulation.node);
  const ranked = [...votes].filter(([node]) => node !== 0).sort((a, b) => b[1] - a[1]);
  // A group of roots, as of all internalized strings, says less than any object.
  const isObject = ([node]: [number, number]) =>
    typeRole(heap.graph.nodeTypeNames[heap.graph.nodeTypes[node]]) !== 'root';
  const top = ranked.find((one) => isObject(one) && one[1] >= 0.3 * parts) ?? ranked[0];
  if (accumulation.chain || !top || top[1] < 0.3 * parts) return { node: own, share: 0, also: [] };
  const equals = ranked
    .filter((one) => one[1] >= 0.8 * top[1] && isObject(one) === isObject(top))
    .map(([node]) => node);
  // Among equals the accumulation's own container, which alone keeps them, comes first; then who is next below it.
  const depth = (node: number): number => {
    let steps = 0;
    for (let at = node; at !== own && at !== 0; at = heap.dominators[at]) steps++;
    return steps;
  };
  const node = equals.includes(own)
    ? own
    : equals.reduce((best, next) => (depth(next) < depth(best) ? next : best));
  return { node, share: top[1] / parts, also: equals.filter((other) => other !== node).slice(0, 4) };
}

/** Some links of a chain, from its tail up. */
function links(heap: DominatedHeap, chain: Chain): number[] {
  const found: number[] = [];
  for (let at = chain.tail, i = 0; i < SHOWN_PARTS && i < chain.length; i++) {
    found.push(at);
    for (let k = 0; k < chain.period; k++) at = heap.dominators[at];
  }
  return found;
}

function isBelow(heap: DominatedHeap, node: number, ancestor: number): boolean {
  let at = node;
  for (let i = 0; i < 200; i++) {
    if (at === ancestor) return true;
    const up = heap.dominators[at];
    if (up === at) return false;
    at = up;
  }
  return false;
}

function pseudoRandom(n: number): number {
  let x = Math.imul(n ^ 0x9e3779b9, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

export interface GainedGroup {
  /** Node whose name and type stand for the group. */
  example: number;
  /** Some of them, for their places in source. */
  samples: number[];
  objects: number;
  bytes: number;
}

/**
 * What each accumulation gained, grouped by `groupKey`, largest first. Counts are of objects that the baseline
 * has not, scaled to the net gain (reused ids hide some).
 */
export function gainedGroups(
  heap: DominatedHeap,
  gains: Gains,
  live: LiveTotals,
  accumulations: readonly Accumulation[],
  groupKey: (node: number) => string | number,
): GainedGroup[][] {
  const { graph, dominators, order } = heap;
  const label = new Uint8Array(graph.nodeCount);
  const start = new Map<number, number>();
  accumulations.slice(0, 254).forEach((one, i) => {
    start.set(one.node, i + 1);
    start.set(foldStore(heap, one.node), i + 1);
  });
  const groups = accumulations.map(() => new Map<string | number, GainedGroup>());
  for (let i = 0; i < order.length; i++) {
    const node = order[i];
    const own = start.get(node);
    label[node] = own ?? label[dominators[node]];
    if (!label[node] || own !== undefined || gains.old[node] || !live.own[node]) continue;
    const into = groups[label[node] - 1];
    // A backing store weighs with the object that it belongs to.
    const counted = live.own[node] === 1;
    const of = counted ? node : foldStore(heap, node);
    const key = groupKey(of);
    let group = into.get(key);
    if (!group) {
      group = { example: of, samples: [], objects: 0, bytes: 0 };
      into.set(key, group);
    }
    if (counted) {
      group.objects++;
      if (group.samples.length < 32) group.samples.push(node);
    }
    group.bytes += graph.nodeSelfSizes[node];
  }
  return groups.map((into, i) => {
    const list = [...into.values()].sort((a, b) => b.bytes - a.bytes);
    const total = list.reduce((sum, group) => sum + group.objects, 0);
    const scale = total > 0 && accumulations[i].objects > total ? accumulations[i].objects / total : 1;
    for (const group of list) {
      group.objects = Math.round(group.objects * scale);
      group.bytes = Math.round(group.bytes * scale);
    }
    return list;
  });
}
