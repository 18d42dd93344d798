import { LruCache } from './lru.mjs';

const answers = new LruCache(2200);

async function answer(question) {
  const known = answers.get(question);
  if (known) return known;
  const words = question.split(' ').map((word, i) => ({ word, at: i }));
  if (words.length % 2) await null;
  const made = { question, words, text: `${question}? Yes.` };
  answers.set(question, made);
  return made;
}

for (let n = 0; n < 3300; n++) {
  const { text } = await answer(`is number ${n} prime`);
  if (!text) throw new Error('no answer');
  if (n % 5 === 4) await new Promise((resolve) => setTimeout(resolve, 4));
  if (n % 30 === 29) console.log(`step ${n + 1}`);
}
