/** The watch in a process like any: what it sees there, and that nothing of it stays. */
import assert from 'node:assert/strict';
import * as asyncHooks from 'node:async_hooks';
import { spawn } from 'node:child_process';
import * as channels from 'node:diagnostics_channel';
import { once } from 'node:events';
import * as fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import * as v8 from 'node:v8';
import * as threads from 'node:worker_threads';
import type { AgentRecord, SpanBegun } from '../../../../src/capture/agent/records.ts';
import { watchAgent } from '../../../../src/capture/agent/watch.ts';

const modules: Record<string, unknown> = {
  diagnostics_channel: channels,
  async_hooks: asyncHooks,
  fs,
  v8,
  worker_threads: threads,
};
const watch = (told: AgentRecord[] = []) =>
  watchAgent(
    <T>(name: string) => modules[name] as T,
    () => performance.now(),
    (records) => told.push(...records),
  );
const begun = (records: AgentRecord[]): SpanBegun[] =>
  records.filter((record) => record.type === 'begin') as SpanBegun[];

let server: http.Server;
let url: string;
before(async () => {
  server = http.createServer((request, response) => request.resume().on('end', () => response.end('{}')));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/messages`;
});
after(() => {
  server.close();
  server.closeAllConnections();
});
const ask = async (): Promise<void> => void (await (await fetch(url, { method: 'POST', body: '{}' })).text());

const CHANNELS = [
  'undici:request:create',
  'undici:request:trailers',
  'undici:request:error',
  'http.client.request.start',
  'http.client.response.finish',
  'http.server.request.start',
  'child_process',
  'worker_threads',
  'tracing:heapline.step:start',
  'tracing:ai:telemetry:start',
];
const heard = (): string[] => CHANNELS.filter((name) => channels.hasSubscribers(name));

test('nothing of it stays', async () => {
  const heardBefore = heard();
  const symbols = Object.getOwnPropertySymbols(globalThis);
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: 'pipe' });
  try {
    const one = watch();
    assert.deepEqual(heard(), CHANNELS);
    assert.ok(Object.hasOwn(child.stdin, 'write'), 'a child that runs already is watched');
    one.stop();
    assert.deepEqual(heard(), heardBefore);
    assert.deepEqual(Object.getOwnPropertySymbols(globalThis), symbols);
    for (const stream of [child.stdin, child.stdout])
      assert.deepEqual(
        Object.keys(Object.getOwnPropertyDescriptors(stream)).filter((name) => /^(write|push)$/.test(name)),
        [],
      );
    await ask();
    assert.deepEqual(one.drain(), []);
  } finally {
    child.kill();
    await once(child, 'exit');
  }
});

test("LangChain's storage is its own again, also where it came later", () => {
  const key = Symbol.for('ls:tracing_async_local_storage');
  const place = globalThis as { [key]?: asyncHooks.AsyncLocalStorage<unknown> };
  const one = watch();
  const storage = new asyncHooks.AsyncLocalStorage<unknown>();
  assert.equal(place[key], undefined);
  place[key] = storage;
  try {
    assert.equal(place[key], storage);
    assert.notEqual(storage.getStore(), undefined);
    storage.run('theirs', () => assert.equal(storage.getStore(), 'theirs'));
    one.stop();
    assert.equal(storage.getStore(), undefined);
    assert.deepEqual(Reflect.ownKeys(storage).includes('getStore'), false);
    assert.deepEqual(Object.getOwnPropertyDescriptor(place, key)?.value, storage);
  } finally {
    one.stop();
    Reflect.deleteProperty(place, key);
  }
});

test('what a recording left in an async context tells the next one, and nothing in between', () => {
  const key = Symbol.for('ls:tracing_async_local_storage');
  const variables = Symbol.for('lc:context_variables');
  const hooks = Symbol('lc:configure_hooks');
  type Store = { [variables]: { [name: PropertyKey]: unknown } };
  type Handler = { handleChainStart(...args: unknown[]): void };
  const place = globalThis as { [key]?: asyncHooks.AsyncLocalStorage<Store> };
  const storage = new asyncHooks.AsyncLocalStorage<Store>();
  place[key] = storage;
  /** As LangChain begins a run. */
  const run = (id: string): void => {
    const held = storage.getStore()?.[variables];
    const [hook] = (held?.[hooks] ?? []) as { contextVar: string }[];
    if (hook)
      (held![hook.contextVar] as Handler).handleChainStart({}, {}, id, undefined, [], {}, '', 'graph');
  };
  const names = (records: AgentRecord[]): unknown[] => begun(records).map(({ kind, name }) => [kind, name]);
  const one = watch();
  let two: ReturnType<typeof watch> | undefined;
  try {
    // As frameworks do when they go back to the context that they began in.
    new asyncHooks.AsyncResource('conversation').runInAsyncScope(() => {
      storage.enterWith(storage.getStore()!);
      run('a');
      assert.deepEqual(names(one.drain()), [['run', 'graph']]);
      one.stop();
      run('b');
      assert.deepEqual(Reflect.ownKeys(storage.getStore()![variables]), []);
      two = watch();
      run('c');
      assert.deepEqual([names(one.drain()), names(two.drain())], [[], [['run', 'graph']]]);
    });
  } finally {
    one.stop();
    two?.stop();
    delete place[key];
  }
});

test('what a program does with its own channels goes on, whatever it hands over', async () => {
  const one = watch();
  try {
    const step = channels.tracingChannel<object>('heapline.step');
    const odd = { name: Symbol('no text') };
    assert.equal(
      step.traceSync(() => 7, odd),
      7,
    );
    await assert.rejects(
      step.tracePromise(async () => Promise.reject(new Error('theirs')), {}),
      /theirs/,
    );
    channels.tracingChannel<object>('ai:telemetry').traceSync(() => 7, { event: null });
    channels.channel('undici:request:create').publish({ request: null });
    channels.channel('http.client.request.start').publish(null);
    const records = one.drain();
    assert.deepEqual(
      begun(records).map(({ kind, name }) => [kind, name]),
      [
        ['step', undefined],
        ['step', undefined],
      ],
    );
    assert.deepEqual(
      records.filter((record) => record.type === 'end').map((record) => record.failed),
      [undefined, true],
    );
  } finally {
    one.stop();
  }
});

test('many records are told at once: the buffer stays small', async () => {
  const told: AgentRecord[] = [];
  const one = watch(told);
  try {
    const step = channels.tracingChannel<object>('heapline.step');
    for (let i = 0; i < 1200; i++) step.traceSync(() => {}, { name: `step ${i}` });
    assert.ok(one.drain().length < 1000);
    assert.ok(told.length >= 1000);
  } finally {
    one.stop();
  }
});

test('what runs at the same time is told apart, and what follows a session is none of it', async () => {
  const one = watch();
  try {
    const session = channels.tracingChannel<object>('heapline.session');
    const serve = (id: string) => session.tracePromise(async () => ask().then(ask), { id });
    await Promise.all([serve('a'), serve('b')]);
    await ask();
    const spans = begun(one.drain());
    const names = new Map(spans.filter(({ kind }) => kind === 'session').map(({ id, name }) => [id, name]));
    const calls = spans.filter(({ kind }) => kind === 'model').map(({ parent }) => names.get(parent ?? 0));
    assert.deepEqual(calls.sort(), ['a', 'a', 'b', 'b', undefined]);
  } finally {
    one.stop();
  }
});
