import { malformed, notASnapshot, truncated } from './bad-file.ts';
import {
  CLOSE_OBJECT,
  COLON,
  COMMA,
  OPEN_OBJECT,
  QUOTE,
  showByte,
  skipSpace,
  type ValueReader,
} from './bytes.ts';
import type { Column } from './columns.ts';
import type { HeapGraph } from './graph.ts';
import type { Header } from './header.ts';
import { decodeJsonText } from './json-text.ts';
import { type SectionsEnd, type SnapshotFile, SnapshotSections } from './snapshot-sections.ts';

/** What has to come next between the values of the outermost object. */
type Next = 'object' | 'first-key' | 'key' | 'colon' | 'value' | 'comma' | 'nothing' | 'failed';

/** Longest piece of a file that a reader may leave over and want to see again with more behind it. */
const MOST_LEFT = 1 << 13;
const MOST_PROBLEMS = 20;

/** What another reader made of all that lies behind a snapshot's edges; structured-cloneable. */
export interface SnapshotEnd extends SectionsEnd {
  problems: readonly string[];
}

/**
 * Reads a V8 `.heapsnapshot` from its bytes, in pieces of any size, straight into columns. Which fields and types
 * there are comes from the file's own `meta`.
 */
export class SnapshotReader {
  private readonly problems: string[] = [];
  private readonly sections: SnapshotSections;
  private next: Next = 'object';
  private key = '';
  private value: ValueReader | undefined;
  private left: Uint8Array = new Uint8Array(0);
  private atStart = true;
  /** Offset in the file of the bytes given to `read`. */
  private base: number;

  /** @param offset in the file of the first byte that is written */
  constructor(file: SnapshotFile = {}, offset = 0) {
    this.base = offset;
    this.sections = new SnapshotSections((problem) => this.note(problem), file);
    if (file.behindEdges) {
      this.next = 'comma';
      this.atStart = false;
    }
  }

  /** The file's header, once it is read. */
  get header(): Header | undefined {
    return this.sections.header;
  }

  /** Whether the list of edges is read to its end. */
  get edgesDone(): boolean {
    return this.sections.edgesDone;
  }

  /**
   * The columns of the edges, in the order of `edgePlans`, for another reader to fill from behind; once the header is
   * read.
   */
  shareEdges(): readonly Column[] {
    return this.sections.shareEdges();
  }

  /**
   * Takes over what another reader has: the edges from `row` on, and all behind them. False where that does not
   * follow what this one has read: then it is of no use any more.
   */
  takeEnd(row: number, end: SnapshotEnd): boolean {
    const inEdges = this.left.length === 0 && this.key === 'edges' && this.sections.edgesStandAt(row);
    const behindEdges =
      this.left.length === 0 && this.key === 'edges' && this.next === 'comma' && this.sections.edgesDone;
    if (!inEdges && !behindEdges) return false;
    if (!this.sections.takeEnd(end)) return false;
    for (const problem of end.problems) this.note(problem);
    this.value = undefined;
    this.next = 'nothing';
    return true;
  }

  /** What lies behind the edges, for `takeEnd` of another reader. @throws HeaplineError as `finish` */
  finishEnd(): SnapshotEnd {
    if (this.next !== 'nothing') throw this.cutOff();
    return { ...this.sections.end(), problems: this.problems };
  }

  /**
   * Takes the next bytes; they may be reused afterwards.
   * @throws HeaplineError `not-a-snapshot`, `malformed`, `truncated` or `too-large`; the reader is of no use then.
   */
  write(chunk: Uint8Array): void {
    try {
      this.take(chunk);
    } catch (error) {
      this.next = 'failed';
      throw error;
    }
  }

  /**
   * The graph, once all bytes are written.
   * @throws HeaplineError as `write`.
   */
  finish(): HeapGraph {
    if (this.next !== 'nothing' || !this.sections.begun) throw this.cutOff();
    return { ...this.sections.graph(), problems: this.problems };
  }

  private note(problem: string): void {
    if (this.problems.length < MOST_PROBLEMS) this.problems.push(problem);
  }

