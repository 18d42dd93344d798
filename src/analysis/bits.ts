/** Bit sets over node or edge numbers: one bit each, so that ten million edges take 1.25 MB. */

export type Bits = Uint32Array;

export function makeBits(count: number): Bits {
  return new Uint32Array(Math.ceil(count / 32));
}

export function getBit(bits: Bits, index: number): boolean {
  return (bits[index >>> 5] & (1 << (index & 31))) !== 0;
}

export function setBit(bits: Bits, index: number): void {
  bits[index >>> 5] |= 1 << (index & 31);
}

export function clearBit(bits: Bits, index: number): void {
  bits[index >>> 5] &= ~(1 << (index & 31));
}

/** Bits that are set in a word. */
export function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
