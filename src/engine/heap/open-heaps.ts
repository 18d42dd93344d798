/** The snapshots that are open in this worker: as many as fit, the least recently asked one goes. */
import { stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import type { Disposable } from '../../base/disposable.ts';
import { HeaplineError } from '../../base/errors.ts';
import { type Task, throwIfCancelled } from '../../base/progress.ts';
import type { HeapGraph } from '../../heap/graph.ts';
import { loadSnapshot } from '../load.ts';
import type { SecondCore } from '../second-core.ts';
import type { ColumnCache } from './column-cache.ts';
import { FreshColumns } from './columns.ts';
import { DamagedColumns } from './columns-file.ts';
import { fingerprint } from './fingerprint.ts';
import { OpenHeap } from './open-heap.ts';
import type { SourceStamp } from './stored-columns.ts';

interface Entry {
  /** Of the file when it was opened. */
  key: string;
  opening: Promise<OpenHeap>;
  heap?: OpenHeap;
  users: number;
  /** Closed as soon as nobody uses it. */
  gone?: boolean;
  /** Where it was read itself, and not kept yet. */
  stamp?: SourceStamp;
}

export interface OpenHeapsOptions {
  /** Of all that are open. One alone may have more. */
  maxBytes: number;
  cache?: ColumnCache;
  /** For work beside, where there is a second core. */
  core?: SecondCore;
}

export class OpenHeaps implements Disposable {
  /** By file, the least recently asked first. */
  private readonly entries = new Map<string, Entry>();
  private readonly keeping = new Set<Promise<void>>();

  constructor(private readonly options: OpenHeapsOptions) {}

  /** Files that are open, the least recently asked first. */
  get files(): string[] {
    return [...this.entries.keys()];
  }

  get cache(): ColumnCache | undefined {
    return this.options.cache;
  }

  get bytes(): number {
    let sum = 0;
    for (const { heap } of this.entries.values()) sum += heap?.bytes ?? 0;
    return sum;
  }

  /**
   * Asks the heap of a file, which is opened where it is not, or has changed.
   * @param read its graph, where somebody has read it just now @throws HeaplineError as loadSnapshot does
   */
  async ask<T>(
    file: string,
    question: (heap: OpenHeap) => T | Promise<T>,
    task?: Task,
    read?: HeapGraph,
  ): Promise<T> {
    for (;;) {
      const entry = await this.entry(file, task, read);
      entry.users++;
      try {
        const heap = await entry.opening;
        throwIfCancelled(task);
        const answer = await question(heap);
        this.keep(file, entry, heap);
        return answer;
      } catch (error) {
        if (!entry.heap || error instanceof DamagedColumns) this.drop(file, entry);
        if (error instanceof DamagedColumns) await this.options.cache?.forget(file);
        // Whoever asked first has given up; we have not.
        else if (!HeaplineError.is(error, 'cancelled') || task?.signal?.aborted || entry.heap) throw error;
      } finally {
        entry.users--;
        if (entry.gone) this.close(entry);
        this.makeRoom(0);
      }
    }
  }

  /** Settles when all that is kept for later is on disk. */
  async settled(): Promise<void> {
    await Promise.all(this.keeping);
  }

  dispose(): void {
    for (const [file, entry] of [...this.entries]) this.drop(file, entry);
  }

  private async entry(file: string, task?: Task, read?: HeapGraph): Promise<Entry> {
    // What can't be read is told by loadSnapshot.
    const key = await stat(file).then(
      ({ size, mtimeMs }) => `${size} ${mtimeMs}`,
      () => 'unknown',
    );
    let entry = this.entries.get(file);
    if (entry && entry.key !== key) {
      this.drop(file, entry);
      entry = undefined;
    }
    if (!entry) {
      entry = this.begin(file, key, task, read);
      // Whoever waits for it is told; nobody else.
      entry.opening.catch(() => {});
    }
    this.entries.delete(file);
    this.entries.set(file, entry);
    return entry;
  }

  private begin(file: string, key: string, task?: Task, read?: HeapGraph): Entry {
    const entry: Entry = {
      key,
      users: 0,
      opening: Promise.resolve().then(() => this.open(file, entry, task, read)),
    };
    return entry;
  }

  private async open(file: string, entry: Entry, task?: Task, read?: HeapGraph): Promise<OpenHeap> {
    const fileBytes = (await stat(file).catch(() => undefined))?.size ?? 0;
    const { cache, core } = this.options;
    const kept = cache?.find(file);
    if (kept) entry.heap = new OpenHeap(file, fileBytes, kept);
    else {
      // A graph takes about as much as its file.
      this.makeRoom(fileBytes);
      entry.stamp = cache && fileBytes ? fingerprint(file) : undefined;
      const graph = read ?? (await loadSnapshot(file, task, core));
      entry.heap = new OpenHeap(file, fileBytes, new FreshColumns(graph, core));
    }
    return entry.heap;
  }

  private keep(file: string, entry: Entry, heap: OpenHeap): void {
    if (!entry.stamp || !heap.columns.analysed) return;
    const work = this.options
      .cache!.keep(file, entry.stamp, heap.columns)
      .finally(() => this.keeping.delete(work));
    entry.stamp = undefined;
    this.keeping.add(work);
  }

  private drop(file: string, entry: Entry): void {
    if (this.entries.get(file) === entry) this.entries.delete(file);
    entry.gone = true;
    this.close(entry);
  }

  private close(entry: Entry): void {
    if (entry.users > 0) return;
    entry.heap?.dispose();
    entry.heap = undefined;
  }

  /** Closes what nobody uses, but the one asked last, until so many more bytes fit. */
  private makeRoom(needed: number): void {
    const last = needed > 0 ? undefined : this.files.at(-1);
    const idle = [...this.entries].filter(([file, { users, heap }]) => users === 0 && heap && file !== last);
    let sum = this.bytes + needed;
    for (const [file, entry] of idle) {
      if (sum <= this.options.maxBytes) return;
      sum -= entry.heap!.bytes;
      this.drop(file, entry);
    }
  }
}

/** A quarter of the memory that there is. */
export function heapBudget(): number {
  // Node 20's 0 means: not constrained.
  return Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem()) / 4;
}
