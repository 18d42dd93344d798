'use strict';
const { DocumentStore } = require('./store.cjs');

async function main() {
  const store = new DocumentStore(150);
  for (let n = 0; n < 1800; n++) {
    const document = `doc-${(n * n) % 331}`;
    store.edit(document, `edit ${n}: ${'text '.repeat(n % 12)}`);
    store.edit(document, `edit ${n}, once more`);
    await new Promise((resolve) => setTimeout(resolve, 4));
    if (n % 10 === 0) console.log(`step ${n}`);
  }
  await store.settled();
  console.log(`${store.saves} saves`);
}

main();
