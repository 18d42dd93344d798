import type { Classes } from '../analysis/classes.ts';
import { computeShallowSizes } from '../analysis/shallow.ts';
import { totalsByClass } from '../analysis/totals.ts';
import type { HeapGraph } from '../heap/graph.ts';
import type { SnapshotTotals } from '../protocol/tables.ts';

/** What a snapshot holds by class: what can be told without dominators. */
export function snapshotTotals(graph: HeapGraph, by: Classes): SnapshotTotals {
  const classes = totalsByClass(graph, by, computeShallowSizes(graph));
  return {
    nodeCount: graph.nodeCount,
    edgeCount: graph.edgeCount,
    totalSize: classes.reduce((sum, { shallowSize }) => sum + shallowSize, 0),
    classes: classes.map(({ className, count, shallowSize }) => ({
      className,
      count,
      selfSize: shallowSize,
    })),
  };
}
