import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeaplineError } from '../../../src/base/errors.ts';
import { movedBuffers } from '../../../src/engine/moved-buffers.ts';
import { SecondCore } from '../../../src/engine/second-core.ts';
import type { SecondCoreMethods } from '../../../src/engine/second-core-tasks.ts';

const INPUT = {} as SecondCoreMethods['readBehind']['params'];

/** A second core whose thread answers each task with `code`. */
function coreOf(code: string): SecondCore {
  const source = `
    import { parentPort } from 'node:worker_threads';
    const answer = (id, outcome) => parentPort.postMessage({ type: 'result', id, outcome });
    parentPort.on('message', ({ id, params }) => { ${code} });`;
  return new SecondCore(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
}

test('a task works while the thread that gave it computes', async () => {
  const core = coreOf(`
    Atomics.store(params.words, 0, 1);
    Atomics.notify(params.words, 0);
    answer(id, { ok: 'done' });`);
  const words = new Int32Array(new SharedArrayBuffer(4));
  const result = core.run('readBehind', { ...INPUT, words });
  try {
    // No turn of the event loop until the other thread has written.
    assert.notEqual(Atomics.wait(words, 0, 0, 30_000), 'timed-out');
    assert.equal(await result, 'done');
  } finally {
    core.dispose();
  }
});

test('a thread that dies fails its tasks, and the next one has a new thread', async () => {
  const core = coreOf('process.exit(3);');
  try {
    for (let turn = 0; turn < 2; turn++) {
      await assert.rejects(core.run('readBehind', INPUT), (error) => HeaplineError.is(error, 'internal'));
    }
  } finally {
    core.dispose();
  }
});

test('dispose ends what is under way as cancelled', async () => {
  const core = coreOf('for (;;);');
  const result = core.run('readBehind', INPUT);
  setImmediate(() => core.dispose());
  await assert.rejects(result, (error) => HeaplineError.is(error, 'cancelled'));
});

test('what only the answer holds is moved, what is shared stays', () => {
  const own = new Uint32Array(3);
  const shared = new Uint32Array(new SharedArrayBuffer(12));
  const list = [new Uint8Array(2), new Uint8Array(4)];
  const found = movedBuffers({
    outcome: { ok: { own, shared, list, again: own, names: ['a'], none: undefined } },
  });
  assert.deepEqual(found, [own.buffer, list[0].buffer, list[1].buffer]);
});
