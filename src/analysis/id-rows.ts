import { ones } from './bits.ts';

/**
 * Rows of node ids: their places in ascending order. Ids of V8 stand close together, so they are kept as words of 32
 * neighbours: well below a byte for each id, 12 bytes at worst (a direct table of ids takes as much as there were
 * objects in a process's whole life).
 */
export class IdRows {
  /** Ids without their lowest bit (that of JavaScript objects is set, that of embedder nodes is not) >>> 5. */
  private readonly words: Uint32Array;
  private readonly bits: Uint32Array;
  /** Rows before each word. */
  private readonly before: Uint32Array;
  /** Distinct ids. */
  readonly count: number;

  constructor(ids: Uint32Array) {
    // By parity, then by value: rotated right by one bit.
    const keys = new Uint32Array(ids.length);
    for (let i = 0; i < ids.length; i++) keys[i] = rotated(ids[i]);
    keys.sort();
    let words = 0;
    for (let i = 0; i < keys.length; i++) {
      if (i === 0 || keys[i] >>> 5 !== keys[i - 1] >>> 5) words++;
    }
    this.words = new Uint32Array(words);
    this.bits = new Uint32Array(words);
    this.before = new Uint32Array(words);
    let word = -1;
    let rows = 0;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      if (i > 0 && key === keys[i - 1]) continue;
      if (word < 0 || this.words[word] !== key >>> 5) {
        word++;
        this.words[word] = key >>> 5;
        this.before[word] = rows;
      }
      this.bits[word] |= 1 << (key & 31);
      rows++;
    }
    this.count = rows;
  }

  /** -1 for an id that is not there. */
  row(id: number): number {
    const { words, bits } = this;
    const key = rotated(id);
    const wanted = key >>> 5;
    let low = 0;
    let high = words.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (words[middle] < wanted) low = middle + 1;
      else high = middle;
    }
    const bit = 1 << (key & 31);
    if (low > high || words[low] !== wanted || (bits[low] & bit) === 0) return -1;
    return this.before[low] + ones(bits[low] & (bit - 1));
  }
}

function rotated(id: number): number {
  return ((id >>> 1) | (id << 31)) >>> 0;
}
