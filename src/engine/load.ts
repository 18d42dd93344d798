import { type FileHandle, open } from 'node:fs/promises';
import { HeaplineError } from '../base/errors.ts';
import { type Task, throwIfCancelled } from '../base/progress.ts';
import type { HeapGraph } from '../heap/graph.ts';
import { SnapshotReader } from '../heap/snapshot-reader.ts';
import { garbageCollector } from './collect.ts';
import { readByTwo } from './read-by-two.ts';
import type { SecondCore } from './second-core.ts';

/** Bytes. */
interface Sizes {
  /** Read at a time. */
  piece: number;
  /** Smaller files are read sooner than a second thread has begun. */
  large: number;
}

const SIZES: Sizes = { piece: 2 ** 20, large: 20 * 2 ** 20 };

/**
 * Reads a `.heapsnapshot` file into a graph, piece by piece; a large one from both ends where there is a second core.
 * Reports phase `reading` in bytes.
 * @throws HeaplineError `not-found`, `not-a-snapshot`, `truncated`, `malformed`, `too-large` or `cancelled`.
 */
export async function loadSnapshot(
  path: string,
  task?: Task,
  core?: Pick<SecondCore, 'run'>,
  { piece, large } = SIZES,
): Promise<HeapGraph> {
  const file = await openFile(path);
  try {
    const stats = await file.stat();
    const total = stats.isFile() ? stats.size : undefined;
    const isLarge = total !== undefined && total >= large;
    // Shared columns don't count in what makes V8 collect: without this, the graph before would still be there.
    if (total !== undefined && total >= SIZES.large) garbageCollector()();
    const byTwo = core && isLarge ? await readByTwo(file.fd, total, core, piece, task) : undefined;
    return byTwo ?? (await readAll(file, total, piece, task));
  } catch (error) {
    throw named(path, error);
  } finally {
    await file.close();
  }
}

async function readAll(
  file: FileHandle,
  total: number | undefined,
  piece: number,
  task: Task | undefined,
): Promise<HeapGraph> {
  const reader = new SnapshotReader({ fileBytes: total });
  const buffer = new Uint8Array(piece);
  // Where a file has no positions, as a pipe, it is read as it comes.
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
