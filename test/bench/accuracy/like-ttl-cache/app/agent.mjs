import { TtlCache } from './ttl-cache.mjs';

const cache = new TtlCache(3000);

for (let n = 0; n < 2300; n++) {
  cache.set(`search ${n}`, { hits: Array.from({ length: 6 }, (_, i) => ({ title: `hit ${i} of ${n}`, score: 1 / (i + 1) })) });
  if (!cache.get(`search ${n}`)) throw new Error('it is gone at once');
  await new Promise((resolve) => setTimeout(resolve, 5));
  if (n % 10 === 0) console.log(`step ${n}`);
}
cache.close();
