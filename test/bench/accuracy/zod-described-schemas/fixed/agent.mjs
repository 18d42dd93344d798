// Each request gets tools whose arguments are described for that user.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

function toolFor(user) {
  return z.object({
    query: z.string().describe(`what ${user} wants to know`), // leak: user
    limit: z.number().describe('how many answers'),
  });
}

async function handle(user) {
  const tool = toolFor(user);
  const { query } = tool.parse({ query: `question of ${user}`, limit: 3 });
  await sleep(1);
  return query.length;
}

let total = 0;
for (let step = 1; step <= 150; step++) {
  for (let i = 0; i < 2; i++) total += await handle(`user ${step}-${i}`);
  console.log(`step ${step} done`);
  await sleep(30);
}
console.log(total);
