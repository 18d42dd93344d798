import { type FileHandle, open } from 'node:fs/promises';
import { HeaplineError } from '../base/errors.ts';
import { type Task, throwIfCancelled } from '../base/progress.ts';
import type { HeapGraph } from '../heap/graph.ts';
import { peekHeader } from '../heap/peek.ts';
import { SnapshotReader } from '../heap/snapshot-reader.ts';
import { availableMemory } from '../recording/memory-there.ts';
import { needOf } from './memory-need.ts';

const BUFFER_BYTES = 1 << 20;
/**
 * Between two looks at a file that does not grow. `fs.watch` may tell late or never (shared folders, containers). For
 * most of its time V8 walks the heap and writes nothing: then a look ten times a second is no load on anybody. At the
 * end nobody waits for the next look: that is told.
 */
const SHORTEST_MS = 2;
const LONGEST_MS = 100;

/** What is known of a file that another writes: its name, and that it is whole, once it is. */
export class Growth {
  isWhole = false;
  private wake: () => void = () => {};

  /** @param path where it begins to be */
  constructor(public path: string) {}

  /** The file has all its bytes, and this name. */
  whole(path = this.path): void {
    this.path = path;
    this.isWhole = true;
    this.wake();
  }

  /** Resolves after so many milliseconds, or as soon as the file is whole. */
  pause(ms: number): Promise<void> {
    if (this.isWhole) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/**
 * Reads a snapshot's file into a graph while it is written: the graph is there a moment after the last byte. The file
 * may begin to be there later, and may be renamed meanwhile.
 * @throws HeaplineError as loadSnapshot does; `cancelled` also where the file is given up
 */
export async function loadGrowing(growth: Growth, task?: Task): Promise<HeapGraph> {
  const file = await openLater(growth, task);
  const reader = new SnapshotReader();
  try {
    const buffer = new Uint8Array(BUFFER_BYTES);
    let pause = SHORTEST_MS;
    let begun = false;
    for (;;) {
      throwIfCancelled(task);
      // Asked before: what came since is read in the next turn.
      const { isWhole } = growth;
      const { bytesRead } = await file.read(buffer, 0, BUFFER_BYTES, null);
      if (bytesRead > 0) {
        if (!begun) leaveRoom(buffer.subarray(0, bytesRead));
        begun = true;
        reader.write(buffer.subarray(0, bytesRead));
        pause = SHORTEST_MS;
      } else if (isWhole) {
        return reader.finish();
      } else {
        await growth.pause(pause);
        pause = Math.min(2 * pause, LONGEST_MS);
      }
    }
  } finally {
    await file.close();
  }
}

/** The program that is looked at has more need of memory than we: it must not be ended for ours. */
function leaveRoom(start: Uint8Array): void {
  const header = peekHeader(start);
  if (header && needOf(header).totals > availableMemory() / 2) {
    throw new HeaplineError('too-large', 'There is no memory to read this snapshot while it is written.');
  }
}

async function openLater(growth: Growth, task: Task | undefined): Promise<FileHandle> {
  for (let pause = SHORTEST_MS; ; pause = Math.min(2 * pause, LONGEST_MS)) {
    throwIfCancelled(task);
    const { isWhole, path } = growth;
    try {
      return await open(path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      if (isWhole) {
        throw new HeaplineError('not-found', `${path}: There is no such file.`, { cause: error });
      }
    }
    await growth.pause(pause);
  }
}
