/** Strings that stay in the snapshot's file and are read there when they are asked for. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { Disposable } from '../../base/disposable.ts';
import { HeaplineError } from '../../base/errors.ts';
import { QUOTE } from '../../heap/bytes.ts';
import type { StringTable } from '../../heap/graph.ts';
import { decodeJsonText } from '../../heap/json-text.ts';

const BLOCK = 1 << 15;
const MOST_BLOCKS = 128;
const SEARCHED_AT_ONCE = 1 << 22;
const WRAP = 2 ** 32;

/** Where the strings of a file begin: the low 32 bits of each text's offset, and the rows at which those wrap. */
export interface StringOffsets {
  readonly lows: Uint32Array;
  readonly wraps: readonly number[];
  /** Offset behind the list's `]`. */
  readonly end: number;
}

export class FileStrings implements StringTable, Disposable {
  private readonly fd: number;
  private readonly blocks = new Map<number, Buffer>();
  private readonly found = new Map<string, number>();
  private itsOffsets?: StringOffsets;

  /** `offsets` is asked for with the first string. @throws as openSync does */
  constructor(
    private readonly file: string,
    readonly count: number,
    private readonly offsets: () => StringOffsets,
  ) {
    this.fd = openSync(file, 'r');
  }

  get byteLength(): number {
    return (this.itsOffsets?.lows.byteLength ?? 0) + this.blocks.size * BLOCK;
  }

  dispose(): void {
    this.blocks.clear();
    closeSync(this.fd);
  }

  get(index: number): string {
    if (!(index >= 0 && index < this.count)) {
      throw new RangeError(`There is no string ${index}: the table has ${this.count}.`);
    }
    const start = this.start(index);
    // Up to the next string's opening quote, left out; the last quote before that closes this one.
    const limit = index + 1 < this.count ? this.start(index + 1) - 1 : this.known.end;
    const bytes = this.read(start, limit);
    return decodeJsonText(bytes, 0, bytes.lastIndexOf(QUOTE));
  }

  /** Searches the file's bytes, so only names that JSON writes as they are can be found. */
  indexOf(text: string): number {
    let index = this.found.get(text);
    if (index === undefined) {
      index = this.search(Buffer.from(`${JSON.stringify(text)}`));
      this.found.set(text, index);
    }
    return index;
  }

  private get known(): StringOffsets {
    this.itsOffsets ??= this.offsets();
    return this.itsOffsets;
  }

  private start(index: number): number {
    const { lows, wraps } = this.known;
    let base = 0;
    for (const wrap of wraps) if (index >= wrap) base += WRAP;
    return base + lows[index];
  }

  private search(wanted: Buffer): number {
    if (this.count === 0) return -1;
    const { end } = this.known;
    for (let from = this.start(0) - 1; from < end; from += SEARCHED_AT_ONCE) {
      const bytes = this.readFile(from, Math.min(end, from + SEARCHED_AT_ONCE + wanted.length));
      for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) {
        // Within another string the same bytes may stand, but no string begins there.
        const index = this.startingAt(from + at + 1);
        if (index >= 0) return index;
      }
    }
    return -1;
  }

  private startingAt(offset: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.start(middle) < offset) low = middle + 1;
      else high = middle;
    }
    return this.start(low) === offset ? low : -1;
  }

  private read(start: number, end: number): Buffer {
    const number = Math.floor(start / BLOCK);
    if (end > (number + 1) * BLOCK) return this.readFile(start, end);
    let block = this.blocks.get(number);
    if (!block) {
      block = this.readFile(number * BLOCK, Math.min((number + 1) * BLOCK, this.known.end));
      for (const oldest of this.blocks.keys()) {
        if (this.blocks.size < MOST_BLOCKS) break;
        this.blocks.delete(oldest);
      }
      this.blocks.set(number, block);
    }
    return block.subarray(start - number * BLOCK, end - number * BLOCK);
  }

  private readFile(start: number, end: number): Buffer {
    const bytes = Buffer.allocUnsafe(Math.max(0, end - start));
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(this.fd, bytes, done, bytes.length - done, start + done);
      if (read === 0)
        throw new HeaplineError(
          'truncated',
          `${this.file}: The file has become shorter since it was opened.`,
          {
            hint: 'Open it again.',
          },
        );
      done += read;
    }
    return bytes;
  }
}
