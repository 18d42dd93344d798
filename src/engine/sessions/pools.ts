/** Which of the candidates are pools of agents or sessions, and what they are called. */
import type { ContainerEntry, EntryReader } from '../../analysis/entries.ts';
import type { DominatedHeap } from '../../analysis/heap.ts';
import { formatCount } from '../../base/units.ts';
import type { PoolKind } from '../../protocol/sessions.ts';
import { pathNames, percent, unticked } from '../../protocol/wording.ts';
import type { Holder } from '../holders.ts';
import { type HeldHeap, howHeld } from '../owner-facts.ts';
import { type Candidate, findCandidates } from './candidates.ts';
import { outermost, type Sizes } from './sizes.ts';
import { isOwnField, namesKeeper, namesPool, ownerOfKey } from './words.ts';

/** A pool as it was found in one snapshot. Nodes are ordinals in that, ids hold in others, too. */
export interface FoundPool {
  nodes: number[];
  nodeIds: number[];
  kind: PoolKind;
  className: string;
  name: string;
  of: 'agent' | 'session';
  path: string[];
  entryClass: string;
  evidence: string[];
  /** By key, or by the value's id where keys are no texts. */
  entries: Map<string, FoundEntry>;
  /** Bytes that the containers retain, beyond what single entries do. */
  shared: number;
  /** Room in an LRU cache's lists. */
  max?: number;
  /** Share of the keys that are names of sessions seen at work. */
  seen: number;
}

export interface FoundEntry {
  key?: string;
  nodes: number[];
  nodeId: number;
  bytes: number;
}

const MOST_POOLS = 12;
const MOST_NAMED = 48;
/** What an entry retains to count as much, where little else tells that it is an agent or a session. */
const MUCH = 1000;
const MUCH_MORE = 4000;
/** Share of the keys that are names of sessions. */
const SEEN = 0.3;

/** The pools of a heap, largest first. */
export function findPools(
  held: HeldHeap,
  reader: EntryReader,
  sizes: Sizes,
  isSession: (name: string) => boolean,
): FoundPool[] {
  const { heap } = held;
  const weighed = findCandidates(heap.graph, reader, isSession)
    .map((candidate) => ({ candidate, ...weigh(heap, reader, sizes, candidate) }))
    .filter(({ candidate, median }) => mayBe(candidate, median))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, MOST_NAMED);
  const pools: FoundPool[] = [];
  for (const { candidate, entries, median } of weighed) {
    const { display, className, path, holders } = howHeld(
      held,
      candidate.node,
      candidate.kind === 'lru' ? 'object' : candidate.kind,
    );
    const keeper = holders.slice(0, 2).some(({ className: of }) => of !== undefined && namesKeeper(of));
    // A general container's own fields say less than who has it: `sessions` > LRUCache > `cache`.
    const owner = isCache(className, holders) ? holders[1]?.name : undefined;
    const named = candidate.poolNames.length > 0 || namesPool(holders[0].name) || namesPool(owner ?? '');
    const said = display.startsWith('{') ? className : display;
    const name = owner && !namesPool(holders[0].name) ? owner : said;
    const evidence = judge(candidate, median, keeper, named, name, entries.size);
    if (!evidence) continue;
    pools.push({
      nodes: [candidate.node],
      nodeIds: [heap.graph.nodeIds[candidate.node]],
      kind: candidate.kind,
      className,
      name,
      of: /agent/i.test(`${name} ${candidate.entryClass}`) && !/session/i.test(name) ? 'agent' : 'session',
      path: pathNames(path),
      entryClass: candidate.entryClass,
      evidence,
      entries,
      shared: sharedIn([candidate.node], entries, sizes.retained),
      max: candidate.kind === 'lru' ? reader.roomOf(candidate.node) : undefined,
      seen: candidate.seen,
    });
  }
  return merged(distinct(heap, pools)).slice(0, MOST_POOLS);
}

function isCache(className: string, [holder]: readonly Holder[]): boolean {
  return /lru|cache|ttl|map|keyv|store$/i.test(holder?.className ?? className);
}

/** Without its name: it may still get that as evidence. */
function mayBe({ poolNames, entryNamed, seen, keys, content }: Candidate, median: number): boolean {
  return (
    poolNames.length > 0 || entryNamed || seen >= SEEN || content > 0 || (keys !== 'paths' && median >= MUCH)
  );
}

