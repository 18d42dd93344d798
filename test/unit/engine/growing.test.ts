import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeHeapSnapshot } from 'node:v8';
import { HeaplineError } from '../../../src/base/errors.ts';
import { Growth, loadGrowing } from '../../../src/engine/growing.ts';
import { loadSnapshot } from '../../../src/engine/load.ts';
import type { HeapGraph } from '../../../src/heap/graph.ts';
import { nodeBinary } from '../../support/nodes.ts';
import { seededRandom } from '../../support/random.ts';

let folder: string;
let own: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heapline-growing-'));
  own = writeHeapSnapshot(join(folder, 'own.heapsnapshot'));
});

after(() => rm(folder, { recursive: true, force: true }));

function assertSame(graph: HeapGraph, other: HeapGraph): void {
  const { strings, ...columns } = graph;
  const { strings: otherStrings, ...otherColumns } = other;
  assert.deepEqual(columns, otherColumns);
  assert.equal(strings.count, otherStrings.count);
  for (let index = 0; index < strings.count; index++)
    assert.equal(strings.get(index), otherStrings.get(index));
}

test('a file that comes late, grows in pieces and is renamed makes the same graph', async () => {
  const bytes = await readFile(own);
  const random = seededRandom(7);
  const path = join(folder, 'pieces.part');
  const growth = new Growth(path);
  const loaded = loadGrowing(growth);
  await sleep(30);
  for (let at = 0; at < bytes.length; ) {
    const to = at + Math.ceil(random() * 2e6);
    await appendFile(path, bytes.subarray(at, to));
    at = to;
    if (random() < 0.5) await sleep(random() * 20);
  }
  const whole = join(folder, 'pieces.heapsnapshot');
  await rename(path, whole);
  growth.whole(whole);
  assertSame(await loaded, await loadSnapshot(own));
});

test('a file that is whole and renamed before it was seen', async () => {
  const growth = new Growth(join(folder, 'never.part'));
  const loaded = loadGrowing(growth);
  growth.whole(own);
  assertSame(await loaded, await loadSnapshot(own));
});

for (const major of [20, 24] as const) {
  test(`what V8 of Node ${major} writes is read meanwhile`, async () => {
    const path = join(folder, `node-${major}.part`);
    const program = `
      globalThis.held = Array.from({ length: 50000 }, (_, i) => ({ id: i, text: 'message ' + i }));
      require('v8').writeHeapSnapshot(${JSON.stringify(path)});`;
    const growth = new Growth(path);
    const loaded = loadGrowing(growth);
    const child = spawn(await nodeBinary(major), ['-e', program], { stdio: 'ignore' });
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    growth.whole();
    assertSame(await loaded, await loadSnapshot(path));
  });
}

test('given up, also before there is a file or when it is deleted', async () => {
  const path = join(folder, 'given-up.part');
  const cancelled = (error: unknown): boolean => HeaplineError.is(error, 'cancelled');
  for (const when of ['before', 'amid', 'deleted']) {
    const controller = new AbortController();
    const loaded = loadGrowing(new Growth(path), { signal: controller.signal });
    if (when !== 'before') await writeFile(path, (await readFile(own)).subarray(0, 1e6));
    await sleep(20);
    if (when === 'deleted') await rm(path);
    controller.abort();
    await assert.rejects(loaded, cancelled, when);
  }
});

test('a file that is said to be whole and is not', async () => {
  const path = join(folder, 'short.part');
  await writeFile(path, (await readFile(own)).subarray(0, -10));
  const growth = new Growth(path);
  growth.whole();
  await assert.rejects(loadGrowing(growth), (error) => HeaplineError.is(error, 'truncated'));
  await truncate(path, 0);
  await assert.rejects(loadGrowing(growth), (error) => HeaplineError.is(error, 'not-a-snapshot'));
  await rm(path);
  await assert.rejects(loadGrowing(growth), (error) => HeaplineError.is(error, 'not-found'));
});
