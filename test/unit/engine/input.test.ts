import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { HeaplineError } from '../../../src/base/errors.ts';
import { readInput } from '../../../src/engine/input.ts';
import type { SnapshotEntry } from '../../../src/protocol/recording.ts';
import { RecordingWriter } from '../../../src/recording/writer.ts';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'heapline-input-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** A recording with `count` snapshots, one a second, of 100 ms each. */
async function record(
  name: string,
  count: number,
  resetsBefore: number[] = [],
  more?: (writer: RecordingWriter) => void,
): Promise<string> {
  const dir = join(folder, name);
  const writer = await RecordingWriter.create(dir, {
    heapline: '0.0.0',
    target: { command: ['node', 'agent.mjs'], cwd: folder },
    options: {},
    runtime: { name: 'node', version: 'v22.1.0', arch: 'x64', platform: 'linux' },
  });
  for (let i = 1; i <= count; i++) {
    if (resetsBefore.includes(i)) writer.event({ type: 'id-reset', t: 1000 * i - 1, beforeSnapshot: i });
    const sink = writer.openSnapshot();
    sink.write('{}');
    await writer.commitSnapshot(sink, { t: 1000 * i, pauseMs: 100, reason: 'schedule' });
  }
  more?.(writer);
  writer.end({ t: 1000 * count + 500, reason: 'exit', exitCode: 0 });
  return dir;
}

const numbers = (snapshots: SnapshotEntry[]) => snapshots.map(({ index }) => index);

test('a recording: what ran, its snapshots, and how long it stood still', async () => {
  const dir = await record('whole', 3);
  const source = await readInput({ recordingDir: dir });
  assert.deepEqual(source.runtime, { name: 'node', version: 'v22.1.0' });
  assert.deepEqual(
    source.files,
    [1, 2, 3].map((i) => join(dir, 'snapshots', `000${i}.heapsnapshot`)),
  );
  assert.deepEqual(
    source.snapshots.map(({ activeMs }) => activeMs),
    [1000, 1900, 2800],
  );
  assert.deepEqual([source.recording.durationMs, source.recording.pausedMs], [3500, 300]);
  assert.deepEqual(
    [source.recording.name, source.recording.cwd, source.recording.platform],
    ['whole', folder, 'linux'],
  );
  assert.deepEqual(source.warnings, []);
});

test('between resets of the ids, the longest stretch is used; of equal ones the last', async () => {
  const longest = await readInput({ recordingDir: await record('early', 6, [3]) });
  assert.deepEqual(numbers(longest.snapshots), [3, 4, 5, 6]);
  assert.match(longest.warnings[0], /reset the object ids: 4 of 6 snapshots/);
  assert.equal(longest.files.length, 4);
  const last = await readInput({ recordingDir: await record('middle', 6, [3, 5]) });
  assert.deepEqual(numbers(last.snapshots), [5, 6]);
});

test('a damaged profile is left out, and told', async () => {
  const dir = await record('profiled', 2, [], (writer) => {
    const node = { callFrame: {}, selfSize: 0, id: 1, children: [] };
    writer.profile({ head: node, samples: [] }, { t: 1, samplingInterval: 32768, ordinal: 7 });
  });
  const whole = await readInput({ recordingDir: dir });
  assert.equal(whole.profile?.head.id, 1);
  writeFileSync(join(dir, 'profiles', '0001.heapprofile'), '{"head":{"callFr');
  const damaged = await readInput({ recordingDir: dir });
  assert.equal(damaged.profile, undefined);
  assert.match(damaged.warnings[0], /sampling profile was left out: .*0001\.heapprofile/);
});

test('bare files: their order is all there is', async () => {
  const files = ['a', 'b'].map((name) => join(folder, `${name}.heapsnapshot`));
  for (const file of files) writeFileSync(file, '{}');
  const source = await readInput({ snapshotFiles: files });
  assert.deepEqual(
    source.snapshots.map(({ index, bytes, activeMs }) => [index, bytes, activeMs]),
    [
      [1, 2, 0],
      [2, 2, 0],
    ],
  );
  assert.equal(source.recording.name, 'a.heapsnapshot, b.heapsnapshot');
  assert.match(source.warnings[0], /no script names, steps or times/);
});

test('what is not there is said by name', async () => {
  const gone = join(folder, 'gone.heapsnapshot');
  const isNotFound = (error: unknown) =>
    HeaplineError.is(error) && error.code === 'not-found' && error.message.includes(gone);
  await assert.rejects(readInput({ snapshotFiles: [gone] }), isNotFound);
  await assert.rejects(readInput({ recordingDir: gone }), isNotFound);
});
