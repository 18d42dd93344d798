import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeaplineError } from '../../../src/base/errors.ts';
import type { ProgressReading } from '../../../src/base/progress.ts';
import { throwIfCancelled } from '../../../src/base/progress.ts';
import {
  type AnswererToCaller,
  type CallerToAnswerer,
  type Handlers,
  RpcCaller,
  serve,
} from '../../../src/protocol/rpc.ts';

type Sample = {
  add: { params: { a: number; b: number }; result: number };
  work: { params: { turns: number }; result: string };
};

/** Both sides joined by queues of structured clones, as a real channel is. */
function joined(handlers: Handlers<Sample>) {
  const toServer: CallerToAnswerer<Sample>[] = [];
  const readings: AnswererToCaller<Sample>[] = [];
  const receive = serve<Sample>(
    handlers,
    (message) => {
      const copy = structuredClone(message);
      if (copy.type === 'progress') readings.push(copy);
      setImmediate(() => caller.receive(copy));
    },
    () => drain(),
  );
  const drain = (): void => {
    for (let next = toServer.shift(); next; next = toServer.shift()) receive(next);
  };
  const caller = new RpcCaller<Sample>((message) => {
    toServer.push(structuredClone(message));
    setImmediate(drain);
  });
  return { caller, readings };
}

const plain: Handlers<Sample> = { add: ({ a, b }) => a + b, work: () => 'done' };

test('calls are answered, each with its own outcome', async () => {
  const { caller } = joined(plain);
  assert.deepEqual(
    await Promise.all([
      caller.call('add', { a: 1, b: 2 }),
      caller.call('work', { turns: 1 }),
      caller.call('add', { a: 3, b: 4 }),
    ]),
    [3, 'done', 7],
  );
});

test('a HeaplineError crosses with all its words, and the stacks of both sides', async () => {
  const { caller } = joined({
    ...plain,
    work() {
      throw new HeaplineError('truncated', 'It ends early.', { kept: 'Kept: a.', hint: 'Do b.' });
    },
  });
  await assert.rejects(caller.call('work', { turns: 1 }), (error) => {
    assert.ok(HeaplineError.is(error, 'truncated'));
    assert.deepEqual([error.message, error.kept, error.hint], ['It ends early.', 'Kept: a.', 'Do b.']);
    assert.match(error.stack!, /at Object\.work[\s\S]*asked for work/);
    return true;
  });
});

test('any other error is internal', async () => {
  const { caller } = joined({
    ...plain,
    add() {
      throw new RangeError('odd');
    },
  });
  await assert.rejects(
    caller.call('add', { a: 1, b: 1 }),
    (error) => HeaplineError.is(error, 'internal') && error.message === 'Heapline failed: odd',
  );
});

test('unknown methods are refused, inherited names too', async () => {
  const { caller } = joined(plain);
  for (const method of ['nope', 'toString', '__proto__']) {
    await assert.rejects(
      caller.call(method as 'work', { turns: 1 }),
      (error) => HeaplineError.is(error, 'internal') && error.message.includes(method),
    );
  }
});

test('results and parameters that can not be cloned settle the call', async () => {
  const { caller } = joined({ ...plain, work: () => (() => {}) as unknown as string });
  await assert.rejects(caller.call('work', { turns: 1 }), (e) => HeaplineError.is(e, 'internal'));
  await assert.rejects(caller.call('work', { turns: (() => {}) as unknown as number }), (e) =>
    HeaplineError.is(e, 'internal'),
  );
});

test('progress reaches its call only; readings of one phase are thinned', async () => {
  const { caller, readings } = joined({
    ...plain,
    work({ turns }, task) {
      for (let i = 0; i < turns; i++) task.report?.({ phase: 'one', done: i, total: turns });
      task.report?.({ phase: 'two', done: 0 });
      return 'done';
    },
  });
  const got: ProgressReading[] = [];
  await Promise.all([
    caller.call('work', { turns: 1e4 }, { report: (r) => got.push(r) }),
    caller.call('add', { a: 1, b: 1 }, { report: () => assert.fail('not mine') }),
  ]);
  assert.deepEqual(got[0], { phase: 'one', done: 0, total: 1e4 });
  assert.deepEqual(got.at(-1), { phase: 'two', done: 0 });
  assert.ok(readings.length < 1000);
});

test('cancel settles the call at once and reaches synchronous work', async () => {
  let outcome: unknown = 'not ended';
  const controller = new AbortController();
  const { caller } = joined({
    ...plain,
    async work(_, task) {
      // Aborts in the middle of synchronous work: only the poll can bring the message in.
      try {
        for (let i = 0; i < 1000; i++) {
          if (i === 10) controller.abort();
          throwIfCancelled(task);
        }
        outcome = 'ran through';
      } catch (error) {
        outcome = error;
      }
      return 'late';
    },
  });
  await assert.rejects(caller.call('work', { turns: 1 }, { signal: controller.signal }), (e) =>
    HeaplineError.is(e, 'cancelled'),
  );
  assert.ok(HeaplineError.is(outcome, 'cancelled'));
  await assert.rejects(caller.call('work', { turns: 1 }, { signal: AbortSignal.abort() }), (e) =>
    HeaplineError.is(e, 'cancelled'),
  );
  assert.equal(await caller.call('add', { a: 1, b: 1 }), 2);
});

test('close settles what is open and what comes later, with the first reason', async () => {
  const { caller } = joined({ ...plain, work: () => new Promise<string>(() => {}) });
  const open = caller.call('work', { turns: 1 });
  caller.close(new HeaplineError('too-large', 'gone'));
  caller.close(new HeaplineError('internal', 'second'));
  const isGone = (e: unknown): boolean => HeaplineError.is(e, 'too-large') && e.message === 'gone';
  await assert.rejects(open, isGone);
  await assert.rejects(caller.call('add', { a: 1, b: 1 }), isGone);
});

test('a channel that throws settles the call', async () => {
  const caller = new RpcCaller<Sample>(() => {
    throw new Error('channel closed');
  });
  await assert.rejects(caller.call('work', { turns: 1 }), /channel closed/);
});

test('no listener stays on a signal that outlives its calls', async () => {
  const { caller } = joined(plain);
  let listeners = 0;
  const signal = {
    aborted: false,
    addEventListener: () => void listeners++,
    removeEventListener: () => void listeners--,
  };
  await caller.call('add', { a: 1, b: 1 }, { signal });
  assert.equal(listeners, 0);
});
