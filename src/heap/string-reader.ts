import { malformed } from './bad-file.ts';
import {
  BACKSLASH,
  CLOSE_LIST,
  COMMA,
  OPEN_LIST,
  QUOTE,
  showByte,
  skipSpace,
  type ValueReader,
} from './bytes.ts';
import { ByteStore, OffsetList, type StringBytes } from './string-table.ts';

/** What was read of `strings`, with its bytes or without. */
export type ReadStrings = Omit<StringBytes, 'chunks'> & {
  readonly chunks: readonly Uint8Array[] | undefined;
};

/** What the next byte has to be. The numbers from `hex` on count the hex digits that are left. */
const Expect = { list: 0, firstString: 1, string: 2, comma: 3, text: 4, escape: 5, hex: 6 } as const;

const NEWLINE = 0x0a;
const SLASH = 0x2f;
/** Bytes behind the backslash. */
const LONGEST_ESCAPE = 5;

/** Reads `strings`: keeps the bytes as they are, notes where each string begins, checks every escape. */
export class StringReader implements ValueReader {
  done = false;
  /** Bytes read. */
  private length = 0;
  private readonly store: ByteStore | undefined;
  private readonly starts = new OffsetList();
  /** 1 for bytes that need a look inside a string: quote, backslash, control characters. */
  private readonly special = new Uint8Array(256).fill(1, 0, 0x20);
  private expect: number = Expect.list;
  /** Offset behind the last string's quote. */
  private closed = 0;
  private spacing = 0;
  private odd = false;
  /** Of the escape that is being read. */
  private code = 0;

  /** `keep`: false where the bytes can be had again from the file. */
  constructor(keep: boolean) {
    this.store = keep ? new ByteStore() : undefined;
    this.special[QUOTE] = 1;
    this.special[BACKSLASH] = 1;
  }

  /** Without chunks where the bytes were not kept. */
  bytes(): ReadStrings {
    this.store?.trim();
    const { length, spacing, odd } = this;
    const { count, parts: starts } = this.starts;
    return { count, starts, chunks: this.store?.chunks, length, spacing, odd };
  }

  place(): string {
    return `inside "strings", after ${Math.max(0, this.starts.count - 1)} strings`;
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    const base = this.length - start;
    const words = wordsOf(bytes);
    let at = start;
    while (at < end && !this.done) {
      if (this.expect === Expect.text) at = this.readTexts(bytes, words, at, end, base);
      else if (this.expect >= Expect.escape) this.readEscape(bytes[at++]);
      else {
        at = skipSpace(bytes, at, end);
        if (at < end) this.readBetween(bytes[at++], base + at);
      }
    }
    this.store?.append(bytes, start, at);
    this.length = base + at;
    return at;
  }

  /** Reads on in a text, and in those that follow it as V8 writes them, while there are bytes for a whole escape. */
  private readTexts(bytes: Uint8Array, words: Int32Array, start: number, end: number, base: number): number {
    const { starts } = this;
    let at = start;
    for (;;) {
      at = this.skipPlain(bytes, words, at, end);
      if (at === end) return at;
      const byte = bytes[at++];
      if (byte === BACKSLASH) {
        this.expect = Expect.escape;
        if (end - at < LONGEST_ESCAPE) return at;
        do this.readEscape(bytes[at++]);
        while (this.expect !== Expect.text);
        continue;
      }
      if (byte !== QUOTE) {
        throw malformed(`Unexpected ${showByte(byte)} inside string ${starts.count - 1}.`);
      }
      // A comma, up to Node 22 a newline, and the next one's quote.
      const spacing = at + 2 < end && bytes[at + 1] === NEWLINE ? 1 : 0;
      if (at + 2 >= end || bytes[at] !== COMMA || bytes[at + 1 + spacing] !== QUOTE) {
        this.closed = base + at;
        this.expect = Expect.comma;
        return at;
      }
      if (spacing > this.spacing) this.spacing = spacing;
      at += 2 + spacing;
      starts.push(base + at);
    }
  }

  /** Position of the first byte from `start` on that needs a look, or `end`. */
  private skipPlain(bytes: Uint8Array, words: Int32Array, start: number, end: number): number {
    const { special } = this;
    const offset = bytes.byteOffset;
    let at = start;
    while (((at + offset) & 3) !== 0) {
      if (at === end || special[bytes[at]] !== 0) return at;
      at++;
    }
    const lastWord = (end + offset) >>> 2;
    let word = (at + offset) >>> 2;
    while (word < lastWord && !hasSpecial(words[word])) word++;
    at = Math.max(at, word * 4 - offset);
    while (at < end && special[bytes[at]] === 0) at++;
    return at;
  }

  /** `after`: offset in the store of what follows the byte. */
  private readBetween(byte: number, after: number): void {
    if (this.expect === Expect.list) {
      if (byte !== OPEN_LIST) throw malformed('"strings" is not a list.');
      this.expect = Expect.firstString;
    } else if (byte === QUOTE && this.expect !== Expect.comma) {
      // Behind the last quote: a comma and this quote.
      if (this.starts.count > 0) this.spacing = Math.max(this.spacing, after - this.closed - 2);
      this.starts.push(after);
      this.expect = Expect.text;
    } else if (byte === COMMA && this.expect === Expect.comma) {
      this.expect = Expect.string;
    } else if (byte === CLOSE_LIST && this.expect !== Expect.string) {
      this.done = true;
    } else {
      throw malformed(`Unexpected ${showByte(byte)} in "strings", after ${this.starts.count} strings.`);
    }
  }

  private readEscape(byte: number): void {
    if (this.expect === Expect.escape) {
      if (byte === 0x75) {
        this.expect = Expect.hex + 3;
        this.code = 0;
        return;
      }
      if (!isSimpleEscape(byte)) throw this.badEscape(byte);
      if (byte === SLASH) this.odd = true;
      this.expect = Expect.text;
      return;
    }
    if (!isHexDigit(byte)) throw this.badEscape(byte);
    this.code = this.code * 16 + (byte < 0x3a ? byte & 0xf : (byte & 0xf) + 9);
    this.expect = this.expect === Expect.hex ? Expect.text : this.expect - 1;
    if (this.expect === Expect.text && this.code >= 0x20 && this.code < 0x7f) this.odd = true;
  }

  private badEscape(byte: number): Error {
    return malformed(`Unexpected ${showByte(byte)} in an escape inside string ${this.starts.count - 1}.`);
  }
}

/** The buffer in words of four bytes, from its own beginning. */
function wordsOf(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >>> 2);
}

/** Whether one of four bytes is a quote, a backslash or below 0x20. */
function hasSpecial(word: number): boolean {
  const quotes = word ^ 0x22222222;
  const slashes = word ^ 0x5c5c5c5c;
  // Where nothing is borrowed from a byte's highest bit, the byte was not small enough.
  return (
    ((((quotes - 0x01010101) & ~quotes) |
      ((slashes - 0x01010101) & ~slashes) |
      ((word - 0x20202020) & ~word)) &
      0x80808080) !==
    0
  );
}

function isSimpleEscape(byte: number): boolean {
  switch (byte) {
    case QUOTE:
    case BACKSLASH:
    case SLASH:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return true;
    default:
      return false;
  }
}

function isHexDigit(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}
