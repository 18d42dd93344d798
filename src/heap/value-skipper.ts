import { malformed } from './bad-file.ts';
import {
  BACKSLASH,
  CLOSE_LIST,
  CLOSE_OBJECT,
  COMMA,
  isSpace,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  showByte,
  type ValueReader,
} from './bytes.ts';

const MAX_DEPTH = 10_000;

/** Passes over one JSON value of any kind; on request keeps its bytes. */
export class ValueSkipper implements ValueReader {
  done = false;
  private readonly section: string;
  private readonly keepAtMost: number;
  private readonly kept: Uint8Array[] = [];
  private keptBytes = 0;
  private readonly open: number[] = [];
  private inString = false;
  private escaped = false;
  private started = false;

  /** `keepAtMost`: bytes of a value that is wanted; a longer one is refused. 0 keeps nothing. */
  constructor(section: string, keepAtMost = 0) {
    this.section = section;
    this.keepAtMost = keepAtMost;
  }

  /** The value's bytes, once done. */
  value(): Uint8Array {
    const whole = new Uint8Array(this.keptBytes);
    let at = 0;
    for (const part of this.kept) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && !this.done) {
      if (this.inString) at = this.readString(bytes, at, end);
      else if (this.readByte(bytes[at])) at++;
    }
    if (this.keepAtMost) this.keep(new Uint8Array(bytes.subarray(start, at)));
    return at;
  }

  place(): string {
    return `inside "${this.section}"`;
  }

  private keep(part: Uint8Array): void {
    this.keptBytes += part.length;
    if (this.keptBytes > this.keepAtMost) {
      throw malformed(`"${this.section}" is longer than ${this.keepAtMost} bytes.`);
    }
    this.kept.push(part);
  }

  private readString(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end) {
      const byte = bytes[at++];
      if (this.escaped) {
        this.escaped = false;
      } else if (byte === BACKSLASH) {
        this.escaped = true;
      } else if (byte === QUOTE) {
        this.inString = false;
        this.done = this.open.length === 0;
        break;
      } else if (byte < 0x20) {
        throw this.unexpected(byte);
      }
    }
    return at;
  }

  /** Takes a byte outside strings; false where it belongs to what follows the value. */
  private readByte(byte: number): boolean {
    const depth = this.open.length;
    const ends = byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT;
    if (depth === 0 && this.started && (ends || isSpace(byte))) {
      this.done = true; // a bare number or word
      return false;
    }
    if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (depth === MAX_DEPTH) {
        throw malformed(`"${this.section}" is nested deeper than ${MAX_DEPTH} levels.`);
      }
      this.open.push(byte + 2); // ']' and '}' come two after '[' and '{'
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      if (this.open.pop() !== byte) throw this.unexpected(byte);
      this.done = depth === 1;
    } else if (byte === QUOTE) {
      this.inString = true;
    } else if (depth === 0 && ends) {
      throw this.unexpected(byte);
    } else if (!isSpace(byte) && (byte < 0x20 || byte > 0x7e)) {
      throw this.unexpected(byte);
    }
    this.started ||= !isSpace(byte);
    return true;
  }

  private unexpected(byte: number): Error {
    return malformed(`Unexpected ${showByte(byte)} inside "${this.section}".`);
  }
}
