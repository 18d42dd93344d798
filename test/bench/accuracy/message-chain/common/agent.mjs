// Answers as fast as it can: nothing to wait for but its own work.
import { createHash } from 'node:crypto';
import { Thread } from './thread.mjs';

const thread = new Thread();

function answer(text) {
  let digest = text;
  for (let i = 0; i < 250; i++) digest = createHash('sha256').update(digest).digest('hex');
  return digest;
}

async function main() {
  for (let turn = 0; turn < 20000; turn++) {
    thread.say('user', `turn ${turn}`);
    thread.say('assistant', answer(`turn ${turn}`));
    if (turn % 100 === 99) {
      await new Promise((resolve) => setImmediate(resolve));
      console.log(`step ${turn + 1}`);
    }
  }
  if (thread.last(4).length !== 4) throw new Error('messages are missing');
}

await main();
