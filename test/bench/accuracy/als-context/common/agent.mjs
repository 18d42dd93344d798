// Serves conversations one after another; what each one says is logged with its context.
import { contextOf, withContext } from './context.mjs';
import { Heartbeat } from './heartbeat.mjs';

async function think(text) {
  const context = contextOf();
  for (let round = 0; round < 4; round++) {
    await new Promise((resolve) => setTimeout(resolve, 3));
    context.notes.push(`${context.user} ${round}: ${text}`);
  }
  return context.notes.length;
}

async function converse(number) {
  const heartbeat = new Heartbeat(60_000);
  heartbeat.start();
  try {
    return await think(`question ${number}`);
  } finally {
    heartbeat.stop();
  }
}

for (let number = 0; number < 560; number++) {
  const notes = await withContext(`user-${number}`, () => converse(number));
  if (notes !== 4) throw new Error('notes are missing');
  if (number % 4 === 3) console.log(`step ${number + 1}`);
}
