import { HeaplineError } from '../base/errors.ts';

/** The file breaks the format's rules. `what` is a whole sentence. */
export function malformed(what: string, cause?: unknown): HeaplineError {
  return new HeaplineError('malformed', what, {
    hint: 'The file is damaged or was changed after it was written: take the snapshot again.',
    cause,
  });
}

/** The file ends before its end. `where` is a whole sentence. */
export function truncated(where: string): HeaplineError {
  return new HeaplineError('truncated', where, {
    hint: 'The snapshot was cut off while it was written or copied: take it again, or copy it whole.',
  });
}

/** The file is of another kind. `why` is a whole sentence. */
export function notASnapshot(why: string): HeaplineError {
  return new HeaplineError('not-a-snapshot', why, {
    hint: 'Give a .heapsnapshot file, as written by Heapline, Chrome DevTools or v8.writeHeapSnapshot().',
  });
}
