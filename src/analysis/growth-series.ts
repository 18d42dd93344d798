import { type Baseline, countAllEntries } from './growth-baseline.ts';
import type { LiveTotals } from './growth-live.ts';
import type { Accumulation } from './growth-owners.ts';
import type { AnalysedHeap } from './heap.ts';

/** An owner by ids, so that it can be measured in other snapshots of the same process. */
export interface TrackedOwner {
  anchorId: number;
  /** Ids of other owners below it, whose share is left out. */
  excludedIds: number[];
  /** The growing container, when it is as old as the baseline. */
  containerId?: number;
}

export interface OwnerMeasure {
  objects: number;
  bytes: number;
  /** Strong references from the container and its backing store to the program's objects. */
  entries?: number;
}

export function trackedOwner(
  heap: AnalysedHeap,
  accumulation: Accumulation,
  container?: number,
): TrackedOwner {
  const { nodeIds } = heap.graph;
  return {
    anchorId: nodeIds[accumulation.anchor],
    excludedIds: accumulation.excluded.map((node) => nodeIds[node]),
    containerId: container === undefined ? undefined : nodeIds[container],
  };
}

/** What each owner holds in this snapshot. An owner that is not there holds nothing. */
export function measureOwners(
  heap: AnalysedHeap,
  live: LiveTotals,
  owners: readonly TrackedOwner[],
): OwnerMeasure[] {
  const wanted = new Map<number, number>();
  for (const owner of owners) {
    for (const id of [owner.anchorId, owner.containerId, ...owner.excludedIds]) {
      if (id !== undefined) wanted.set(id, -1);
    }
  }
  const { nodeIds, nodeCount } = heap.graph;
  for (let node = 0; node < nodeCount; node++) {
    if (wanted.has(nodeIds[node])) wanted.set(nodeIds[node], node);
  }
  const row = (id: number) => wanted.get(id) ?? -1;
  const entries = countAllEntries(heap, live);
  return owners.map((owner) => measureOwner({ row, ...live, entries }, owner));
}

/** The same, of the digested baseline. */
export function measureBaseline(baseline: Baseline, owners: readonly TrackedOwner[]): OwnerMeasure[] {
  return owners.map((owner) => measureOwner(baseline, owner));
}

function measureOwner(
  rows: { row(id: number): number; counts: Uint32Array; bytes: Float64Array; entries: Uint32Array },
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
  const container = owner.containerId === undefined ? -1 : rows.row(owner.containerId);
  return {
    objects: Math.max(0, objects),
    bytes: Math.max(0, bytes),
    entries: container < 0 ? undefined : rows.entries[container],
  };
}
