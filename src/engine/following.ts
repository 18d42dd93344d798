import { classify } from '../analysis/classes.ts';
import type { Task } from '../base/progress.ts';
import type { SnapshotTotals } from '../protocol/tables.ts';
import { Growth, loadGrowing } from './growing.ts';
import { snapshotTotals } from './snapshot-totals.ts';

/** Snapshots that are read while they are written, by their files. */
export class Following {
  private readonly growths = new Map<string, Growth>();

  /** What a snapshot holds, a moment after `whole`. @throws HeaplineError as loadGrowing does */
  async follow(file: string, task?: Task): Promise<SnapshotTotals> {
    const growth = new Growth(file);
    this.growths.set(file, growth);
    try {
      const graph = await loadGrowing(growth, task);
      // Not by shapes, which differ from one snapshot to the next: gains are exact so.
      return snapshotTotals(graph, classify(graph));
    } finally {
      this.growths.delete(file);
    }
  }

  /** Nothing more comes. @param as the file's name by now */
  whole(file: string, as: string): void {
    this.growths.get(file)?.whole(as);
  }
}
