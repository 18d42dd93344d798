import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeaplineError } from '../../../src/base/errors.ts';
import type { TargetSpec } from '../../../src/protocol/server.ts';
import { Debugged } from '../../support/debugged.ts';
import { LEAKY } from '../../support/programs.ts';
import { until } from '../../support/until.ts';
import { Bench, specOf } from './support.ts';

const bench = new Bench();
const debugged: Debugged[] = [];
after(async () => {
  await bench.close();
  for (const each of debugged) await each.close();
});

async function underDebugger(source = LEAKY): Promise<Debugged> {
  const file = join(bench.programs.folder, `debugged-${debugged.length}.cjs`);
  writeFileSync(file, source);
  const program = await Debugged.start(process.execPath, [file]);
  debugged.push(program);
  return program;
}

async function session(id: string, program: Debugged): Promise<TargetSpec> {
  return { id, name: id, kind: 'node', proxy: await program.proxy() };
}

/** The readings of a target so far. */
const readings = (id: string) => bench.all('heapline/reading').filter(({ target }) => target === id);

test('while nothing is recorded a debugged program is asked through the proxy only, and little', async () => {
  const program = await underDebugger();
  const info = await bench.open(await session('idle', program));
  assert.deepEqual([info.via, info.pid], ['proxy', program.child.pid]);
  assert.equal(info.runtime, `Node.js ${process.versions.node}`);
  await until('three readings', () => readings('idle').length >= 3);
  const [first, second] = readings('idle').map(({ reading }) => reading);
  assert.ok(second.at - first.at >= 900, 'once in a second');
  assert.ok(first.heapUsed > 1e6 && first.rss! > first.heapUsed && first.external! > 0);
  assert.deepEqual(
    [...new Set(program.relayed)],
    ['Runtime.evaluate'],
    'no events, no profiler, no debugger',
  );
  assert.equal(await program.evaluate("require('inspector').url() !== undefined"), true);
});

test('a program that does not answer is not asked again until it does', {
  skip: process.platform === 'win32',
}, async () => {
  const program = await underDebugger();
  await bench.open(await session('stopped', program));
  await until('a reading', () => readings('stopped').length);
  process.kill(program.child.pid!, 'SIGSTOP');
  const before = program.relayed.length;
  await sleep(2500);
  assert.ok(program.relayed.length - before <= 1, `${program.relayed.length - before} questions wait`);
  const told = readings('stopped').length;
  process.kill(program.child.pid!, 'SIGCONT');
  await until('readings again', () => readings('stopped').length >= told + 2);
});

test('recorded straight through the inspector, read by the recording, then by the proxy again', async () => {
  const program = await underDebugger();
  await bench.open(await session('recorded', program));
  const { recording } = await bench.snapshot('recorded');
  const info = bench.all('heapline/targetChanged').findLast(({ spec }) => spec.id === 'recorded')!;
  assert.deepEqual([info.via, info.recording], ['inspector', recording.dir]);
  const before = program.relayed.length;
  const told = readings('recorded').length;
  await until('readings meanwhile', () => readings('recorded').length >= told + 2);
  assert.ok(program.relayed.length - before <= 1, 'the debugger has no work with it');
  await bench.ask('heapline/stopRecording', { dir: recording.dir });
  const left = program.relayed.length;
  await until('readings by the proxy', () => program.relayed.length > left + 1);
  assert.deepEqual(program.stops, [], 'the debugger saw no pause');
});

test('a program that stands at a breakpoint is read and recorded there', async () => {
  const program = await underDebugger(`${LEAKY}\nsetInterval(() => { debugger; }, 50);`);
  await program.paused();
  await bench.open(await session('paused', program));
  await until('a reading', () => readings('paused').length);
  const { snapshot, recording } = await bench.snapshot('paused');
  assert.ok(snapshot.bytes > 1e6);
  assert.ok(!program.stops.some(({ type }) => type === 'resumed'), 'it still stands there');
  await bench.ask('heapline/stopRecording', { dir: recording.dir, discard: true });
});

test('a debugged program that is killed is gone', async () => {
  const program = await underDebugger();
  await bench.open(await session('killed', program));
  const { recording } = await bench.snapshot('killed');
  program.child.kill('SIGKILL');
  await bench.hear('heapline/targetChanged', ({ spec, state }) => spec.id === 'killed' && state === 'gone');
  await bench.hear(
    'heapline/recordingChanged',
    ({ dir, state }) => dir === recording.dir && state === 'ended',
  );
});

test('a proxy that refuses at first is asked again', async () => {
  const program = await underDebugger();
  const spec = await session('late', program);
  const { port } = spec.proxy!;
  const free = await listen(createServer(), 0);
  const later = (free.address() as { port: number }).port;
  await new Promise((resolve) => free.close(resolve));
  const info = await bench.ask('heapline/openTarget', { ...spec, proxy: { ...spec.proxy!, port: later } });
  assert.equal(info.state, 'connecting');
  await sleep(600);
  const relay = createServer((socket) => {
    const onward = connect(port, '127.0.0.1');
    socket.pipe(onward).pipe(socket);
    for (const each of [socket, onward]) each.on('error', () => {});
  });
  await listen(relay, later);
  try {
    await bench.hear('heapline/targetChanged', ({ spec, state }) => spec.id === 'late' && state === 'live');
    await bench.ask('heapline/closeTarget', { id: 'late' });
  } finally {
    relay.close();
  }
});

test('one that can not be reached says why, and is tried again when it is opened again', async () => {
  const program = await bench.programs.start('moved', LEAKY);
  const spec: TargetSpec = { id: 'moved', name: 'moved', kind: 'node', inspector: 'nonsense' };
  const failed = await bench.open(spec, 'failed');
  assert.match(failed.failure!, /nonsense/);
  await assert.rejects(bench.start('moved'), (e) => HeaplineError.is(e, 'connect-failed'));
  const live = await bench.open(specOf('moved', program));
  assert.equal(live.pid, program.pid);
  // A new name is no new connection.
  const renamed = await bench.ask('heapline/openTarget', { ...specOf('moved', program), name: 'other' });
  assert.deepEqual([renamed.state, renamed.spec.name], ['live', 'other']);
  await bench.ask('heapline/closeTarget', { id: 'moved' });
  const told = readings('moved').length;
  await sleep(1500);
  assert.equal(readings('moved').length, told, 'it is left alone');
  assert.equal(program.child.exitCode, null);
});

test('closed while it connects, nothing hangs', async () => {
  const answered = bench.ask('heapline/openTarget', {
    id: 'x',
    name: 'x',
    kind: 'node',
    proxy: { host: '127.0.0.1', port: 1 },
  });
  const started = bench.start('x');
  await bench.ask('heapline/closeTarget', { id: 'x' });
  await answered;
  await assert.rejects(started, (e) => HeaplineError.is(e, 'target-gone'));
});

async function listen(server: Server, port: number): Promise<Server> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
