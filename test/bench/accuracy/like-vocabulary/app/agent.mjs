import { Vocabulary } from './vocabulary.mjs';

const vocabulary = new Vocabulary();
let seed = 42;
const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;

function sentence() {
  return Array.from({ length: 12 }, () => `word${Math.floor(1400 * random())}`).join(' ');
}

for (let n = 0; n < 1600; n++) {
  vocabulary.read(sentence());
  await new Promise((resolve) => setTimeout(resolve, 5));
  if (n % 10 === 0) console.log(`step ${n}`);
}
if (vocabulary.size > 1400) throw new Error('too many words');
