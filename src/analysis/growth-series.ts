import type { Baseline } from './growth-baseline.ts';
import type { GrowingContainer } from './growth-containers.ts';
import type { LiveTotals } from './growth-live.ts';
import type { Accumulation, Gains } from './growth-owners.ts';
import type { DominatedHeap } from './heap.ts';
import { edgeName } from './labels.ts';
import type { PathStep } from './paths.ts';

/**
 * The way from an object that stays to a container that is replaced as it grows (`x = wrap(x)`): what leads to one
 * differs from snapshot to snapshot, and so does who dominates it.
 */
export interface Way {
  fromId: number;
  /** Edges from there, by type and name. */
  edges: { type: string; name: string }[];
}

/** An owner by ids, so that it can be measured in other snapshots of the same process. */
export interface TrackedOwner {
  anchorId: number;
  /** Ids of other owners below it, whose share is left out. */
  excludedIds: number[];
  /** Measured is what lies at its end, instead of the anchor. */
  way?: Way;
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

/** The part of a way to a container that begins with the last object before it that the baseline knows; undefined where none does. */
export function wayTo(
  { graph }: DominatedHeap,
  old: Uint8Array,
  steps: readonly PathStep[],
): Way | undefined {
  const from = steps.findLastIndex(({ node }, i) => old[node] === 1 && i < steps.length - 1);
  if (from < 0 || from === steps.length - 1) return undefined;
  const edges = steps.slice(from + 1).map(({ edgeIndex }) => ({
    type: graph.edgeTypeNames[graph.edgeTypes[edgeIndex]],
    name: edgeName(graph, edgeIndex),
  }));
  return { fromId: graph.nodeIds[steps[from].node], edges };
}

/** Containers that took the place of an earlier one, and hold most of the gain by themselves: what they hold. */
export function replacedContainers(
  heap: DominatedHeap,
  gains: Gains,
  live: LiveTotals,
  found: readonly Accumulation[],
  containers: readonly GrowingContainer[],
): Map<number, { itself: OwnerMeasure; excludedIds: number[] }> {
  const replaced = new Map<number, { itself: OwnerMeasure; excludedIds: number[] }>();
  containers.forEach(({ node }, k) => {
    if (node === 0 || gains.old[node] !== 0) return;
    const below = found[k].excluded.filter((other) => {
      let at = other;
      while (at !== node && at !== 0) at = heap.dominators[at];
      return at === node;
    });
    const less = (column: Uint32Array | Float64Array) =>
      below.reduce((sum, other) => sum - column[other], column[node]);
    const itself = { objects: less(live.counts), bytes: less(live.bytes) };
    if (itself.objects < 0.5 * found[k].objects) return;
    replaced.set(k, { itself, excludedIds: below.map((other) => heap.graph.nodeIds[other]) });
  });
  return replaced;
}

/** What each owner holds in this snapshot. An owner that is not there holds nothing. */
export function measureOwners(
  heap: DominatedHeap,
  live: LiveTotals,
  owners: readonly TrackedOwner[],
): OwnerMeasure[] {
  const wanted = new Map<number, number>();
  for (const owner of owners) {
    for (const id of [owner.way?.fromId ?? owner.anchorId, ...owner.excludedIds]) wanted.set(id, -1);
  }
  const { nodeIds, nodeCount } = heap.graph;
  for (let node = 0; node < nodeCount; node++) {
    if (wanted.has(nodeIds[node])) wanted.set(nodeIds[node], node);
  }
  const row = (id: number) => wanted.get(id) ?? -1;
  return owners.map((owner) => {
    const { way } = owner;
    return measureOwner(
      { row, ...live },
      owner,
      way ? endOf(heap, row(way.fromId), way) : row(owner.anchorId),
    );
  });
}

/** The owners as they are in this snapshot: what lies at the end of an owner's way may be another container by now. */
export function followed(
  heap: DominatedHeap,
  owners: readonly TrackedOwner[],
  ways: readonly (Way | undefined)[],
): TrackedOwner[] {
  const { nodeIds, nodeCount } = heap.graph;
  const rows = new Map(ways.flatMap((way) => (way ? [[way.fromId, -1]] : [])));
  for (let node = 0; node < nodeCount; node++) if (rows.has(nodeIds[node])) rows.set(nodeIds[node], node);
  return owners.map(({ anchorId, excludedIds }, k) => {
    const way = ways[k];
    const end = way ? endOf(heap, rows.get(way.fromId) ?? -1, way) : -1;
    return { anchorId: end < 0 ? anchorId : nodeIds[end], excludedIds };
  });
}

/** -1 where the way is not there. */
function endOf({ graph }: DominatedHeap, from: number, way: Way): number {
  let at = from;
  for (const { type, name } of way.edges) {
    if (at < 0) return -1;
    let next = -1;
    for (let edge = graph.firstEdges[at]; edge < graph.firstEdges[at + 1] && next < 0; edge++) {
      if (graph.edgeTypeNames[graph.edgeTypes[edge]] === type && edgeName(graph, edge) === name)
        next = graph.edgeTargets[edge];
    }
    at = next;
  }
  return at;
}

/** The same, of the digested baseline, which knows no ways: of anchors. */
export function measureBaseline(baseline: Baseline, owners: readonly TrackedOwner[]): OwnerMeasure[] {
  return owners.map((owner) => measureOwner(baseline, owner, baseline.row(owner.anchorId)));
}

function measureOwner(
  rows: { row(id: number): number; counts: Uint32Array; bytes: Uint32Array | Float64Array },
  owner: TrackedOwner,
  anchor: number,
): OwnerMeasure {
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
