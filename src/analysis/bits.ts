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
