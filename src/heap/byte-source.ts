/** Bytes that can be read in any order, such as a file's. */
export interface ByteSource {
  readonly length: number;
  /**
   * The bytes from `start` up to `end`, valid until the next call.
   * @throws when they are not there any more
   */
  read(start: number, end: number): Uint8Array;
}
