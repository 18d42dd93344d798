// Requests wait for the first event of their own on a bus that all share.
import { setTimeout as sleep } from 'node:timers/promises';
import Emittery from 'emittery';

const bus = new Emittery();

async function request(id) {
  const events = bus.events('answer'); // leak: user
  setImmediate(() => bus.emit('answer', { id, text: `answer to ${id}` }));
  for (;;) {
    const { value } = await events.next();
    if (value.id === id) return value.text; // leak: cause
  }
}

for (let step = 1; step <= 120; step++) {
  for (let i = 0; i < 2; i++) await request(`${step}-${i}`);
  console.log(`step ${step} done`);
  await sleep(40);
}
