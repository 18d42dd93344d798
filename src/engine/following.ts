import { classify } from '../analysis/classes.ts';
import { computeShallowSizes } from '../analysis/shallow.ts';
import { totalsByClass } from '../analysis/totals.ts';
import type { Task } from '../base/progress.ts';
import type { SnapshotTotals } from '../protocol/tables.ts';
import { Growth, loadGrowing } from './growing.ts';

/** Snapshots that are read while they are written, by their files. */
export class Following {
  private readonly growths = new Map<string, Growth>();

  /** What a snapshot holds, a moment after `whole`. @throws HeaplineError as loadGrowing does */
  async follow(file: string, task?: Task): Promise<SnapshotTotals> {
    const growth = new Growth();
    this.growths.set(file, growth);
    try {
      const graph = await loadGrowing(file, growth, task);
      const classes = totalsByClass(graph, classify(graph), computeShallowSizes(graph));
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
    } finally {
      this.growths.delete(file);
    }
  }

  /** Nothing more comes. */
  whole(file: string): void {
    this.growths.get(file)?.whole();
  }
}
