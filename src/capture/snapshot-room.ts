/** Whether a snapshot fits into what memory and disk there is, told before one is taken. */
import { HeaplineError } from '../base/errors.ts';
import { formatBytes } from '../base/units.ts';
import { availableMemory, freeDisk } from '../recording/memory-there.ts';

/**
 * V8 builds the snapshot in memory of its own. By byte of the file this took 6.1 to 7.5 (Node 20 and 24, heaps of small
 * objects and of numbers; of long strings less); by byte of heap 0 to 14, as the objects are large or small.
 */
const MEMORY_PER_FILE = 7.5;
const MEMORY_FIXED = 30e6;
/** What a full disk takes from everybody else. */
const DISK_SPARED = 100e6;
/** When none fitted, the next is tried when the run has grown by so much. */
const TRY_AGAIN = 1.5;
const TRY_AGAIN_MS = 1000;

export interface Lack {
  lacks: 'memory' | 'disk';
  /** Bytes. */
  needed: number;
  available: number;
}

export interface RoomSources {
  /** Bytes that the process can have. */
  memory(pid: number | undefined): number;
  /** Bytes that can be written into a folder; undefined where that is not told. */
  disk(folder: string): number | undefined;
}

const HERE: RoomSources = { memory: (pid) => availableMemory(pid), disk: freeDisk };

export class SnapshotRoom {
  /** `pid`: where it is a process of this machine for sure. `memoryLimit`: bytes, as it sees its machine or container. */
  target: { pid?: number; memoryLimit?: number } = {};
  private left = 0;
  private triedAt?: number;

  constructor(
    private readonly folder: string,
    private readonly sources: RoomSources = HERE,
  ) {}

  /**
   * What is missing for a snapshot; undefined where it fits.
   * @param fileBytes that it will have, about @param rss of the target
   */
  lack(fileBytes: number, rss = 0): Lack | undefined {
    const { folder, sources, target } = this;
    // What the last one left behind in the process is taken again.
    const needed = Math.max(0, MEMORY_FIXED + MEMORY_PER_FILE * fileBytes - this.left);
    const most = (target.memoryLimit ?? Number.POSITIVE_INFINITY) - rss;
    const available = Math.max(0, Math.min(most, sources.memory(target.pid)));
    if (needed > available) return { lacks: 'memory', needed, available };
    const disk = sources.disk(folder);
    const onDisk = fileBytes + DISK_SPARED;
    return disk !== undefined && onDisk > disk
      ? { lacks: 'disk', needed: onDisk, available: disk }
      : undefined;
  }

  /** False for a while after one was left out: looking costs a collection. */
  mayTry(activeMs: number): boolean {
    return (
      this.triedAt === undefined ||
      activeMs >= Math.max(TRY_AGAIN * this.triedAt, this.triedAt + TRY_AGAIN_MS)
    );
  }

  /** @returns true for the first after one that fitted */
  leftOut(activeMs: number): boolean {
    const isFirst = this.triedAt === undefined;
    this.triedAt = activeMs;
    return isFirst;
  }

  /** One was taken: resident memory before and after. */
  took(before: number, after: number): void {
    this.triedAt = undefined;
    this.left = Math.max(this.left, after - before);
  }
}

export function leftOutError({ lacks, needed, available }: Lack): HeaplineError {
  const what = lacks === 'memory' ? 'of memory' : 'on disk';
  return new HeaplineError(
    'too-large',
    `A snapshot was left out: it would take about ${formatBytes(needed)} ${what}, and ${formatBytes(available)} are available.`,
    {
      kept: 'The program runs on; a sampling heap profile was kept in its place.',
      hint:
        lacks === 'memory'
          ? 'Give the machine or the container more memory, or record with a smaller heap.'
          : 'Free some space, or record onto another disk (--out on the command line).',
    },
  );
}
