// A research agent that keeps what a search found for a second, in case the next turn asks again.
import { setTimeout as sleep } from 'node:timers/promises';
import mem from 'mem';

function search(query) {
  return { query, hits: Array.from({ length: 5 }, (_, rank) => ({ rank, title: `${query} (${rank})` })) };
}

const searchOnce = mem(search, { maxAge: 1000 }); // leak: user

let turn = 0;
for (let step = 1; step <= 180; step++) {
  for (let i = 0; i < 8; i++) {
    const query = `question ${turn++}`;
    searchOnce(query); // leak: user
    if (searchOnce(query).hits.length !== 5) throw new Error('no hits');
  }
  console.log(`step ${step} done`);
  await sleep(45);
}
process.exit(0);
