import type { Baseline } from './growth-baseline.ts';
import type { LiveTotals } from './growth-live.ts';
import type { Accumulation } from './growth-owners.ts';
import type { DominatedHeap } from './heap.ts';

/** An owner by ids, so that it can be measured in other snapshots of the same process. */
export interface TrackedOwner {
  anchorId: number;
  /** Ids of other owners below it, whose share is left out. */
  excludedIds: number[];
}

export interface OwnerMeasure {
  objects: number;
  bytes: number;
}

export function trackedOwner(heap: DominatedHeap, accumulation: Accumulation): TrackedOwner {
  const { nodeIds } = heap.graph;
  return {
    anchorId: nodeIds[accumulation.anchor],
    excludedIds: accumulation.excluded.map((node) => nodeIds[node]),
  };
}

/** What each owner holds in this snapshot. An owner that is not there holds nothing. */
export function measureOwners(
  heap: DominatedHeap,
  live: LiveTotals,
  owners: readonly TrackedOwner[],
): OwnerMeasure[] {
  const wanted = new Map<number, number>();
  for (const owner of owners) {
    for (const id of [owner.anchorId, ...owner.excludedIds]) wanted.set(id, -1);
  }
  const { nodeIds, nodeCount } = heap.graph;
  for (let node = 0; node < nodeCount; node++) {
    if (wanted.has(nodeIds[node])) wanted.set(nodeIds[node], node);
  }
  const row = (id: number) => wanted.get(id) ?? -1;
  return owners.map((owner) => measureOwner({ row, ...live }, owner));
}

/** The same, of the digested baseline. */
export function measureBaseline(baseline: Baseline, owners: readonly TrackedOwner[]): OwnerMeasure[] {
  return owners.map((owner) => measureOwner(baseline, owner));
}

function measureOwner(
  rows: { row(id: number): number; counts: Uint32Array; bytes: Uint32Array | Float64Array },
  owner: TrackedOwner,
): OwnerMeasure {
  const anchor = rows.row(owner.anchorId);
  let objects = anchor < 0 ? 0 : rows.counts[anchor];
  let bytes = anchor < 0 ? 0 : rows.bytes[anchor];
  for (const id of owner.excludedIds) {
    const excluded = rows.row(id);
    if (excluded < 0) continue;
    objects -= rows.counts[excluded];
    bytes -= rows.bytes[excluded];
  }
  return { objects: Math.max(0, objects), bytes: Math.max(0, bytes) };
}
