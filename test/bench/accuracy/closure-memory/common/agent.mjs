import { createMemory } from './memory.mjs';

async function* conversation() {
  for (let n = 0; n < 560; n++) {
    await new Promise((resolve) => setTimeout(resolve, 28));
    yield `Remember that parcel ${n} goes to street ${(n * 13) % 211}.`;
  }
}

async function main() {
  const memory = createMemory();
  let n = 0;
  for await (const text of conversation()) {
    memory.remember(`fact-${n}`, text);
    if (!memory.recall(`fact-${n}`).text) throw new Error('forgotten');
    console.log(`step ${++n}`);
  }
}

main();
