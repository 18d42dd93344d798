import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeHeapSnapshot } from 'node:v8';
import { gzipSync } from 'node:zlib';
import { type ErrorCode, HeaplineError } from '../../../src/base/errors.ts';
import type { ProgressReading } from '../../../src/base/progress.ts';
import { loadSnapshot } from '../../../src/engine/load.ts';
import { readGraph } from '../../support/graphs.ts';

let folder: string;
let snapshot: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heapline-load-'));
  snapshot = writeHeapSnapshot(join(folder, 'own.heapsnapshot'));
});

after(() => rm(folder, { recursive: true, force: true }));

async function assertRefused(path: string, code: ErrorCode, line: RegExp): Promise<void> {
  await assert.rejects(loadSnapshot(path), (error) => {
    assert.ok(HeaplineError.is(error, code), String(error));
    assert.ok(error.message.startsWith(path));
    assert.match(error.toLine(), line);
    return true;
  });
}

test('a file becomes a graph, with progress in bytes', async () => {
  const readings: ProgressReading[] = [];
  const graph = await loadSnapshot(snapshot, { report: (reading) => readings.push(reading) });
  const plain = readGraph(snapshot);
  assert.equal(graph.nodeCount, plain.nodeCount);
  assert.deepEqual(graph.nodeIds, plain.nodeIds);
  assert.deepEqual(graph.edgeTargets, plain.edgeTargets);
  const { size } = await stat(snapshot);
  assert.deepEqual(readings.at(-1), { phase: 'reading', done: size, total: size });
  assert.ok(readings.every(({ done }, index) => index === 0 || done > readings[index - 1].done));
});

test('strings left in the file are the same, for as long as it is', async () => {
  const path = join(folder, 'left.heapsnapshot');
  await copyFile(snapshot, path);
  const kept = await loadSnapshot(path);
  const left = await loadSnapshot(path, undefined, undefined, { leaveStrings: 1 });
  assert.equal(left.strings.count, kept.strings.count);
  for (let index = 0; index < kept.strings.count; index++) {
    if (left.strings.get(index) !== kept.strings.get(index)) {
      assert.equal(left.strings.get(index), kept.strings.get(index), `string ${index}`);
    }
  }
  for (const name of ['Object', 'system / NativeContext', 'no such name']) {
    assert.equal(left.strings.indexOf(name), kept.strings.indexOf(name), name);
  }
  const again = await loadSnapshot(path, undefined, undefined, { leaveStrings: 1 });
  await writeFile(path, 'something else');
  assert.throws(
    () => again.strings.get(1),
    (error) => HeaplineError.is(error, 'not-found') && error.file === path && /changed/.test(error.message),
  );
  await rm(path);
  assert.throws(
    () => again.strings.get(1),
    (error) => HeaplineError.is(error, 'not-found'),
  );
});

test('reading stops when it is no longer wanted', async () => {
  const controller = new AbortController();
  const task = { signal: controller.signal, report: () => controller.abort() };
  await assert.rejects(loadSnapshot(snapshot, task), (error) => HeaplineError.is(error, 'cancelled'));
});

test('what is no whole snapshot is refused with the file name and what to do', async () => {
  const file = async (name: string, content: string | Uint8Array): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };
  await assertRefused(join(folder, 'none'), 'not-found', /no such file/);
  await assertRefused(join(folder, 'own.heapsnapshot', 'x'), 'not-found', /no such file/);
  await mkdir(join(folder, 'sub'));
  await assertRefused(join(folder, 'sub'), 'not-a-snapshot', /folder/);
  await assertRefused(await file('empty', ''), 'not-a-snapshot', /empty\. Give a \.heapsnapshot file/);
  await assertRefused(await file('gz', gzipSync('{}')), 'not-a-snapshot', /gzip\. Unpack it/);
  await assertRefused(await file('json', '{"head":{}}'), 'not-a-snapshot', /no "snapshot" section/);
  await assertRefused(
    await file('bomb', '{"snapshot":{"meta":{"node_fields":["type"]},"node_count":1e12,'),
    'truncated',
    /ends inside "snapshot"\. .* take it again/,
  );
});

test('a snapshot cut off in any section is refused', async () => {
  const { size } = await stat(snapshot);
  const path = join(folder, 'cut.heapsnapshot');
  const whole = await open(snapshot);
  try {
    const { buffer } = await whole.read(Buffer.alloc(size), 0, size, 0);
    const sections = ['"nodes"', '"edges"', '"locations"', '"strings"'].map((name) => buffer.indexOf(name));
    for (const at of [...sections, ...sections.map((at) => at + 1234), size - 100, size - 1]) {
      await writeFile(path, buffer.subarray(0, at));
      await assertRefused(path, 'truncated', /was cut off/);
    }
  } finally {
    await whole.close();
  }
});
