/** A snapshot file read by two threads at once, one from each end, that meet among its edges. */
import { HeaplineError } from '../base/errors.ts';
import { type Task, throwIfCancelled } from '../base/progress.ts';
import { Claims } from '../heap/claims.ts';
import type { FromBehind } from '../heap/from-behind.ts';
import type { HeapGraph } from '../heap/graph.ts';
import { SnapshotReader } from '../heap/snapshot-reader.ts';
import type { SnapshotFile } from '../heap/snapshot-sections.ts';
import { FileBytes } from './file-bytes.ts';
import type { SecondCore } from './second-core.ts';

/** A file of known size, which can be read again. */
export type KnownFile = Required<Omit<SnapshotFile, 'behindEdges'>>;

/**
 * Undefined where the second thread can't do its part (a file that is not as V8 writes it, or damaged behind): then
 * it is to be read by one.
 * @param file open for reading
 * @param piece bytes read at a time
 * @throws HeaplineError `not-a-snapshot`, `malformed`, `truncated`, `too-large` or `cancelled`
 */
export async function readByTwo(
  file: number,
  known: KnownFile,
  core: Pick<SecondCore, 'run'>,
  piece: number,
  task?: Task,
): Promise<HeapGraph | undefined> {
  const { fileBytes, leaveStrings } = known;
  const claims = new Claims();
  const reader = new SnapshotReader(known);
  const source = new FileBytes(file, fileBytes);
  let behind: Promise<FromBehind | undefined> | undefined;
  let at = 0;
  try {
    // Once over the edges, the other came too late.
    while (at < fileBytes && (reader.edgesDone || claims.take())) {
      throwIfCancelled(task);
      const end = Math.min(fileBytes, at + piece);
      reader.write(source.read(at, end));
      at = end;
      const done = Math.min(fileBytes, at + claims.read * piece);
      task?.report?.({ phase: 'reading', done, total: fileBytes });
      const { header } = reader;
      if (header && !behind) {
        const given = {
          leaveStrings,
          file,
          fileBytes,
          words: claims.words,
          header,
          edges: reader.shareEdges(),
          from: at,
          piece,
        };
        behind = core.run('readBehind', given);
      }
    }
    if (at < fileBytes) {
      const found = await behind;
      throwIfCancelled(task);
      if (!found || found.start < at) return undefined;
      reader.write(source.read(at, found.start));
      if (!reader.takeEnd(found.row, found.end)) return undefined;
      task?.report?.({ phase: 'reading', done: fileBytes, total: fileBytes });
    }
    return reader.finish();
  } catch (error) {
    // Wrong from its beginning on, or the other thread has died.
    if (!behind ? HeaplineError.is(error, 'not-a-snapshot') : HeaplineError.is(error, 'internal'))
      return undefined;
    throw error;
  } finally {
    claims.stop();
    // It reads from the file, which is the caller's to close.
    await behind?.catch(() => {});
  }
}
