// What tools fetch is cached by a query client that the whole process shares.
import { setTimeout as sleep } from 'node:timers/promises';
import { QueryClient } from '@tanstack/query-core';

const client = new QueryClient({ defaultOptions: { queries: { retry: false } } }); // leak: cause

async function load(id) {
  await sleep(1);
  return { id, title: `document ${id}`, tags: ['a', 'b'].map((tag) => `${tag}-${id}`) };
}

async function tool(id) {
  const document = await client.fetchQuery({ queryKey: ['document', id], queryFn: () => load(id) }); // leak: user
  return document.title;
}

for (let step = 1; step <= 160; step++) {
  for (let i = 0; i < 4; i++) await tool(`${step}-${i}`);
  console.log(`step ${step} done`);
  await sleep(40);
}
process.exit(0);
