import { BACKSLASH, QUOTE } from './bytes.ts';
import type { StringTable } from './graph.ts';
import { decodeJsonText } from './json-text.ts';

/** Bytes of a chunk. */
export const CHUNK = 1 << 16;
const BLOCK = 1 << 16;
/** Texts that V8 writes as they are. */
const PLAIN = /^[ !#-[\]-~]*$/;
const WRAP = 2 ** 32;

/** Offsets by blocks of 65,536, low 32 bits only, and the rows at which those wrapped. */
export interface Offsets {
  count: number;
  readonly blocks: Uint32Array[];
  readonly wraps: number[];
}

/** Chunks of CHUNK bytes, the last of which may be shorter; each is valid until the next is asked for. An array is one. */
export interface Chunks {
  at(index: number): Uint8Array | undefined;
}

/** The file's own bytes of `strings`, from the list's `[` to its `]`, and where each string's text begins. */
export interface StringBytes {
  readonly count: number;
  readonly starts: Offsets;
  readonly chunks: Chunks;
  readonly length: number;
  /** White space between two strings at most, in bytes. */
  readonly spacing: number;
  /** Whether some are written with escapes where V8 uses none. */
  readonly odd: boolean;
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

  /** The first row from `row` on behind which the next comes after `least` to `most`; the last row where none is. */
  nextGap(row: number, least: number, most: number): number {
    const { blocks, count } = this.parts;
    for (let at = row; at < count - 1; ) {
      const block = blocks[Math.floor(at / BLOCK)];
      const first = at - (at % BLOCK);
      const end = Math.min(BLOCK, count - first);
      for (let within = at % BLOCK; within + 1 < end; within++) {
        const gap = (block[within + 1] - block[within]) >>> 0;
        if (gap >= least && gap <= most) return first + within;
      }
      at = first + end;
      // From a block's last to the next one's first.
      const gap = at < count ? this.at(at) - this.at(at - 1) : 0;
      if (at - 1 >= row && gap >= least && gap <= most) return at - 1;
    }
    return count - 1;
  }

  at(row: number): number {
    const { blocks, wraps } = this.parts;
    let base = 0;
    for (const wrap of wraps) if (row >= wrap) base += WRAP;
    return base + blocks[Math.floor(row / BLOCK)][row % BLOCK];
  }
}

/** Bytes in chunks, so that no buffer has to hold a whole table. */
export class ByteStore {
  length = 0;
  readonly chunks: Uint8Array[] = [];

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
}

/** The bytes of chunks, by offset. */
export class ChunkBytes {
  readonly length: number;
  private readonly chunks: Chunks;

  constructor(chunks: Chunks, length: number) {
    this.chunks = chunks;
    this.length = length;
  }

  at(offset: number): number {
    return this.chunks.at(Math.floor(offset / CHUNK))![offset % CHUNK];
  }

  /** A view where one chunk holds it all, else a copy. */
  range(start: number, end: number): Uint8Array {
    const within = start % CHUNK;
    if (within + end - start <= CHUNK) {
      return this.chunks.at(Math.floor(start / CHUNK))!.subarray(within, within + end - start);
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
  private readonly bytes: ChunkBytes;
  private readonly starts: OffsetList;
  private readonly spacing: number;
  private readonly odd: boolean;

  constructor({ count, starts, chunks, length, spacing, odd }: StringBytes) {
    this.count = count;
    this.byteLength = (Array.isArray(chunks) ? length : 0) + 4 * count;
    this.bytes = new ChunkBytes(chunks, length);
    this.starts = new OffsetList(starts);
    this.spacing = spacing;
    this.odd = odd;
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
    const region = this.bytes.range(start, this.limit(index));
    return decodeJsonText(region, 0, region.lastIndexOf(QUOTE));
  }

  indexOf(text: string): number {
    if (this.odd || !PLAIN.test(text)) {
      for (let index = 0; index < this.count; index++) if (this.is(index, text)) return index;
      return -1;
    }
    // Written as it is: it takes as many bytes as it has letters, up to the quote, comma and quote behind it.
    const least = text.length + 3;
    const most = least + this.spacing;
    for (let index = 0; index + 1 < this.count; ) {
      index = this.starts.nextGap(index, least, most);
      if (index + 1 < this.count && this.is(index, text)) return index;
      index++;
    }
    const last = this.count - 1;
    return last >= 0 && this.is(last, text) ? last : -1;
  }

  /** Up to the next string's opening quote, left out; the last quote before that closes this one. */
  private limit(index: number): number {
    return index + 1 < this.count ? this.starts.at(index + 1) - 1 : this.bytes.length;
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
