/** Children and workers of a process like any: what is seen of them, and that nothing of theirs is changed. */
import assert from 'node:assert/strict';
import * as asyncHooks from 'node:async_hooks';
import { type ChildProcess, spawn } from 'node:child_process';
import * as channels from 'node:diagnostics_channel';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as threads from 'node:worker_threads';
import { Context } from '../../../../src/capture/agent/context.ts';
import { AgentLog } from '../../../../src/capture/agent/log.ts';
import { watchProcesses } from '../../../../src/capture/agent/processes.ts';
import type { AgentRecord, ProcessBegun } from '../../../../src/capture/agent/records.ts';
import { countMessages } from '../../../../src/capture/agent/worker-messages.ts';
import type { TapFrame } from '../../../../src/protocol/recording.ts';
import { until } from '../../../support/until.ts';

const HERE = fileURLToPath(import.meta.url);
const STAYS = 'process.stdin.resume()';

/** Looks as a recording does, at any time: its clock runs ahead, so that each look is due. */
class Watch {
  readonly records: AgentRecord[] = [];
  private ahead = 0;
  private readonly log = new AgentLog(
    () => performance.now() + this.ahead,
    (records) => this.records.push(...records),
    () => undefined,
  );
  private readonly context = new Context(this.log, asyncHooks);
  readonly watch = watchProcesses(fs, threads, channels, this.context);

  look(): AgentRecord[] {
    this.ahead += 10_000 + this.ahead / 100;
    this.watch.look();
    this.records.push(...this.log.drain());
    return this.records;
  }

  begun(): ProcessBegun[] {
    return this.look().filter((record) => record.type === 'process');
  }

  /** The last look at one. */
  reading(pid: number, thread?: number) {
    return this.look()
      .flatMap((record) => (record.type === 'processes' ? record.readings : []))
      .findLast((one) => one.pid === pid && one.thread === thread);
  }

  stop(): void {
    this.watch.stop();
    this.context.stop();
  }
}

const keysOf = (value: object): string[] => Reflect.ownKeys(value).map(String).sort();
const pathOf = ({ url }: TapFrame): string => (url.startsWith('file:') ? fileURLToPath(url) : url);

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('a child is seen with its line, command and end; nothing of it is changed', async () => {
  const bare = spawn(process.execPath, ['-e', STAYS]);
  const watch = new Watch();
  const child = spawn(process.execPath, ['-e', STAYS]);
  try {
    const seen = await until('the child', () => watch.begun().find(({ pid }) => pid === child.pid));
    assert.deepEqual(seen.argv, [process.execPath, '-e', STAYS]);
    assert.equal(seen.ppid, process.pid);
    const [frame] = seen.frames;
    assert.equal(pathOf(frame), HERE);
    // One that ran already has none.
    assert.deepEqual(watch.begun().find(({ pid }) => pid === bare.pid)?.frames, []);
    assert.deepEqual(keysOf(child), keysOf(bare));
    assert.deepEqual(
      child.eventNames().map((name) => [name, child.listenerCount(name)]),
      bare.eventNames().map((name) => [name, bare.listenerCount(name)]),
    );
    if (process.platform === 'linux') await until('its size', () => watch.reading(child.pid!)!.rss! > 1e6);
    child.kill('SIGTERM');
    await once(child, 'exit');
    watch.look();
    const ends = watch
      .look()
      .flatMap((record) =>
        record.type === 'process-end' && record.pid === child.pid ? [record.signal] : [],
      );
    assert.deepEqual(ends, ['SIGTERM']);
  } finally {
    watch.stop();
    await end(child);
    await end(bare);
  }
});

