import { BACKSLASH, QUOTE } from './bytes.ts';
import type { StringTable } from './graph.ts';
import { decodeJsonText } from './json-text.ts';

const CHUNK = 1 << 20;
const BLOCK = 1 << 16;
const WRAP = 2 ** 32;

/** Offsets by blocks of 65,536, low 32 bits only, and the rows at which those wrapped. */
export interface Offsets {
  count: number;
  readonly blocks: Uint32Array[];
  readonly wraps: number[];
}

/** The file's own bytes of `strings`, from the list's `[` to its `]`, and where each string's text begins. */
export interface StringBytes {
  readonly count: number;
  readonly starts: Offsets;
  /** Of 1 MB each. */
  readonly chunks: readonly Uint8Array[];
  readonly length: number;
}

/** Ascending offsets of any size in 4 bytes each. */
export class OffsetList {
  readonly parts: Offsets;

  constructor(parts: Offsets = { count: 0, blocks: [], wraps: [] }) {
    this.parts = parts;
  }

  get count(): number {
    return this.parts.count;
  }

  push(offset: number): void {
    const { parts } = this;
    const within = parts.count % BLOCK;
    if (within === 0) parts.blocks.push(new Uint32Array(BLOCK));
    while (offset >= (parts.wraps.length + 1) * WRAP) parts.wraps.push(parts.count);
    parts.blocks[parts.blocks.length - 1][within] = offset % WRAP;
    parts.count++;
  }

  at(row: number): number {
    const { blocks, wraps } = this.parts;
    let base = 0;
    for (const wrap of wraps) if (row >= wrap) base += WRAP;
    return base + blocks[Math.floor(row / BLOCK)][row % BLOCK];
  }
}

/** Bytes in chunks of 1 MB, so that no buffer has to hold a whole table. */
export class ByteStore {
  length: number;
  readonly chunks: Uint8Array[];

  constructor(chunks: readonly Uint8Array[] = [], length = 0) {
    this.chunks = [...chunks];
    this.length = length;
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    let from = start;
    while (from < end) {
      const within = this.length % CHUNK;
      if (within === 0) this.chunks.push(new Uint8Array(CHUNK));
      const to = Math.min(end, from + CHUNK - within);
      this.chunks[this.chunks.length - 1].set(bytes.subarray(from, to), within);
      this.length += to - from;
      from = to;
    }
  }

  /** Gives back what the last chunk has too much; nothing can be appended then. */
  trim(): void {
    const last = this.length % CHUNK;
    if (last > 0) this.chunks.push(this.chunks.pop()!.slice(0, last));
  }

  at(offset: number): number {
    return this.chunks[Math.floor(offset / CHUNK)][offset % CHUNK];
  }

  /** A view where one chunk holds it all, else a copy. */
  range(start: number, end: number): Uint8Array {
    const within = start % CHUNK;
    if (within + end - start <= CHUNK) {
      return this.chunks[Math.floor(start / CHUNK)].subarray(within, within + end - start);
    }
    const copy = new Uint8Array(end - start);
    for (let from = start; from < end; ) {
      const to = Math.min(end, from - (from % CHUNK) + CHUNK);
      copy.set(this.range(from, to), from - start);
      from = to;
    }
    return copy;
  }
}

export class ByteStringTable implements StringTable {
  readonly count: number;
  readonly byteLength: number;
  private readonly bytes: ByteStore;
  private readonly starts: OffsetList;

  constructor({ count, starts, chunks, length }: StringBytes) {
    this.count = count;
    this.byteLength = length + 4 * count;
    this.bytes = new ByteStore(chunks, length);
    this.starts = new OffsetList(starts);
  }

  /** Where a string's text begins, in bytes from the list's `[`, which is at 0. */
  offsetOf(index: number): number {
    return this.starts.at(index);
  }

  /** From the list's `[` to behind its `]`. */
  get listBytes(): number {
    return this.bytes.length;
  }

  get(index: number): string {
    if (!(index >= 0 && index < this.count)) {
      throw new RangeError(`There is no string ${index}: the table has ${this.count}.`);
    }
    const start = this.starts.at(index);
    // Up to the next string's opening quote, left out; the last quote before that closes this one.
    const limit = index + 1 < this.count ? this.starts.at(index + 1) - 1 : this.bytes.length;
    const region = this.bytes.range(start, limit);
    return decodeJsonText(region, 0, region.lastIndexOf(QUOTE));
  }

  indexOf(text: string): number {
    for (let index = 0; index < this.count; index++) if (this.is(index, text)) return index;
    return -1;
  }

  private is(index: number, text: string): boolean {
    const start = this.starts.at(index);
    for (let at = 0; at <= text.length; at++) {
      const byte = this.bytes.at(start + at);
      if (byte === BACKSLASH || byte >= 0x80) return this.get(index) === text;
      if (byte === QUOTE) return at === text.length;
      if (byte !== text.charCodeAt(at)) return false;
    }
    return false;
  }
}
