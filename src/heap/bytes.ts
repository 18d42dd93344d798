/** Bytes that JSON is made of, and what all section readers share. */

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_LIST = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_LIST = 0x5d;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;

/**
 * Reads one JSON value from pieces of a file. `read` starts at `start`, takes what it can before `end` and returns
 * where it stopped: bytes from there on must be offered again, with more behind them. `done` once the value is over.
 */
export interface ValueReader {
  readonly done: boolean;
  read(bytes: Uint8Array, start: number, end: number): number;
  /** Where reading stands, for "The file ends ...": `inside "nodes", after 12 of 40 rows`. */
  place(): string;
}

export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Position of the first byte at or after `start` that is no white space, or `end`. */
export function skipSpace(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isSpace(bytes[at])) at++;
  return at;
}

/** `"x"` for a printable byte, else `byte 0x00`. */
export function showByte(byte: number): string {
  return byte > 0x20 && byte < 0x7f
    ? `"${String.fromCharCode(byte)}"`
    : `byte 0x${byte.toString(16).padStart(2, '0')}`;
}
