import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeaplineError } from '../../../src/base/errors.ts';
import { EngineClient } from '../../../src/engine/client.ts';
import { Explorer } from '../../../src/server/explorer.ts';

/** Workers that answer with their number; that die of the file `bad`, and keep `slow` waiting. */
function explorer(idleMs?: number, analysing?: ConstructorParameters<typeof Explorer>[2]) {
  let made = 0;
  let open = 0;
  const asks = new Explorer(
    () => {
      open++;
      const source = `
      import { parentPort } from 'node:worker_threads';
      parentPort.on('message', ({ type, id, params }) => {
        if (type !== 'call' || params.file === 'slow') return;
        if (params.file === 'bad') throw new Error('loose');
        parentPort.postMessage({ type: 'result', id, outcome: { ok: ${++made} } });
      });`;
      const engine = new EngineClient(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
      return {
        call: (method, params, options) => engine.call(method, params, options),
        dispose: () => {
          open--;
          engine.dispose();
        },
      };
    },
    idleMs,
    analysing,
  );
  return { asks, open: () => open };
}

test('one worker answers all questions, also at the same time', async () => {
  const { asks, open } = explorer();
  const answers = await Promise.all(['a', 'b', 'a'].map((file) => asks.ask('heap/info', { file })));
  assert.deepEqual(answers, [1, 1, 1]);
  assert.equal(await asks.ask('summary', { file: 'a' }), 1);
  assert.equal(open(), 1);
  asks.dispose();
  assert.equal(open(), 0);
  await assert.rejects(asks.ask('heap/info', { file: 'a' }), { code: 'cancelled' });
});

test('a worker that died is replaced, those under way are told', async () => {
  const { asks, open } = explorer();
  const slow = asks.ask('heap/info', { file: 'slow' });
  await assert.rejects(asks.ask('heap/info', { file: 'bad' }), /loose/);
  await assert.rejects(slow, (error) => HeaplineError.is(error, 'internal'));
  assert.equal(await asks.ask('heap/info', { file: 'a' }), 2);
  assert.equal(open(), 1);
  asks.dispose();
});

test('one who gives up does not end it for others; without questions it goes', async () => {
  const { asks, open } = explorer(20);
  const stop = new AbortController();
  const slow = asks.ask('heap/info', { file: 'slow' }, { signal: stop.signal });
  assert.equal(await asks.ask('heap/info', { file: 'a' }), 1);
  await sleep(60);
  assert.equal(open(), 1);
  stop.abort();
  await assert.rejects(slow, { code: 'cancelled' });
  while (open() > 0) await sleep(5);
  assert.equal(await asks.ask('heap/info', { file: 'a' }), 2);
  asks.dispose();
});

test('dispose ends what is under way', async () => {
  const { asks, open } = explorer();
  const slow = asks.ask('heap/info', { file: 'slow' });
  asks.dispose();
  await assert.rejects(slow, { code: 'cancelled' });
  assert.equal(open(), 0);
});

test('a snapshot that another worker analyses is asked there, once it can be; where that ends, here', async () => {
  const other = { begin: (_: boolean): void => {} };
  const begun = new Promise<boolean>((resolve) => {
    other.begin = resolve;
  });
  let ends = false;
  const call = async (): Promise<never> => {
    if (ends) throw new HeaplineError('cancelled', 'Cancelled.');
    return 'there' as never;
  };
  const { asks } = explorer(undefined, (file) =>
    file === 'fresh' ? begun.then((can) => (can ? { call } : undefined)) : undefined,
  );
  const stop = new AbortController();
  const given = asks.ask('heap/info', { file: 'fresh' }, { signal: stop.signal });
  stop.abort();
  await assert.rejects(given, { code: 'cancelled' });
  const waiting = asks.ask('heap/info', { file: 'fresh' });
  assert.equal(await asks.ask('heap/info', { file: 'a' }), 1);
  other.begin(true);
  assert.equal(await waiting, 'there');
  ends = true;
  assert.equal(await asks.ask('heap/info', { file: 'fresh' }), 1);
  asks.dispose();
});
