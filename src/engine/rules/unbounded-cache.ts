import { holderLike, isKeyed, wordLike } from './facts.ts';
import { match, type Rule } from './rule.ts';

const NAMES =
  /caches?|cached|memo|memoi[sz]ed?|lookup|interned|seen|visited|dedupe|known|embeddings?|results|responses|completions|answers|resolved|compiled|store/;
const SURE = /caches?|cached|memo|memoi[sz]ed?/;
const CLASSES = /Cache|Memo(?!r)/;
/** It looks for a key, and puts in what was not there. */
const GET_OR_MAKE = /\.has\(|\.get\(|\?\?=|\bin\s+\w|=== undefined|== null/;

export const unboundedCache: Rule = {
  id: 'unbounded-cache',
  title: 'Cache without eviction',
  matches(facts) {
    if (!isKeyed(facts) && facts.kind !== 'set' && facts.kind !== 'array') return undefined;
    const less = facts.kind === 'array' ? 0.25 : 0;
    const sure = wordLike(facts.own, SURE) ?? wordLike(facts.around, SURE);
    if (sure) return match(0.93 - less, `\`${sure}\` gains entries and loses none.`);
    const holder = holderLike(facts, CLASSES);
    if (holder) return match(0.88 - less, `\`${holder}\` gains entries and loses none.`);
    if (/cache|memo(?!r)/i.test(facts.storeFunction))
      return match(0.85 - less, `\`${facts.storeFunction}\` stores into it, and nothing is evicted.`);
    if (!isKeyed(facts))
      return match(
        wordLike(facts.own, /seen|visited|known/) ? 0.7 : 0,
        'It remembers all that was ever seen.',
      );
    const named = wordLike(facts.own, NAMES);
    const looks = GET_OR_MAKE.test(facts.storeLines);
    if (looks)
      return match(named ? 0.8 : 0.6, 'What is not found in it is made and kept, and nothing is evicted.');
    return match(named ? 0.55 : 0, `\`${named}\` gains entries and loses none.`);
  },
  advice: (name) => [
    `Bound ${name}: an LRU with a maximum size (or a size in bytes), and a time to live where answers grow stale.`,
    'Check the key first: one that never repeats (a request id, a timestamp, a fresh object, a serialised config) never hits, and makes each entry new.',
    'Close what is evicted: clients, handles and sockets have a close() or dispose() that the cache has to call.',
    'Where the key is an object that others own, a WeakMap lets the entry go with it.',
  ],
};
