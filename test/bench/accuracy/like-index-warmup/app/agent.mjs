import { SearchIndex } from './search-index.mjs';

const index = new SearchIndex();

async function build() {
  for (let document = 0; document < 1500; document++) {
    index.add(document, `document ${document} tells of topic ${document % 40} and of ${(document * 31) % 997}`);
    if (document % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 12));
  }
}

async function serve() {
  let hits = 0;
  for (let n = 0; n < 800; n++) {
    hits += index.search(`topic ${n % 40}`).length;
    await new Promise((resolve) => setTimeout(resolve, 11));
    if (n % 5 === 0) console.log(`step ${n}`);
  }
  return hits;
}

const [, hits] = await Promise.all([build(), serve()]);
if (!hits) throw new Error('nothing was found');
