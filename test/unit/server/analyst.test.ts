import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeaplineError } from '../../../src/base/errors.ts';
import { EngineClient } from '../../../src/engine/client.ts';
import { Analyst } from '../../../src/server/analyst.ts';

/** Workers that answer with their file's name when they are let go, and never where it is `stuck`. */
function analyst() {
  const begun: string[] = [];
  const source = `
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ type, id, params }) => {
      if (type !== 'call') return;
      parentPort.postMessage({ type: 'progress', id, reading: { phase: params.file, done: 0 } });
      if (params.file === 'stuck') for (;;);
      if (params.file === 'bad') throw new Error('loose');
      parentPort.postMessage({ type: 'result', id, outcome: { ok: params.file } });
    });`;
  let open = 0;
  let most = 0;
  const asks = new Analyst(() => {
    most = Math.max(most, ++open);
    const engine = new EngineClient(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
    return {
      call: (method, params, options) => {
        begun.push((params as { file: string }).file);
        return engine.call(method, params, options);
      },
      dispose: () => {
        open--;
        engine.dispose();
      },
    };
  });
  return { asks, begun, open: () => open, most: () => most };
}

const isCancelled = (error: unknown): boolean => HeaplineError.is(error, 'cancelled');

test('one question at a time: what is asked for first, then final verdicts, provisional ones give way', async () => {
  const { asks, begun, open, most } = analyst();
  const phases: string[] = [];
  const first = asks.ask('summary', { file: '1' });
  const provisional = assert.rejects(
    asks.ask('summary', { file: '2' }, { urgency: 'provisional' }),
    isCancelled,
  );
  const final = asks.ask('summary', { file: '3' }, { urgency: 'final' });
  const second = asks.ask('summary', { file: '4' }, { report: ({ phase }) => phases.push(phase) });
  assert.deepEqual(await Promise.all([first, final, second]), ['1', '3', '4']);
  await provisional;
  assert.deepEqual(begun, ['1', '4', '3']);
  assert.deepEqual(phases, ['Waiting for another analysis', '4']);
  assert.deepEqual([open(), most()], [0, 1]);
});

test('a provisional one that computes ends at once when somebody asks', async () => {
  const { asks, begun } = analyst();
  const stuck = assert.rejects(
    asks.ask('summary', { file: 'stuck' }, { urgency: 'provisional' }),
    isCancelled,
  );
  assert.equal(await asks.ask('summary', { file: 'next' }), 'next' as never);
  await stuck;
  assert.deepEqual(begun, ['stuck', 'next']);
});

test('cancelling ends the worker, whether it waits or computes, and the next one is asked', async () => {
  const { asks, open } = analyst();
  const controller = new AbortController();
  const { signal } = controller;
  const computing = assert.rejects(
    asks.ask('summary', { file: 'stuck' }, { signal, report: () => controller.abort() }),
    isCancelled,
  );
  const waiting = assert.rejects(asks.ask('summary', { file: 'later' }, { signal }), isCancelled);
  const next = asks.ask('summary', { file: 'next' });
  await Promise.all([computing, waiting]);
  assert.equal(await next, 'next' as never);
  await assert.rejects(asks.ask('summary', { file: 'late' }, { signal }), isCancelled);
  assert.equal(open(), 0);
});

test('a worker that fails fails its own question only; disposing settles all', async () => {
  const { asks, open } = analyst();
  await assert.rejects(asks.ask('summary', { file: 'bad' }), (error) => HeaplineError.is(error, 'internal'));
  assert.equal(await asks.ask('summary', { file: 'next' }), 'next' as never);
  const left = ['stuck', 'waiting'].map((file) => assert.rejects(asks.ask('summary', { file }), isCancelled));
  asks.dispose();
  await Promise.all(left);
  await assert.rejects(asks.ask('summary', { file: 'after' }), isCancelled);
  await new Promise(setImmediate);
  assert.equal(open(), 0);
});
