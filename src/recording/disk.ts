import { renameSync, writeFileSync } from 'node:fs';
import { HeaplineError } from '../base/errors.ts';
import { PART } from './layout.ts';

/** An error of the file system in a user's words. @param kept what is still whole */
export function diskError(error: unknown, path: string, kept?: string): HeaplineError {
  if (HeaplineError.is(error)) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new HeaplineError('disk-full', `The disk is full: ${path} could not be written.`, {
      kept,
      hint: 'Free some space, or record onto another disk (--out on the command line).',
      cause: error,
    });
  }
  return new HeaplineError('not-found', `${path} can't be written: ${message}.`, {
    kept,
    hint: 'Check its permissions, or record elsewhere (--out on the command line).',
    cause: error,
  });
}

/** Writes a small file whole or not at all. */
export function replaceFile(path: string, text: string): void {
  writeFileSync(path + PART, text);
  renameSync(path + PART, path);
}
