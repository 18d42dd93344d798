import { getBit, makeBits, setBit } from './bits.ts';
import { kindHashes } from './growth-baseline.ts';
import type { LiveTotals } from './growth-live.ts';
import type { TrackedOwner } from './growth-series.ts';
import type { DominatedHeap } from './heap.ts';

/** So many objects are looked up at most. */
const MOST = 1 << 18;
/** Of fewer nothing is said. */
const LEAST = 30;
/** What holds so much of an owner's objects is no entry of it. */
const MUCH = 0.25;

/** Some of the program's live objects in a snapshot. They are chosen by id: in every snapshot the same. */
export interface IdSample {
  /** One id in so many: a power of two. */
  every: number;
  /** Their kinds, as of kindHashes, by id. */
  kinds: Map<number, number>;
}

export function sampleIds({ graph }: DominatedHeap, live: LiveTotals): IdSample {
  let every = 1;
  while (live.counts[0] > every * MOST) every *= 2;
  const kindOf = kindHashes(graph);
  const kinds = new Map<number, number>();
  for (let node = 0; node < graph.nodeCount; node++) {
    if (live.own[node] !== 1 || !isChosen(graph.nodeIds[node], every)) continue;
    kinds.set(graph.nodeIds[node], kindOf(node));
  }
  return { every, kinds };
}

/** The highest id of an object of V8's own: what is born later has a higher one, or a dead one's. */
export function newestId({ graph }: Pick<DominatedHeap, 'graph'>): number {
  let newest = 0;
  for (let node = 0; node < graph.nodeCount; node++) {
    const id = graph.nodeIds[node];
    if (id & 1 && id > newest) newest = id;
  }
  return newest;
}

/**
 * Of what was put into each owner after `newest` and is there in this snapshot: which share is still alive in the
 * later snapshot that the sample was taken of. Asked are the entries: that their parts are replaced (a window in a
 * session) is no matter; where these are few (a chain), all objects are. V8 gives dead ids to new objects of some
 * versions: up to a quarter too many seem to be alive. Undefined for an owner that is not there, is found by a way, or
 * holds too few.
 */
export function survivals(
  heap: DominatedHeap,
  live: LiveTotals,
  owners: readonly TrackedOwner[],
  { every, kinds }: IdSample,
  newest: number,
): (number | undefined)[] {
  const { graph, dominators, order } = heap;
  const owned = ownersOf(owners);
  /** 0 nobody's; else the owner's place, from 1. */
  const ownerOf = new Uint8Array(graph.nodeCount);
  /** Objects of the owner in the subtree, born since. */
  const born = new Uint32Array(graph.nodeCount);
  const isBorn = makeBits(graph.nodeCount);
  const bornIn = owners.map(() => 0);
  for (let i = 0; i < order.length; i++) {
    const node = order[i];
    const id = graph.nodeIds[node];
    const k = owned.get(id) ?? ownerOf[dominators[node]];
    ownerOf[node] = k;
    if (!k || live.own[node] !== 1 || id <= newest) continue;
    born[node] = 1;
    setBit(isBorn, node);
    bornIn[k - 1]++;
  }
  for (let i = order.length - 1; i > 0; i--) {
    const node = order[i];
    if (ownerOf[node] && ownerOf[dominators[node]] === ownerOf[node]) born[dominators[node]] += born[node];
  }
  const kindOf = kindHashes(graph);
  const within = makeBits(graph.nodeCount);
  const all = owners.map(() => new Share());
  const entries = owners.map(() => new Share());
  for (let i = 0; i < order.length; i++) {
    const node = order[i];
    const k = ownerOf[node] - 1;
    if (k < 0) continue;
    const inEntry = ownerOf[dominators[node]] === k + 1 && getBit(within, dominators[node]);
    const isNew = getBit(isBorn, node);
    // What holds much of it all is a container yet.
    const isEntry = isNew && !inEntry && born[node] <= MUCH * bornIn[k];
    if (inEntry || isEntry) setBit(within, node);
    if (!isNew || !isChosen(graph.nodeIds[node], every)) continue;
    const alive = kinds.get(graph.nodeIds[node]) === kindOf(node);
    all[k].add(alive);
    if (isEntry) entries[k].add(alive);
  }
  return owners.map((_, k) => entries[k].share ?? all[k].share);
}

/** How many objects of each owner were born after `newest`. */
export function bornSince(
  { graph, dominators, order }: DominatedHeap,
  live: LiveTotals,
  owners: readonly TrackedOwner[],
  newest: number,
): number[] {
  const ownerOf = ownersOf(owners);
  const born = owners.map(() => 0);
  const places = new Uint8Array(graph.nodeCount);
  for (let i = 0; i < order.length; i++) {
    const node = order[i];
    const k = ownerOf.get(graph.nodeIds[node]) ?? places[dominators[node]];
    places[node] = k;
    if (k && live.own[node] === 1 && graph.nodeIds[node] > newest) born[k - 1]++;
  }
  // Of owners with one anchor the last was counted.
  return owners.map(({ anchorId }) => born[(ownerOf.get(anchorId) ?? 0) - 1] ?? 0);
}

/** By id, the place of the owner from 1 on; 0 for what is another's. */
function ownersOf(owners: readonly TrackedOwner[]): Map<number, number> {
  const owned = new Map<number, number>();
  owners.forEach(({ anchorId, excludedIds, way }, k) => {
    for (const id of excludedIds) if (!owned.has(id)) owned.set(id, 0);
    if (!way) owned.set(anchorId, k + 1);
  });
  return owned;
}

/** A share of what was counted. */
class Share {
  private seen = 0;
  private alive = 0;

  add(alive: boolean): void {
    this.seen++;
    if (alive) this.alive++;
  }

  /** Undefined where too few were counted. */
  get share(): number | undefined {
    return this.seen < LEAST ? undefined : this.alive / this.seen;
  }
}

function isChosen(id: number, every: number): boolean {
  return (Math.imul(id >>> 1, 0x9e3779b1) >>> 8) % every === 0;
}
