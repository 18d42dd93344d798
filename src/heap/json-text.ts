import { BACKSLASH } from './bytes.ts';

const REPLACEMENT = 0xfffd;
const PIECE = 4096;

/**
 * The text of a JSON string's inner bytes, as JSON.parse gives it after a UTF-8 decoding: escapes, surrogate pairs,
 * lone surrogates; U+FFFD for bytes that are no UTF-8. Escapes must be whole (StringReader checks them).
 */
export function decodeJsonText(bytes: Uint8Array, start: number, end: number): string {
  return decode(bytes, start, end, BACKSLASH);
}

/** Text of UTF-8 bytes; U+FFFD for what is none. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decode(bytes, 0, bytes.length, -1);
}

/** `escapeByte`: the byte that begins an escape, -1 for none. */
function decode(bytes: Uint8Array, start: number, end: number, escapeByte: number): string {
  // A plain array: V8 makes text of it in half the time that it takes with a typed one.
  let units: number[] = [];
  let text = '';
  let filled = 0;
  let at = start;
  while (at < end) {
    if (filled >= PIECE) {
      text += String.fromCharCode.apply(null, units);
      units = [];
      filled = 0;
    }
    const byte = bytes[at];
    if (byte === escapeByte) {
      const letter = bytes[at + 1];
      units[filled++] = letter === 0x75 ? hex4(bytes, at + 2) : unescaped(letter);
      at += letter === 0x75 ? 6 : 2;
    } else if (byte < 0x80) {
      units[filled++] = byte;
      at++;
    } else {
      const length = sequenceLength(bytes, at, end);
      const point = length > 0 ? codePoint(bytes, at, length) : REPLACEMENT;
      if (point > 0xffff) {
        units[filled++] = 0xd7c0 + (point >> 10);
        units[filled++] = 0xdc00 + (point & 0x3ff);
      } else {
        units[filled++] = point;
      }
      at += Math.abs(length);
    }
  }
  return text + String.fromCharCode.apply(null, units);
}

function unescaped(letter: number): number {
  switch (letter) {
    case 0x62:
      return 0x08;
    case 0x66:
      return 0x0c;
    case 0x6e:
      return 0x0a;
    case 0x72:
      return 0x0d;
    case 0x74:
      return 0x09;
    default:
      return letter;
  }
}

function hex4(bytes: Uint8Array, start: number): number {
  let value = 0;
  for (let at = start; at < start + 4; at++) {
    const byte = bytes[at];
    value = (value << 4) | (byte < 0x3a ? byte & 0xf : (byte & 0xf) + 9);
  }
  return value;
}

/**
 * Bytes of the UTF-8 sequence at `at`; negative where it is broken: minus the bytes that one U+FFFD stands for
 * (the longest valid beginning, at least 1). https://encoding.spec.whatwg.org/#utf-8-decoder
 */
function sequenceLength(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at];
  if (lead < 0xc2 || lead > 0xf4) return -1;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  let low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  let high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  for (let next = 1; next < length; next++) {
    if (at + next >= end || bytes[at + next] < low || bytes[at + next] > high) return -next;
    low = 0x80;
    high = 0xbf;
  }
  return length;
}

function codePoint(bytes: Uint8Array, at: number, length: number): number {
  let point = bytes[at] & (0xff >> (length + 1));
  for (let next = 1; next < length; next++) point = (point << 6) | (bytes[at + next] & 0x3f);
  return point;
}
