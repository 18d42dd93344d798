// Embeddings are kept for a while; lru-cache 6 has no limit unless it is given one.
import { setTimeout as sleep } from 'node:timers/promises';
import LRU from 'lru-cache';

class Embedder {
  constructor() {
    this.cache = new LRU({ max: 200, maxAge: 60 * 60 * 1000 });
  }

  embed(text) {
    const known = this.cache.get(text);
    if (known) return known;
    const vector = Float64Array.from({ length: 24 }, (_, i) => Math.sin(text.length * i));
    const made = { text, vector: [...vector], madeAt: new Date() };
    this.cache.set(text, made);
    return made;
  }
}

const embedder = new Embedder();
for (let step = 1; step <= 160; step++) {
  for (let i = 0; i < 10; i++) embedder.embed(`chunk ${i} of document ${step}`);
  console.log(`step ${step} done`);
  await sleep(45);
}
