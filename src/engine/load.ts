import { type FileHandle, open } from 'node:fs/promises';
import { HeaplineError } from '../base/errors.ts';
import { type Task, throwIfCancelled } from '../base/progress.ts';
import type { HeapGraph } from '../heap/graph.ts';
import { SnapshotReader } from '../heap/snapshot-reader.ts';
import type { SnapshotFile } from '../heap/snapshot-sections.ts';
import { garbageCollector } from './collect.ts';
import { FileChunks } from './file-chunks.ts';
import { type KnownFile, readByTwo } from './read-by-two.ts';
import type { SecondCore } from './second-core.ts';

/** Bytes. */
interface Sizes {
  /** Read at a time. */
  piece: number;
  /** Smaller files are read sooner than a second thread has begun. */
  large: number;
  /** Strings of so many bytes stay in the file. */
  leaveStrings: number;
}

/** What is needed of a SecondCore. */
type Core = Pick<SecondCore, 'run'> & { start?(): unknown };

const MB = 2 ** 20;
/** The memory of the graph before is worth waiting for from this size on. */
const COLLECT = 20 * MB;
const SIZES: Sizes = { piece: MB, large: 48 * MB, leaveStrings: 64 * MB };

/**
 * Reads a `.heapsnapshot` file into a graph, piece by piece; a large one from both ends where there is a second core.
 * Reports phase `reading` in bytes.
 * @throws HeaplineError `not-found`, `not-a-snapshot`, `truncated`, `malformed`, `too-large` or `cancelled`.
 */
export async function loadSnapshot(
  path: string,
  task?: Task,
  core?: Core,
  sizes: Partial<Sizes> = {},
): Promise<HeapGraph> {
  const file = await openFile(path);
  try {
    const { piece, large, leaveStrings } = { ...SIZES, ...sizes };
    const stats = await file.stat();
    // What has no size and no positions, as a pipe, is read as it comes.
    if (!stats.isFile()) return await readAll(file, {}, piece, task);
    const known: KnownFile = {
      fileBytes: stats.size,
      leaveStrings,
      again: (start, length) => new FileChunks(path, stats, start, length),
    };
    if (stats.size >= large) core?.start?.();
    // Shared columns don't count in what makes V8 collect: without this, the graph before would still be there.
    if (stats.size >= COLLECT) garbageCollector()();
    const byTwo = core && stats.size >= large && (await readByTwo(file.fd, known, core, piece, task));
    return byTwo || (await readAll(file, known, piece, task));
  } catch (error) {
    throw named(path, error);
  } finally {
    await file.close();
  }
}

async function readAll(
  file: FileHandle,
  known: SnapshotFile,
  piece: number,
  task: Task | undefined,
): Promise<HeapGraph> {
  const reader = new SnapshotReader(known);
  const buffer = new Uint8Array(piece);
  const total = known.fileBytes;
  for (let done = 0; ; ) {
    throwIfCancelled(task);
    const { bytesRead } = await file.read(buffer, 0, piece, total === undefined ? null : done);
    if (bytesRead === 0) return reader.finish();
    refuseGzip(buffer, done);
    reader.write(buffer.subarray(0, bytesRead));
    done += bytesRead;
    task?.report?.({ phase: 'reading', done, total });
  }
}

function refuseGzip(buffer: Uint8Array, done: number): void {
  if (done === 0 && buffer[0] === 0x1f && buffer[1] === 0x8b) {
    throw new HeaplineError('not-a-snapshot', 'This file is packed with gzip.', { hint: 'Unpack it first.' });
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw named(path, error);
  }
}

/** The same error, saying which file it is about. */
function named(path: string, error: unknown): unknown {
  if (HeaplineError.is(error)) {
    if (error.code === 'cancelled') return error;
    const { code, kept, hint } = error;
    return new HeaplineError(code, `${path}: ${error.message}`, { kept, hint, file: path, cause: error });
  }
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new HeaplineError('not-found', `${path}: There is no such file.`, {
        hint: 'Check the path.',
        cause: error,
      });
    case 'EISDIR':
      return new HeaplineError('not-a-snapshot', `${path}: This is a folder.`, {
        hint: 'Give the .heapsnapshot file itself.',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new HeaplineError('not-found', `${path}: The file may not be read.`, {
        hint: 'Check its permissions.',
        cause: error,
      });
    default:
      return error;
  }
}
