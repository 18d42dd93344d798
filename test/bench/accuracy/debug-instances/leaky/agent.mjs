// A support agent that gives every ticket a debug logger of its own.
import { setTimeout as sleep } from 'node:timers/promises';
import debug from 'debug';

async function answer(ticket) {
  const log = debug(`agent:ticket:${ticket}`); // leak: user
  log('question received');
  const draft = ['We looked into ticket', ticket, 'and closed it.'].join(' ');
  log('draft %o', draft);
  return draft;
}

let ticket = 0;
for (let step = 1; step <= 160; step++) {
  for (let i = 0; i < 12; i++) await answer(ticket++);
  console.log(`step ${step} done`);
  await sleep(45);
}
