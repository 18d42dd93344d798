/** A task of the second core: reads a snapshot file from behind while the engine reads it from the front. */
import type { ByteSource } from '../heap/byte-source.ts';
import { Claims } from '../heap/claims.ts';
import { type BehindGiven, type FromBehind, readFromBehind } from '../heap/from-behind.ts';
import { FileBytes } from './file-bytes.ts';

export interface ReadBehindInput extends BehindGiven {
  /** A file that is open in this process, and stays so until the task is done. */
  file: number;
  fileBytes: number;
  /** Of Claims. */
  words: Int32Array<SharedArrayBuffer>;
}

/** As readFromBehind; undefined as well where the file is shorter than it was. */
export function readBehind({ file, fileBytes, words, ...given }: ReadBehindInput): FromBehind | undefined {
  const source: ByteSource = new FileBytes(file, fileBytes);
  return readFromBehind(source, new Claims(words), given);
}
