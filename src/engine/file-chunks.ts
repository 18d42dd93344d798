import { closeSync, fstatSync, openSync, type Stats } from 'node:fs';
import { resolve } from 'node:path';
import { HeaplineError } from '../base/errors.ts';
import { CHUNK, type Chunks } from '../heap/string-table.ts';
import { FileBytes } from './file-bytes.ts';

/** 4 MB. */
const MOST_KEPT = 64;

/**
 * Part of a file that was read before, in chunks that are read when they are asked for, the last ones kept. Nothing
 * stays open, so that there is nothing to close, and the file can be deleted on any system; what is asked for then
 * fails.
 */
export class FileChunks implements Chunks {
  private readonly path: string;
  private readonly kept = new Map<number, Uint8Array<ArrayBuffer>>();
  private last: { index: number; chunk: Uint8Array } | undefined;

  /** @param stats of the file when it was read */
  constructor(
    path: string,
    private readonly stats: Stats,
    private readonly start: number,
    private readonly length: number,
  ) {
    this.path = resolve(path);
  }

  /** @throws HeaplineError `not-found` where the file is not the same any more */
  at(index: number): Uint8Array {
    if (this.last?.index === index) return this.last.chunk;
    const chunk = this.kept.get(index) ?? this.fetch(index);
    this.last = { index, chunk };
    return chunk;
  }

  private fetch(index: number): Uint8Array<ArrayBuffer> {
    const from = index * CHUNK;
    const to = Math.min(this.length, from + CHUNK);
    const chunk = this.readFile(this.start + from, this.start + to, this.spare());
    this.kept.set(index, chunk);
    return chunk;
  }

  /** What is kept longest makes room: a new buffer each time would be garbage that V8 is slow to see. */
  private spare(): Uint8Array<ArrayBuffer> | undefined {
    if (this.kept.size < MOST_KEPT) return undefined;
    const [[oldest, chunk]] = this.kept;
    this.kept.delete(oldest);
    this.last = undefined;
    return new Uint8Array(chunk.buffer);
  }

  private readFile(start: number, end: number, buffer?: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    let file: number | undefined;
    try {
      file = openSync(this.path, 'r');
      const { dev, ino, size, mtimeMs } = fstatSync(file);
      const { stats } = this;
      if (dev === stats.dev && ino === stats.ino && size === stats.size && mtimeMs === stats.mtimeMs) {
        return new FileBytes(file, size, buffer).read(start, end);
      }
    } catch (error) {
      throw this.gone(error);
    } finally {
      if (file !== undefined) closeSync(file);
    }
    throw this.gone();
  }

  private gone(cause?: unknown): HeaplineError {
    return new HeaplineError(
      'not-found',
      `${this.path}: The file was removed or changed since it was read.`,
      {
        hint: 'Open the snapshot again.',
        file: this.path,
        cause,
      },
    );
  }
}
