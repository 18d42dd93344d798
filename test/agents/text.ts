/** Made-up text: the same for the same seed, so that runs can be compared. */

const WORDS = (
  'the customer order arrived late and asks for a refund our policy covers damaged items within thirty days ' +
  'please check shipment number status warehouse invoice payment card account address courier parcel label ' +
  'returned replacement offer voucher apology escalate supervisor ticket closed reopened pending approval'
).split(' ');

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** About `length` characters of prose. */
export function prose(seed: number, length: number): string {
  const random = randomFrom(seed);
  const words: string[] = [];
  for (let size = 0; size < length; ) {
    const word = WORDS[Math.floor(random() * WORDS.length)];
    words.push(word);
    size += word.length + 1;
  }
  return words.join(' ');
}
