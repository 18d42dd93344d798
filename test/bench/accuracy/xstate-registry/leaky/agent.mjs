// Each task is a state machine, which is run and stopped.
import { setTimeout as sleep } from 'node:timers/promises';
import xstate from 'xstate';

const { assign, interpret, Machine } = xstate;

const task = Machine(
  {
    id: 'task',
    initial: 'planning',
    context: { notes: [] },
    states: {
      planning: { on: { PLANNED: { target: 'acting', actions: 'note' } } },
      acting: { on: { ACTED: { target: 'done', actions: 'note' } } },
      done: { type: 'final' },
    },
  },
  { actions: { note: assign({ notes: ({ notes }, { text }) => [...notes, text] }) } },
);

async function perform(name) {
  const service = interpret(task).start(); // leak: user
  service.send({ type: 'PLANNED', text: `a plan for ${name}` });
  await sleep(1);
  service.send({ type: 'ACTED', text: `${name} was done` });
  const { notes } = service.state.context;
  service.stop();
  return notes.length;
}

for (let step = 1; step <= 150; step++) {
  for (let i = 0; i < 3; i++) await perform(`task ${step}-${i}`);
  console.log(`step ${step} done`);
  await sleep(40);
}
