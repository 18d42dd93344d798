import { closeSync, openSync, renameSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { diskError } from './disk.ts';
import { PART } from './layout.ts';
import { pastBudget, type SnapshotFile } from './snapshot-sink.ts';

/** A snapshot that another process writes: into `PATH.part`, which is ours to give and to take. */
export class WrittenSnapshot implements SnapshotFile {
  bytes = 0;

  private constructor(
    readonly path: string,
    private readonly limit: number,
  ) {}

  /**
   * Makes the empty file: who sees it writes on the same disk, and leaves it readable to us.
   * @param limit bytes that it may take @throws HeaplineError `disk-full` or what else hindered it
   */
  static open(path: string, limit = Number.POSITIVE_INFINITY): WrittenSnapshot {
    try {
      closeSync(openSync(path + PART, 'w'));
    } catch (error) {
      throw diskError(error, path);
    }
    return new WrittenSnapshot(path, limit);
  }

  /** Takes over a file that was written elsewhere on the same disk. @throws HeaplineError of the disk */
  static adopt(path: string, from: string): WrittenSnapshot {
    try {
      renameSync(from, path + PART);
    } catch (error) {
      throw diskError(error, path);
    }
    return new WrittenSnapshot(path, Number.POSITIVE_INFINITY);
  }

  /** The file that grows. */
  get part(): string {
    return this.path + PART;
  }

  /** Bytes that are there by now. */
  async written(): Promise<number> {
    return stat(this.part).then(
      ({ size }) => size,
      () => 0,
    );
  }

  /** True when the file is there with all its bytes: begins and ends as a snapshot does. */
  async isWhole(bytes: number): Promise<boolean> {
    const file = await open(this.part).catch(() => undefined);
    if (!file) return false;
    try {
      this.bytes = (await file.stat()).size;
      if (this.bytes !== bytes || bytes < 2) return false;
      const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 0);
      const tail = Buffer.alloc(2);
      await file.read(tail, 0, 2, bytes - 2);
      return buffer[0] === 0x7b && tail.toString('latin1').trimEnd().endsWith('}');
    } finally {
      await file.close();
    }
  }

  /** Gives the file its name. On failure nothing is left behind. @throws HeaplineError `too-large` or of the disk */
  async commit(): Promise<void> {
    try {
      if (this.bytes > this.limit) throw pastBudget(this.limit);
      await rename(this.part, this.path);
    } catch (error) {
      await this.abort();
      throw diskError(error, this.path);
    }
  }

  /** Gives the snapshot up and frees its disk space. */
  async abort(): Promise<void> {
    await rm(this.part, { force: true }).catch(() => {});
  }
}