/** Sentences on why it is one; undefined where it is none. */
function judge(
  candidate: Candidate,
  median: number,
  keeper: boolean,
  named: boolean,
  display: string,
  count: number,
): string[] | undefined {
  const { keys, seen, content, fields, entryNamed, entryClass, kind } = candidate;
  const isList = kind === 'array' || kind === 'set';
  const isOne =
    seen >= SEEN ||
    (keys !== 'paths' &&
      ((entryNamed && (named || keeper || content > 0)) ||
        (!isList && named && (content > 0 || (keys === 'ids' && median >= MUCH))) ||
        (!isList && (entryNamed || keeper) && keys !== 'names' && median >= MUCH) ||
        (!isList && keys === 'ids' && content >= 2 && fields.some(isOwnField) && median >= MUCH_MORE)));
  if (!isOne) return undefined;
  const tick = (text: string): string => `\`${unticked(text)}\``;
  const evidence: string[] = [];
  if (seen >= SEEN)
    evidence.push(`${percent(seen)} of the keys are names of sessions that were seen at work.`);
  if (entryNamed) evidence.push(`${formatCount(count)} entries of ${tick(entryClass)}.`);
  else evidence.push(`${formatCount(count)} entries of one kind, ${tick(entryClass)}.`);
  if (named || keeper) evidence.push(`It is called ${tick(display)}.`);
  if (keys === 'ids') evidence.push('Its keys are ids.');
  if (fields.length) evidence.push(`Entries have ${fields.slice(0, 4).map(tick).join(', ')}.`);
  return evidence;
}

/** The entries with what they retain; of several with one owner (parts of a key) the sum. */
function weigh(
  heap: DominatedHeap,
  reader: EntryReader,
  { retained }: Sizes,
  { node, kind }: Candidate,
): { entries: Map<string, FoundEntry>; bytes: number; median: number } {
  const entries = entriesOf(heap, reader.read(node, kind), retained);
  const bytes = [...entries.values()].map((entry) => entry.bytes).sort((a, b) => a - b);
  return {
    entries,
    bytes: bytes.reduce((sum, one) => sum + one, 0),
    median: bytes[Math.floor(bytes.length / 2)] ?? 0,
  };
}

/** @param retained by node ordinal */
export function entriesOf(
  { graph }: DominatedHeap,
  read: readonly ContainerEntry[],
  retained: ArrayLike<number>,
): Map<string, FoundEntry> {
  const entries = new Map<string, FoundEntry>();
  for (const { key, value } of read) {
    const owner = key === undefined ? undefined : ownerOfKey(key);
    const nodeId = graph.nodeIds[value];
    const id = owner ?? `@${nodeId}`;
    const entry = entries.get(id);
    if (!entry) entries.set(id, { key: owner, nodes: [value], nodeId, bytes: retained[value] });
    else {
      entry.nodes.push(value);
      entry.bytes += retained[value];
    }
  }
  return entries;
}

/** Of containers with the same entries (a map and a list of them) the one that says more; none lies within another's entries. */
function distinct(heap: DominatedHeap, pools: FoundPool[]): FoundPool[] {
  const kept: FoundPool[] = [];
  const taken = new Set<number>();
  const ranked = [...pools].sort((a, b) => rank(b) - rank(a) || b.evidence.length - a.evidence.length);
  for (const pool of ranked) {
    const nodes = [...pool.entries.values()].flatMap((entry) => entry.nodes);
    if (nodes.filter((node) => taken.has(node)).length > nodes.length / 2) continue;
    for (const node of nodes) taken.add(node);
    kept.push(pool);
  }
  const outer = new Set(
    outermost(
      heap,
      kept.flatMap(({ nodes }) => nodes),
    ),
  );
  return kept
    .filter(({ nodes, seen }) => seen >= SEEN || nodes.some((node) => outer.has(node)))
    .sort((a, b) => bytesOf(b) - bytesOf(a));
}

const rank = ({ kind, seen }: FoundPool): number =>
  (seen >= SEEN ? 2 : 0) + (kind === 'array' || kind === 'set' ? 0 : 1);

export const bytesOf = ({ entries }: { entries: ReadonlyMap<string, FoundEntry> }): number => {
  let sum = 0;
  for (const { bytes } of entries.values()) sum += bytes;
  return sum;
};

/** Containers that are held alike (one in each tenant, say) are one pool. */
function merged(pools: readonly FoundPool[]): FoundPool[] {
  const found = new Map<string, FoundPool>();
  for (const pool of pools) {
    const id = `${pool.name}\0${pool.kind}\0${pool.entryClass}`;
    const before = found.get(id);
    if (!before || !pool.name) {
      found.set(before ? `${id}\0${found.size}` : id, pool);
      continue;
    }
    before.nodes.push(...pool.nodes);
    before.nodeIds.push(...pool.nodeIds);
    before.shared += pool.shared;
    for (const [key, entry] of pool.entries)
      before.entries.set(entryId(before.nodeIds.length - 1, pool.nodeIds[0], key), entry);
  }
  return [...found.values()];
}

/** What containers retain with their tables, beyond single entries; 0 where they do not keep their entries alone. */
export function sharedIn(
  containers: readonly number[],
  entries: ReadonlyMap<string, FoundEntry>,
  retained: ArrayLike<number>,
): number {
  const whole = containers.reduce((sum, node) => sum + retained[node], 0);
  return Math.max(0, whole - bytesOf({ entries }));
}

/** By which an entry is known in all snapshots: of the second and further containers with theirs. */
export const entryId = (place: number, container: number, key: string): string =>
  place === 0 ? key : `${container}/${key}`;
