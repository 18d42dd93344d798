import assert from 'node:assert/strict';
import { beforeEach, it } from 'node:test';
import { PendingPause } from '../../../src/extension/pending-pause.ts';

const PAUSE = { type: 'request', command: 'pause', arguments: { threadId: 7 } };
const ANSWER = { type: 'response', command: 'pause', success: true };
const event = (name: string): { type: string; event: string } => ({ type: 'event', event: name });

let timers: Set<{ act: () => void; at: number }>;
let now: number;
let asked: number[];
let isOurs: boolean;
let pause: PendingPause;

beforeEach(() => {
  timers = new Set();
  now = 0;
  asked = [];
  isOurs = true;
  pause = new PendingPause({
    isOurs: () => isOurs,
    repeat: (threadId) => asked.push(threadId),
    later: (act, ms) => {
      const timer = { act, at: now + ms };
      timers.add(timer);
      return { dispose: () => timers.delete(timer) };
    },
  });
});

function pass(ms: number): void {
  now += ms;
  for (const timer of [...timers].filter(({ at }) => at <= now)) {
    timers.delete(timer);
    timer.act();
  }
}

function dropped(): void {
  pause.asked(PAUSE);
  pause.told(ANSWER);
}

it('asks again for a pause that was answered and came to nothing, less and less often', () => {
  dropped();
  pass(499);
  assert.deepEqual(asked, []);
  pass(1);
  assert.deepEqual(asked, [7]);
  for (const ms of [1000, 2000, 4000, 8000, 16_000]) {
    dropped();
    const before: number = asked.length;
    pass(ms - 1);
    assert.equal(asked.length, before);
    pass(1);
    assert.equal(asked.length, before + 1);
  }
  dropped();
  assert.equal(timers.size, 0);
});

it('waits for the answer: amid a snapshot there is none', () => {
  pause.asked(PAUSE);
  pass(60_000);
  assert.deepEqual(asked, []);
  pause.told(ANSWER);
  pass(500);
  assert.deepEqual(asked, [7]);
});

for (const end of ['stopped', 'terminated', 'exited'])
  it(`is content when the program is ${end}, and begins anew with the next`, () => {
    dropped();
    pause.told(event(end));
    assert.equal(timers.size, 0);
    dropped();
    pass(500);
    assert.deepEqual(asked, [7]);
    pause.told(event(end));
    pause.told(ANSWER);
    assert.equal(timers.size, 0);
  });

for (const command of ['continue', 'next', 'stepIn', 'disconnect', 'terminate', 'restart'])
  it(`forgets it when the user asks to ${command}`, () => {
    dropped();
    pause.asked({ type: 'request', command });
    assert.equal(timers.size, 0);
  });

it('is not led astray by what else is asked, nor by an answer to something else', () => {
  dropped();
  pause.asked({ type: 'request', command: 'threads' });
  pause.told({ type: 'response', command: 'continue', success: true });
  pause.told(event('output'));
  pass(500);
  assert.deepEqual(asked, [7]);
});

it('leaves the debugger to its steps, and asks when they end in nothing', () => {
  dropped();
  for (let step = 0; step < 50; step++) {
    pause.told(event('continued'));
    pass(40);
  }
  assert.deepEqual(asked, []);
  pass(460);
  assert.deepEqual(asked, [7]);
});

it('asks nothing of an adapter that refused, nor where Heapline does nothing, nor once it is disposed', () => {
  pause.asked(PAUSE);
  pause.told({ ...ANSWER, success: false });
  assert.equal(timers.size, 0);
  isOurs = false;
  dropped();
  pass(500);
  assert.deepEqual(asked, []);
  isOurs = true;
  dropped();
  pause.dispose();
  assert.equal(timers.size, 0);
});