test('one that is spoken to is used then, and not by what it does by itself', async () => {
  const watch = new Watch();
  const child = spawn(process.execPath, [
    '-e',
    'process.stdin.resume(); setInterval(() => { for (let i = 0; i < 1e8; i++); }, 1)',
  ]);
  try {
    child.stdin.write('x');
    const first = await until('a look', () => watch.reading(child.pid!));
    for (let i = 0; i < 3; i++) watch.look();
    const later = watch.reading(child.pid!)!;
    assert.equal(later.used, first.used);
    child.stdin.write('x');
    assert.ok(watch.reading(child.pid!)!.used! > first.used! + 10_000);
    watch.watch.serves(child.pid!);
    assert.equal(watch.reading(child.pid!)!.rpc, true);
  } finally {
    watch.stop();
    await end(child);
  }
});

// Elsewhere the recorder asks the system for a list.
const onLinux = process.platform === 'linux' ? test : (): void => {};

onLinux('what a launcher starts is found below it', async () => {
  const watch = new Watch();
  const code = `const { spawn } = require('node:child_process');
const child = spawn(process.execPath, ['-e', ${JSON.stringify(STAYS)}], { stdio: 'inherit' });
child.on('exit', () => process.exit());`;
  const launcher = spawn(process.execPath, ['-e', code]);
  try {
    const below = await until('the server', () =>
      watch.begun().find(({ ppid, argv }) => ppid === launcher.pid && argv[2] === STAYS),
    );
    assert.ok((await until('its size', () => watch.reading(below.pid)?.rss)) > 1e6);
    launcher.stdin.end();
    await once(launcher, 'exit');
    await until('its end', () =>
      watch.look().some((record) => record.type === 'process-end' && record.pid === below.pid),
    );
  } finally {
    watch.stop();
    await end(launcher);
  }
});

test('a worker is seen with its line and end, and used when it is sent something', async () => {
  const { postMessage } = threads.Worker.prototype;
  const watch = new Watch();
  const worker = new threads.Worker(
    `const { parentPort } = require('node:worker_threads');
parentPort.on('message', (message) => parentPort.postMessage(message));`,
    { eval: true },
  );
  const thread = worker.threadId;
  try {
    worker.postMessage(1);
    await once(worker, 'message');
    const seen = watch.begun().find((one) => one.thread === thread)!;
    assert.equal(seen.pid, process.pid);
    assert.equal(pathOf(seen.frames[0]), HERE);
    const { used } = watch.reading(process.pid, thread)!;
    worker.postMessage(2);
    await once(worker, 'message');
    assert.ok(watch.reading(process.pid, thread)!.used! > used!);
    if ('getHeapStatistics' in worker)
      await until('its heap', () => watch.reading(process.pid, thread)!.heapUsed! > 1e5);
  } finally {
    watch.stop();
    await worker.terminate();
  }
  assert.equal(threads.Worker.prototype.postMessage, postMessage);
});

test('the counting postMessage is like the one that it stands for, and goes again', () => {
  class Base {
    postMessage(value: unknown, transfer?: unknown): void {
      this.got = [value, transfer];
    }
    got: unknown[] = [];
  }
  const before = Object.getOwnPropertyDescriptor(Base.prototype, 'postMessage')!;
  const counts = countMessages(Base.prototype as unknown as threads.Worker);
  const now = Object.getOwnPropertyDescriptor(Base.prototype, 'postMessage')!;
  assert.deepEqual(
    [now.enumerable, now.writable, now.value.name, now.value.length, keysOf(now.value)],
    [before.enumerable, before.writable, 'postMessage', 2, keysOf(before.value)],
  );
  assert.throws(() => new now.value(), TypeError);
  const one = new Base();
  one.postMessage(1, 2);
  assert.deepEqual(one.got, [1, 2]);
  assert.equal(counts.sentTo(one as unknown as threads.Worker), 1);
  // Who wrapped it meanwhile keeps what works.
  const wrapped = Base.prototype.postMessage;
  Base.prototype.postMessage = function (...args) {
    wrapped.apply(this, args);
  };
  counts.stop();
  one.postMessage(3);
  assert.deepEqual([one.got, counts.sentTo(one as unknown as threads.Worker)], [[3, undefined], 1]);
});
