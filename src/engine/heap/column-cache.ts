/**
 * Analysed columns of large snapshots, kept on disk so that they open again at once. All of it may be deleted at any
 * time. A snapshot of a recording has them in the recording, in `cache/`; any other in the user's own cache folder:
 * nobody wants litter beside a file that was only looked at, and its folder may not even be writable.
 */

import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readSync, utimesSync } from 'node:fs';
import { mkdir, readdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { CACHE } from '../../recording/layout.ts';
import type { HeapColumns } from './columns.ts';
import { ColumnsFile, DamagedColumns, writeColumns } from './columns-file.ts';
import { fingerprint } from './fingerprint.ts';
import { type ColumnsMeta, isCurrent, type SourceStamp, StoredColumns, toStore } from './stored-columns.ts';

const ENDING = '.columns';
/** Smaller snapshots are read again as fast. */
export const LEAST_BYTES = 20e6;
/** Of one folder of columns; the least recently used go. */
const MOST_BYTES = 4e9;
/** Of the disk's free space, for one file. */
const MOST_OF_FREE = 0.25;
const STALE_TEMP_MS = 3_600_000;

export interface ColumnCacheOptions {
  /** For snapshots outside a recording. */
  folder: string;
  leastBytes?: number;
  mostBytes?: number;
}

export class ColumnCache {
  constructor(private readonly options: ColumnCacheOptions) {}

  /** The columns of a snapshot as it is now; undefined where there are none that fit. Never fails. */
  find(file: string): HeapColumns | undefined {
    const path = this.placeOf(file);
    if (!existsSync(path)) return undefined;
    let columns: ColumnsFile<ColumnsMeta> | undefined;
    try {
      columns = new ColumnsFile<ColumnsMeta>(path);
      if (!isCurrent(columns.meta, fingerprint(file)))
        throw new DamagedColumns(`${path} is of another snapshot.`);
      const stored = new StoredColumns(columns, file);
      utimesSync(path, new Date(), new Date());
      return stored;
    } catch {
      // Damaged, foreign, out of date: made anew, and replaced.
      columns?.dispose();
      return undefined;
    }
  }

  /**
   * Keeps what was analysed, where it is worth it. Never fails: without room or permission it is not kept.
   * @param stamp of the file before it was read
   */
  async keep(file: string, stamp: SourceStamp, columns: HeapColumns): Promise<void> {
    if (stamp.bytes < (this.options.leastBytes ?? LEAST_BYTES)) return;
    // What was asked is answered first.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      const path = this.placeOf(file);
      const now = fingerprint(file);
      if (now.mtimeMs !== stamp.mtimeMs || now.hash !== stamp.hash) return;
      const stored = toStore(columns, stamp, (listBytes) => endOfStrings(file, stamp.bytes, listBytes));
      if (!stored) return;
      const bytes = stored.columns.reduce((sum, [, column]) => sum + column.byteLength, 0);
      if (bytes > this.mostBytes) return;
      await this.makeFolder(dirname(path));
      const { bavail, bsize } = await statfs(dirname(path));
      if (bytes > MOST_OF_FREE * bavail * bsize) return;
      await this.makeRoom(dirname(path), bytes);
      await writeColumns(path, stored.meta, stored.columns);
    } catch {
      // No permission, no room, no such file system call: the next time it is analysed again.
    }
  }

  /** Takes away what turned out to be damaged. */
  async forget(file: string): Promise<void> {
    await rm(this.placeOf(file), { force: true }).catch(() => {});
  }

  private get mostBytes(): number {
    return this.options.mostBytes ?? MOST_BYTES;
  }

  private placeOf(given: string): string {
    const file = resolve(given);
    const name = basename(file).replace(/\.heapsnapshot$/i, '');
    const recording = dirname(dirname(file));
    if (basename(dirname(file)) === 'snapshots' && existsSync(join(recording, 'recording.json'))) {
      return join(recording, CACHE, `${name}${ENDING}`);
    }
    const where = createHash('sha256').update(file).digest('hex').slice(0, 12);
    return join(this.options.folder, `${name.slice(0, 60)}-${where}${ENDING}`);
  }

  private async makeFolder(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // A recording may be committed; what can be made anew is not.
    await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch(() => {});
  }

  /** Deletes the least recently used until so many more bytes fit, and what a killed process left half-written. */
  private async makeRoom(folder: string, bytes: number): Promise<void> {
    const files: { path: string; size: number; mtimeMs: number }[] = [];
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const stats = await stat(path).catch(() => undefined);
      if (!stats) continue;
      if (name.endsWith(ENDING)) files.push({ path, size: stats.size, mtimeMs: stats.mtimeMs });
      else if (/\.columns\..*\.tmp$/.test(name) && Date.now() - stats.mtimeMs > STALE_TEMP_MS) {
        await rm(path, { force: true });
      }
    }
    let sum = files.reduce((total, { size }) => total + size, bytes);
    for (const { path, size } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (sum <= this.mostBytes) return;
      await rm(path, { force: true });
      sum -= size;
    }
  }
}

/** The user's folder for what can be made anew, as the system has it. */
export function userCacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = homedir();
  if (platform === 'win32')
    return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'Heapline', 'Cache');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'heapline');
  return join(env.XDG_CACHE_HOME || join(home, '.cache'), 'heapline');
}

/** V8 writes the strings last: `]` and `}` end the file. Undefined where something else does. */
function endOfStrings(file: string, size: number, listBytes: number): number | undefined {
  const tail = Buffer.alloc(Math.min(size, 64));
  const fd = openSync(file, 'r');
  try {
    readSync(fd, tail, 0, tail.length, size - tail.length);
    const close = /\]\s*\}\s*$/.exec(tail.toString('latin1'));
    if (!close) return undefined;
    const end = size - tail.length + close.index + 1;
    const first = Buffer.alloc(1);
    readSync(fd, first, 0, 1, end - listBytes);
    return first.toString() === '[' ? end : undefined;
  } finally {
    closeSync(fd);
  }
}
