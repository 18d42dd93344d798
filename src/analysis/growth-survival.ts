import { kindHashes } from './growth-baseline.ts';
import type { LiveTotals } from './growth-live.ts';
import type { TrackedOwner } from './growth-series.ts';
import type { DominatedHeap } from './heap.ts';

/** So many objects are looked up at most. */
const MOST = 1 << 18;
/** Of fewer nothing is said. */
const LEAST = 30;

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
export function newestId({ graph }: DominatedHeap): number {
  let newest = 0;
  for (let node = 0; node < graph.nodeCount; node++) {
    const id = graph.nodeIds[node];
    if (id & 1 && id > newest) newest = id;
  }
  return newest;
}

/**
 * Of what each owner holds in this snapshot and was born after `newest`: which share is still alive in the later
 * snapshot that the sample was taken of. V8 gives dead ids to new objects of some versions: up to a quarter too many
 * seem to be. Undefined for an owner that is not there, is found by a way, or holds too few.
 */
export function survivals(
  heap: DominatedHeap,
  live: LiveTotals,
  owners: readonly TrackedOwner[],
  { every, kinds }: IdSample,
  newest: number,
): (number | undefined)[] {
  const { graph, dominators, order } = heap;
  const owned = new Map<number, number>();
  owners.forEach(({ anchorId, excludedIds, way }, k) => {
    for (const id of excludedIds) if (!owned.has(id)) owned.set(id, 0);
    if (!way) owned.set(anchorId, k + 1);
  });
  const kindOf = kindHashes(graph);
  /** 0 nobody's; else the owner's place, from 1. */
  const ownerOf = new Uint8Array(graph.nodeCount);
  const seen = owners.map(() => 0);
  const alive = owners.map(() => 0);
  for (let i = 0; i < order.length; i++) {
    const node = order[i];
    const id = graph.nodeIds[node];
    const k = owned.get(id) ?? ownerOf[dominators[node]];
    ownerOf[node] = k;
    if (!k || live.own[node] !== 1 || id <= newest || !isChosen(id, every)) continue;
    seen[k - 1]++;
    if (kinds.get(id) === kindOf(node)) alive[k - 1]++;
  }
  return seen.map((count, k) => (count < LEAST ? undefined : alive[k] / count));
}

function isChosen(id: number, every: number): boolean {
  return (Math.imul(id >>> 1, 0x9e3779b1) >>> 8) % every === 0;
}
