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

/** What the next byte has to be. The numbers from `hex` on count the hex digits that are left. */
const Expect = { list: 0, firstString: 1, string: 2, comma: 3, text: 4, escape: 5, hex: 6 } as const;

/** Reads `strings`: keeps the bytes as they are, notes where each string begins, checks every escape. */
export class StringReader implements ValueReader {
  done = false;
  private readonly store = new ByteStore();
  private readonly starts = new OffsetList();
  /** 1 for bytes that need a look inside a string: quote, backslash, control characters. */
  private readonly special = new Uint8Array(256).fill(1, 0, 0x20);
  private expect: number = Expect.list;

  constructor() {
    this.special[QUOTE] = 1;
    this.special[BACKSLASH] = 1;
  }

  bytes(): StringBytes {
    this.store.trim();
    const { chunks, length } = this.store;
    return { count: this.starts.count, starts: this.starts.parts, chunks, length };
  }

  place(): string {
    return `inside "strings", after ${Math.max(0, this.starts.count - 1)} strings`;
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    const { special, store } = this;
    const base = store.length - start;
    let at = start;
    while (at < end && !this.done) {
      if (this.expect === Expect.text) {
        while (at < end && special[bytes[at]] === 0) at++;
        if (at === end) break;
        const byte = bytes[at++];
        if (byte === QUOTE) this.expect = Expect.comma;
        else if (byte === BACKSLASH) this.expect = Expect.escape;
        else throw malformed(`Unexpected ${showByte(byte)} inside string ${this.starts.count - 1}.`);
      } else if (this.expect >= Expect.escape) {
        this.readEscape(bytes[at++]);
      } else {
        at = skipSpace(bytes, at, end);
        if (at < end) this.readBetween(bytes[at++], base + at);
      }
    }
    store.append(bytes, start, at);
    return at;
  }

  /** `after`: offset in the store of what follows the byte. */
  private readBetween(byte: number, after: number): void {
    if (this.expect === Expect.list) {
      if (byte !== OPEN_LIST) throw malformed('"strings" is not a list.');
      this.expect = Expect.firstString;
    } else if (byte === QUOTE && this.expect !== Expect.comma) {
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
      if (byte === 0x75) this.expect = Expect.hex + 3;
      else if (isSimpleEscape(byte)) this.expect = Expect.text;
      else throw this.badEscape(byte);
    } else {
      if (!isHexDigit(byte)) throw this.badEscape(byte);
      this.expect = this.expect === Expect.hex ? Expect.text : this.expect - 1;
    }
  }

  private badEscape(byte: number): Error {
    return malformed(`Unexpected ${showByte(byte)} in an escape inside string ${this.starts.count - 1}.`);
  }
}

function isSimpleEscape(byte: number): boolean {
  return '"\\/bfnrt'.includes(String.fromCharCode(byte));
}

function isHexDigit(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}
