// Prompts are tokenised once.
import { setTimeout as sleep } from 'node:timers/promises';
import memoize from 'memoizee';

function tokenise(prompt) {
  return prompt.split(/\s+/).map((text, index) => ({ text, index }));
}

const tokens = memoize(tokenise, { primitive: true }); // leak: user cause

for (let step = 1; step <= 160; step++) {
  for (let i = 0; i < 6; i++)
    tokens(`system prompt of turn ${step}, question ${i}, and then some more of it`);
  console.log(`step ${step} done`);
  await sleep(40);
}
