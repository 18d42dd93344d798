import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ResourceLimits } from 'node:worker_threads';
import { type ErrorCode, HeaplineError } from '../../../src/base/errors.ts';
import { EngineClient } from '../../../src/engine/client.ts';
import { leakySnapshots } from '../../support/leaky-snapshots.ts';

/** A client of a worker that runs `code` when it is asked anything. */
function clientOf(code: string, limits?: ResourceLimits): EngineClient {
  const source = `
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ id }) => { ${code} });`;
  return new EngineClient(new URL(`data:text/javascript,${encodeURIComponent(source)}`), limits);
}

async function failure(client: EngineClient, code: ErrorCode): Promise<HeaplineError> {
  try {
    await client.call('summary', { file: 'x' });
  } catch (error) {
    assert.ok(HeaplineError.is(error, code), String(error));
    return error;
  } finally {
    client.dispose();
  }
  return assert.fail('must reject');
}

test('the worker runs out of memory: every call says so and what to do', async () => {
  const client = clientOf('const kept = []; for (;;) kept.push(new Array(1e4).fill(id));', {
    maxOldGenerationSizeMb: 16,
  });
  const second = assert.rejects(client.call('summary', { file: 'y' }), (e) =>
    HeaplineError.is(e, 'too-large'),
  );
  const error = await failure(client, 'too-large');
  assert.match(error.toLine(), /out of memory \(its heap may have 16 MB\).*--max-old-space-size/);
  await second;
});

test('the worker exits by itself', async () => {
  const error = await failure(clientOf('process.exit(3);'), 'internal');
  assert.match(error.message, /exit code 3/);
});

test('the worker throws outside of any call', async () => {
  const error = await failure(clientOf("setImmediate(() => { throw new Error('loose') });"), 'internal');
  assert.match(error.message, /loose/);
});

test('the worker can not be loaded', async () => {
  const client = new EngineClient(new URL('./no-such-worker.js', import.meta.url));
  assert.match((await failure(client, 'internal')).message, /no-such-worker/);
});

test('dispose stops a worker that computes, and settles its calls as cancelled', async () => {
  const client = clientOf('for (;;);');
  const call = client.call('summary', { file: 'x' });
  setImmediate(() => client.dispose());
  await assert.rejects(call, (e) => HeaplineError.is(e, 'cancelled'));
  await assert.rejects(client.call('summary', { file: 'x' }), (e) => HeaplineError.is(e, 'cancelled'));
});

test('the default limits let a worker answer', async () => {
  const client = clientOf("parentPort.postMessage({ type: 'result', id, outcome: { ok: 'fine' } });");
  assert.equal(await client.call('summary', { file: 'x' }), 'fine');
  client.dispose();
});

test('the real worker: answers, errors with their words, too little memory', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'heapline-client-'));
  const worker = new URL('../../../dist/engine-worker.js', import.meta.url);
  const client = new EngineClient(worker);
  const small = new EngineClient(worker, { maxOldGenerationSizeMb: 4 });
  try {
    const { files } = leakySnapshots(folder);
    const phases: string[] = [];
    const summary = await client.call('summary', { file: files[0] }, { report: (r) => phases.push(r.phase) });
    assert.equal(summary.classes.find((row) => row.className === 'Turn')!.count, 500);
    assert.ok(phases.length > 2);
    await assert.rejects(
      client.call('summary', { file: join(folder, 'none') }),
      (e) => HeaplineError.is(e, 'not-found') && e.hint !== undefined,
    );
    await assert.rejects(small.call('summary', { file: files[2] }), (e) => HeaplineError.is(e, 'too-large'));
  } finally {
    client.dispose();
    small.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
});
