import { type FileHandle, open } from 'node:fs/promises';
import { HeaplineError } from '../base/errors.ts';
import { type Task, throwIfCancelled } from '../base/progress.ts';
import type { HeapGraph } from '../heap/graph.ts';
import { SnapshotReader } from '../heap/snapshot-reader.ts';

const BUFFER_BYTES = 1 << 20;

/**
 * Reads a `.heapsnapshot` file into a graph, piece by piece. Reports phase `reading` in bytes.
 * @throws HeaplineError `not-found`, `not-a-snapshot`, `truncated`, `malformed`, `too-large` or `cancelled`.
 */
export async function loadSnapshot(path: string, task?: Task): Promise<HeapGraph> {
  const file = await openFile(path);
  try {
    return await readAll(file, task);
  } catch (error) {
    throw named(path, error);
  } finally {
    await file.close();
  }
}

async function readAll(file: FileHandle, task: Task | undefined): Promise<HeapGraph> {
  const stats = await file.stat();
  const total = stats.isFile() ? stats.size : undefined;
  const reader = new SnapshotReader({ fileBytes: total });
  const buffer = new Uint8Array(BUFFER_BYTES);
  let done = 0;
  for (;;) {
    throwIfCancelled(task);
    const { bytesRead } = await file.read(buffer, 0, BUFFER_BYTES, null);
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
