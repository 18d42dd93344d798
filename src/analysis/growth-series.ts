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
    for (const id of [owner.anchorId, owner.containerId, ...owner.excludedIds])
      if (id !== undefined) wanted.set(id, -1);
  }
  const { nodeIds, nodeCount } = heap.graph;
  for (let node = 0; node < nodeCount; node++) if (wanted.has(nodeIds[node])) wanted.set(nodeIds[node], node);
  const at = (id: number) => wanted.get(id) ?? -1;
  return owners.map((owner) => {
    const anchor = at(owner.anchorId);
    let objects = anchor < 0 ? 0 : live.counts[anchor];
    let bytes = anchor < 0 ? 0 : live.bytes[anchor];
    for (const id of owner.excludedIds) {
      const node = at(id);
      if (node < 0) continue;
      objects -= live.counts[node];
      bytes -= live.bytes[node];
    }
    const container = owner.containerId === undefined ? -1 : at(owner.containerId);
    return {
      objects: Math.max(0, objects),
      bytes: Math.max(0, bytes),
      entries: container < 0 ? undefined : countEntries(heap, live, container),
    };
  });
}

/** Strong references from a container, and from the backing stores it dominates, to the program's objects. */
export function countEntries(heap: AnalysedHeap, live: LiveTotals, container: number): number {
  const { graph, dominators } = heap;
  const weak = graph.edgeTypeNames.indexOf('weak');
  let entries = 0;
  const stack = [container];
  while (stack.length) {
    const node = stack.pop()!;
    for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++) {
      const target = graph.edgeTargets[edge];
      if (graph.edgeTypes[edge] === weak) continue;
      if (live.own[target] === 1) entries++;
      else if (live.own[target] === 2 && dominators[target] === node) stack.push(target);
    }
  }
  return entries;
}