  private take(chunk: Uint8Array): void {
    let start = 0;
    if (this.left.length > 0) {
      const taken = Math.min(chunk.length, MOST_LEFT);
      const joined = new Uint8Array(this.left.length + taken);
      joined.set(this.left);
      joined.set(chunk.subarray(0, taken), this.left.length);
      const read = this.read(joined, 0, joined.length);
      if (taken === chunk.length) {
        this.keep(joined, read);
        return;
      }
      if (read < this.left.length) throw this.tooLong();
      start = read - this.left.length;
      this.base += this.left.length;
    }
    this.keep(chunk, this.read(chunk, start, chunk.length));
  }

  private keep(bytes: Uint8Array, from: number): void {
    const left = bytes.subarray(from);
    this.base += from;
    if (left.length > MOST_LEFT) throw this.tooLong();
    // Not `slice`, which on a Buffer shares the memory that the caller fills anew.
    this.left = new Uint8Array(left);
  }

  private read(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end) {
      if (this.value) {
        at = this.value.read(bytes, at, end);
        if (!this.value.done) break;
        this.sections.close(this.key);
        this.value = undefined;
        this.next = 'comma';
      } else {
        const from = this.atStart ? this.skipByteOrderMark(bytes, at, end) : skipSpace(bytes, at, end);
        if (from < 0) break;
        if (from === end) return end;
        at = this.readBetween(bytes, from, end);
        if (at === from && !this.value) break;
      }
    }
    return at;
  }

  /** -1 where more bytes are needed to tell. */
  private skipByteOrderMark(bytes: Uint8Array, start: number, end: number): number {
    if (bytes[start] === 0xef && end - start < 3) return -1;
    this.atStart = false;
    return bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf
      ? skipSpace(bytes, start + 3, end)
      : skipSpace(bytes, start, end);
  }

  /** Takes one sign or key at `at`; stays there where more bytes are needed, or a value begins. */
  private readBetween(bytes: Uint8Array, at: number, end: number): number {
    const byte = bytes[at];
    switch (this.next) {
      case 'object':
        if (byte !== OPEN_OBJECT)
          throw notASnapshot(`This is no heap snapshot: it begins with ${showByte(byte)}.`);
        this.next = 'first-key';
        return at + 1;
      case 'first-key':
      case 'key':
        if (byte === CLOSE_OBJECT && this.next === 'first-key') break;
        if (byte !== QUOTE) throw this.unexpected(byte);
        return this.readKey(bytes, at, end);
      case 'colon':
        if (byte !== COLON) throw this.unexpected(byte);
        this.next = 'value';
        return at + 1;
      case 'value':
        this.value = this.sections.open(this.key, this.base + at);
        return at;
      case 'comma':
        if (byte === CLOSE_OBJECT) break;
        if (byte !== COMMA) throw this.unexpected(byte);
        this.next = 'key';
        return at + 1;
      default:
        throw malformed(`Unexpected ${showByte(byte)} behind the snapshot's end.`);
    }
    this.next = 'nothing';
    return at + 1;
  }

  private readKey(bytes: Uint8Array, at: number, end: number): number {
    const close = bytes.subarray(0, Math.min(end, at + MOST_LEFT)).indexOf(QUOTE, at + 1);
    if (close < 0 && end - at >= MOST_LEFT) throw this.tooLong();
    if (close < 0) return at;
    this.key = decodeJsonText(bytes, at + 1, close);
    this.next = 'colon';
    return close + 1;
  }

  private unexpected(byte: number): Error {
    return this.sections.begun
      ? malformed(`Unexpected ${showByte(byte)} ${this.place()}.`)
      : notASnapshot(`This is no heap snapshot: unexpected ${showByte(byte)} ${this.place()}.`);
  }

  private tooLong(): Error {
    return malformed(`Found ${MOST_LEFT} bytes that make up no whole row or name, ${this.place()}.`);
  }

  private cutOff(): Error {
    if (this.next === 'failed') return malformed('Reading this snapshot had failed before its end.');
    if (this.sections.begun) return truncated(`The file ends ${this.place()}.`);
    return notASnapshot(
      this.next === 'object'
        ? 'The file is empty.'
        : 'This is no heap snapshot: it has no "snapshot" section.',
    );
  }

  private place(): string {
    if (this.value) return this.value.place();
    return this.key ? `behind "${this.key.slice(0, 80)}"` : 'at its beginning';
  }
}
