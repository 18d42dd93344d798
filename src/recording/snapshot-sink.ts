import { createWriteStream, type WriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { HeaplineError } from '../base/errors.ts';
import { formatBytes } from '../base/units.ts';
import { diskError } from './disk.ts';
import { PART } from './layout.ts';

/** Beyond this many bytes that wait for the disk, the source is asked to stop. */
const HIGH_WATER = 8e6;

/** What a snapshot that is whole on disk is to the recording. */
export interface SnapshotFile {
  readonly bytes: number;
  /** Gives the file its name. On failure nothing is left behind. @throws HeaplineError */
  commit(): Promise<void>;
  /** Gives the snapshot up and frees its disk space. */
  abort(): Promise<void>;
}

/** @param limit bytes */
export function pastBudget(limit: number): HeaplineError {
  return new HeaplineError(
    'too-large',
    `The snapshot passed the ${formatBytes(limit)} left of the disk budget.`,
    { hint: 'Raise the disk budget (--disk-budget on the command line).' },
  );
}

/** One snapshot on its way to disk: `PATH.part` until it is whole. */
export class SnapshotSink implements SnapshotFile {
  bytes = 0;
  private readonly stream: WriteStream;
  private failure?: HeaplineError;

  /** @param limit bytes that the file may take; what comes beyond fails it */
  constructor(
    readonly path: string,
    private readonly limit = Number.POSITIVE_INFINITY,
  ) {
    this.stream = createWriteStream(this.part, { highWaterMark: HIGH_WATER });
    this.stream.on('error', (error) => {
      this.failure ??= diskError(error, path);
    });
  }

  /** The file that grows. */
  get part(): string {
    return this.path + PART;
  }

  /** Takes the next piece (ASCII, as V8 writes it). After a failure pieces are dropped; `commit` tells. */
  write(chunk: string): void {
    if (this.failure) return;
    this.bytes += chunk.length;
    if (this.bytes > this.limit) {
      this.failure = pastBudget(this.limit);
      this.stream.destroy();
      return;
    }
    this.stream.write(chunk, 'latin1');
  }

  /** True while the disk is behind. */
  get full(): boolean {
    return this.stream.writableNeedDrain && !this.failure;
  }

  /** Calls once, as soon as the disk has caught up or failed. */
  onceDrained(listener: () => void): void {
    let called = false;
    const once = (): void => {
      if (!called) listener();
      called = true;
    };
    this.stream.once('drain', once).once('close', once);
  }

  /**
   * Waits for the disk and gives the file its name. On failure nothing is left behind.
   * @throws HeaplineError `disk-full`, `too-large` or what else hindered the write
   */
  async commit(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.stream.closed) resolve();
      else this.stream.once('close', resolve);
      this.stream.end();
    });
    if (!this.failure) {
      await rename(this.part, this.path).catch((error) => {
        this.failure = diskError(error, this.path);
      });
    }
    if (this.failure) {
      await this.abort();
      throw this.failure;
    }
  }

  /** Gives the snapshot up and frees its disk space. */
  async abort(): Promise<void> {
    this.failure ??= new HeaplineError('cancelled', 'The snapshot was given up.');
    if (!this.stream.closed) {
      const closed = new Promise<void>((resolve) => this.stream.once('close', resolve));
      this.stream.destroy();
      await closed;
    }
    await rm(this.part, { force: true }).catch(() => {});
  }
}
