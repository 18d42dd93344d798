import { CLOSE_OBJECT, COLON, OPEN_OBJECT, skipSpace } from './bytes.ts';
import { type Header, readHeader } from './header.ts';
import { ValueSkipper } from './value-skipper.ts';

const KEY = Uint8Array.from('"snapshot"', (sign) => sign.charCodeAt(0));

/**
 * What a snapshot says of itself at its very beginning, as V8 writes it; undefined where these bytes are too few, or
 * it stands elsewhere.
 * @throws HeaplineError as readHeader does
 */
export function peekHeader(bytes: Uint8Array): Header | undefined {
  const end = bytes.length;
  let at = skipSpace(bytes, 0, end);
  if (bytes[at] !== OPEN_OBJECT) return undefined;
  at = skipSpace(bytes, at + 1, end);
  if (!KEY.every((byte, i) => bytes[at + i] === byte)) return undefined;
  at = skipSpace(bytes, at + KEY.length, end);
  if (bytes[at] !== COLON) return undefined;
  at = skipSpace(bytes, at + 1, end);
  const value = new ValueSkipper('snapshot', end);
  const after = value.read(bytes, at, end);
  if (!value.done || bytes[after - 1] !== CLOSE_OBJECT) return undefined;
  return readHeader(value.value(), () => {});
}
