/** Snapshots that are opened as soon as they are taken. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { summarise } from '../../support/fresh.ts';
import { LEAKY } from '../../support/programs.ts';
import { Bench } from './support.ts';

const bench = new Bench();
after(() => bench.close());

/** A snapshot of some 40 MB. */
const LARGE = `${LEAKY}
globalThis.held = Array.from({ length: 150000 }, (_, i) => ({ text: 'message ' + i, meta: { id: i, tags: [i % 97] } }));
`;
const range = { start: 0, count: 5 };

test('one that was taken by hand and is opened at once is read once', async () => {
  await bench.program('large', LARGE);
  const { recording, snapshot } = await bench.snapshot('large');
  const file = join(recording.dir, snapshot.file);
  assert.ok(snapshot.bytes > 20e6);
  const phases: string[] = [];
  const [classes, info] = await Promise.all([
    bench.ask('heapline/heap/classes', { file, range }, { report: ({ phase }) => phases.push(phase) }),
    bench.ask('heapline/heap/info', { file }),
  ]);
  // With one core it is the program's, and nothing is analysed before it is asked for.
  assert.equal(phases.includes('reading'), availableParallelism() === 1, phases.join());
  const expected = await summarise(file);
  assert.deepEqual(classes.rows, expected.classes.slice(0, 5));
  assert.equal(info.nodeCount, expected.nodeCount);
  const columns = join(recording.dir, 'cache', '0001.columns');
  while (!existsSync(columns)) await sleep(20);
  // From there, when that worker is gone.
  assert.deepEqual((await bench.ask('heapline/heap/classes', { file, range })).rows, classes.rows);

  await bench.ask('heapline/stopRecording', { dir: recording.dir });
  await bench.ask('heapline/deleteRecording', { dir: recording.dir });
  assert.ok(!existsSync(recording.dir));
});

test('a snapshot that is superseded is still opened, from its file', async () => {
  await bench.program('again', LARGE);
  const first = await bench.snapshot('again');
  const file = join(first.recording.dir, first.snapshot.file);
  const [classes] = await Promise.all([
    bench.ask('heapline/heap/classes', { file, range }),
    bench.snapshot('again'),
  ]);
  assert.deepEqual(classes.rows, (await summarise(file)).classes.slice(0, 5));
  await bench.ask('heapline/stopRecording', { dir: first.recording.dir, discard: true });
  assert.ok(!readdirSync(bench.folder).some((name) => name.includes('again')));
});
