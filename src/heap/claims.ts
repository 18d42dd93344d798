const TAKEN = 0;
const LIMIT = 1;
const STOPPED = 2;
const READ = 3;

/**
 * Who of two readers, one coming from each end of a file, reads its next piece: they meet wherever they meet. Made of
 * words that two threads share.
 */
export class Claims {
  readonly words: Int32Array<SharedArrayBuffer>;

  constructor(words = new Int32Array(new SharedArrayBuffer(16))) {
    this.words = words;
    Atomics.compareExchange(words, LIMIT, 0, 2 ** 31 - 1);
  }

  /** Takes one more piece, at one's own end; false when the two have met. */
  take(): boolean {
    return Atomics.add(this.words, TAKEN, 1) < Atomics.load(this.words, LIMIT);
  }

  /** How many pieces there are to take; to be told by who comes from behind, before it takes any. */
  limit(pieces: number): void {
    Atomics.store(this.words, LIMIT, pieces);
  }

  /** Neither is to go on. */
  stop(): void {
    Atomics.store(this.words, STOPPED, 1);
  }

  get stopped(): boolean {
    return Atomics.load(this.words, STOPPED) !== 0;
  }

  /** Who comes from behind has read one more piece. */
  noteRead(): void {
    Atomics.add(this.words, READ, 1);
  }

  /** Pieces read from behind. */
  get read(): number {
    return Atomics.load(this.words, READ);
  }
}
