/** Where a snapshot's `edges` end, found without reading what comes before or behind them. */

import type { ByteSource } from './byte-source.ts';
import { CLOSE_LIST, COMMA, skipSpace } from './bytes.ts';

const BLOCK = 1 << 16;
/** As far is searched: V8 writes a row for each class and function between edges and strings. */
const FARTHEST = 1 << 28;
/** What V8 writes behind the edges. */
const NEXT_KEY = '"trace_function_infos"';
/** Bytes before the key in which the bracket must be. */
const NEAR = 64;

/**
 * The offset of the list's closing bracket in a file as V8 writes it; undefined where it is not found. It has to be
 * verified: any text can pretend to be such a file's.
 * @param from an offset among the nodes or edges
 * @param window bytes looked at to tell numbers from text
 */
export function findEdgesEnd(source: ByteSource, from: number, window: number): number | undefined {
  let numbers = from;
  let texts = source.length;
  if (!isNumbers(source, numbers, window)) return undefined;
  // Numbers come first, texts last: halve the way between.
  while (texts - numbers > window) {
    const middle = Math.floor((numbers + texts) / 2);
    if (isNumbers(source, middle, window)) numbers = middle;
    else texts = middle;
  }
  const end = Math.min(source.length, texts + window + NEXT_KEY.length);
  const key = lastIndexOf(source, NEXT_KEY, Math.max(from, end - FARTHEST), end);
  return key < 0 ? undefined : bracketBefore(source, key);
}

function isNumbers(source: ByteSource, start: number, window: number): boolean {
  const bytes = source.read(start, Math.min(source.length, start + window));
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    const isNumber = (byte >= 0x30 && byte <= 0x39) || byte === COMMA || byte === 0x0a;
    if (!isNumber && byte !== CLOSE_LIST && byte !== CLOSE_LIST - 2) return false;
  }
  return true;
}

/** The last place at which the ASCII text is whole, or -1. */
function lastIndexOf(source: ByteSource, text: string, start: number, end: number): number {
  const first = text.charCodeAt(0);
  for (let upTo = end; upTo > start; ) {
    const from = Math.max(start, upTo - BLOCK);
    const bytes = source.read(from, Math.min(end, upTo + text.length - 1));
    for (let at = bytes.lastIndexOf(first); at >= 0; at = at > 0 ? bytes.lastIndexOf(first, at - 1) : -1) {
      let same = 1;
      while (same < text.length && bytes[at + same] === text.charCodeAt(same)) same++;
      if (same === text.length) return from + at;
    }
    upTo = from;
  }
  return -1;
}

/** The offset of `]` where it, a comma and white space are all that is before `key`. */
function bracketBefore(source: ByteSource, key: number): number | undefined {
  const from = Math.max(0, key - NEAR);
  const bytes = source.read(from, key);
  const at = bytes.lastIndexOf(CLOSE_LIST);
  if (at < 0) return undefined;
  const comma = skipSpace(bytes, at + 1, bytes.length);
  if (bytes[comma] !== COMMA || skipSpace(bytes, comma + 1, bytes.length) < bytes.length) return undefined;
  return from + at;
}
