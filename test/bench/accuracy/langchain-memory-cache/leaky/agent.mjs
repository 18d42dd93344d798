// Answers are cached, so that the same question is not paid for twice.
import { setTimeout as sleep } from 'node:timers/promises';
import { InMemoryCache } from '@langchain/core/caches';
import { FakeListChatModel } from '@langchain/core/utils/testing';

const cache = new InMemoryCache();
const model = new FakeListChatModel({ responses: ['It depends.', 'Surely.', 'Never.'], cache });

async function answer(question) {
  const message = await model.invoke(question); // leak: user
  return message.content.length;
}

let length = 0;
for (let step = 1; step <= 150; step++) {
  length += await answer(`At ${step} o'clock: what is to be done with order ${step}?`);
  length += await answer('What can you do?');
  console.log(`step ${step} done`);
  await sleep(30);
}
console.log(length);
