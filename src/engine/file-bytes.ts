import { readSync } from 'node:fs';
import { HeaplineError } from '../base/errors.ts';
import type { ByteSource } from '../heap/byte-source.ts';

/** So that pieces with some bytes more need no other buffer. */
const SPARE = 1024;

/** The bytes of an open file, which is not closed by this. */
export class FileBytes implements ByteSource {
  readonly length: number;
  private readonly file: number;
  private buffer: Uint8Array<ArrayBuffer>;

  /** @param buffer to read into, where it is large enough */
  constructor(file: number, length: number, buffer = new Uint8Array(0)) {
    this.file = file;
    this.length = length;
    this.buffer = buffer;
  }

  /** @throws HeaplineError `truncated` where the file has become shorter; as fs.readSync */
  read(start: number, end: number): Uint8Array<ArrayBuffer> {
    const count = end - start;
    if (this.buffer.length < count) this.buffer = new Uint8Array(count + SPARE);
    for (let done = 0; done < count; ) {
      const read = readSync(this.file, this.buffer, done, count - done, start + done);
      if (read === 0) throw new HeaplineError('truncated', 'The file has become shorter while it was read.');
      done += read;
    }
    return this.buffer.subarray(0, count);
  }
}
