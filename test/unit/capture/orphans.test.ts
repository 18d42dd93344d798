/** What a recorder leaves behind that was killed. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PerformanceObserver } from 'node:perf_hooks';
import { it } from 'node:test';
import * as v8 from 'node:v8';
import { Rendezvous } from '../../../src/capture/rendezvous.ts';
import { install } from '../../../src/capture/target.ts';

const deadPid = (): number => spawnSync(process.execPath, ['-e', '0']).pid;

it('a program that ends does not wait for a recorder that is dead', async () => {
  const recorder = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  // Time stands still: only the recorder's death can end the wait.
  const performance = { now: () => 0, clearMarks() {} };
  const modules: Record<string, unknown> = {
    perf_hooks: { performance, PerformanceObserver },
    inspector: { url: () => 'ws://127.0.0.1:1/x' },
    fs,
    os,
    v8,
  };
  const said: string[] = [];
  const before = process.listeners('exit');
  const agent = install(
    <T>(name: string) => modules[name] as T,
    (text) => said.push(text),
    { signals: false, hold: true, recorder: recorder.pid },
  );
  const [onExit] = process.listeners('exit').filter((listener) => !before.includes(listener));
  try {
    recorder.kill('SIGKILL');
    await once(recorder, 'exit');
    onExit(0);
  } finally {
    agent.uninstall();
  }
  assert.deepEqual(said, ['{"type":"hold","exitCode":0}']);
});

it('what runs in a program takes itself out when its recorder is heard of no more', () => {
  let now = 0;
  let onEntries = (_: { getEntries(): [] }): void => {};
  let observing = false;
  class Observer {
    constructor(listener: typeof onEntries) {
      onEntries = listener;
    }
    observe(): void {
      observing = true;
    }
    disconnect(): void {
      observing = false;
    }
  }
  const performance = { now: () => now, clearMarks() {} };
  const modules: Record<string, unknown> = {
    perf_hooks: { performance, PerformanceObserver: Observer },
    inspector: {},
    fs,
    os,
    v8,
  };
  const before = process.listenerCount('exit');
  const agent = install(
    <T>(name: string) => modules[name] as T,
    () => {},
    { signals: false, hold: true },
  );
  const collected = (): boolean => {
    onEntries({ getEntries: () => [] });
    return observing;
  };
  now = 100_000;
  assert.equal(collected(), true);
  agent.read();
  now = 200_000;
  assert.equal(collected(), true);
  now = 300_000;
  assert.equal(collected(), false);
  assert.equal(process.listenerCount('exit'), before);
});

it('the next recorder takes the folder of a dead one away, and no other', () => {
  const tmp = mkdtempSync(join(tmpdir(), 'heapline-orphans-'));
  const { TMPDIR, TEMP } = process.env;
  process.env.TMPDIR = process.env.TEMP = tmp;
  try {
    for (const [name, pid] of [
      ['dead', deadPid()],
      ['alive', process.pid],
    ] as const) {
      mkdirSync(join(tmp, `heapline-run-${name}`));
      writeFileSync(join(tmp, `heapline-run-${name}`, 'recorder'), String(pid));
    }
    mkdirSync(join(tmp, 'heapline-run-being-made'));
    new Rendezvous(() => {}).dispose();
    assert.deepEqual(
      ['dead', 'alive', 'being-made'].map((name) => existsSync(join(tmp, `heapline-run-${name}`))),
      [false, true, true],
    );
  } finally {
    Object.assign(process.env, { TMPDIR, TEMP });
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    if (TEMP === undefined) delete process.env.TEMP;
    rmSync(tmp, { recursive: true });
  }
});
