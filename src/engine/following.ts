import { classify } from '../analysis/classes.ts';
import { newestId } from '../analysis/growth-survival.ts';
import type { Task } from '../base/progress.ts';
import type { HeapGraph } from '../heap/graph.ts';
import type { SnapshotTotals } from '../protocol/tables.ts';
import { Growth, loadGrowing } from './growing.ts';
import { snapshotTotals } from './snapshot-totals.ts';

/** Snapshots that are read while they are written, by their files. */
export class Following {
  private readonly growths = new Map<string, Growth>();
  /** The graph that was read last. */
  private last?: { file: string; graph: HeapGraph };

  /** What a snapshot holds, a moment after `whole`. @throws HeaplineError as loadGrowing does */
  async follow(file: string, task?: Task): Promise<SnapshotTotals> {
    this.last = undefined;
    const growth = new Growth(file);
    this.growths.set(file, growth);
    try {
      const graph = await loadGrowing(growth, task);
      this.last = { file: growth.path, graph };
      // Not by shapes, which differ from one snapshot to the next: gains are exact so.
      return { ...snapshotTotals(graph, classify(graph)), newestId: newestId({ graph }) };
    } finally {
      this.growths.delete(file);
    }
  }

  /** Nothing more comes. @param as the file's name by now */
  whole(file: string, as: string): void {
    this.growths.get(file)?.whole(as);
  }

  /** Hands on the graph of a file, by the name that it had when it was whole; undefined where it was not followed last. */
  take(file: string): HeapGraph | undefined {
    const { last } = this;
    this.last = undefined;
    return last?.file === file ? last.graph : undefined;
  }
}
