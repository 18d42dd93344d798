import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { HeaplineError } from '../../../src/base/errors.ts';
import { EngineClient } from '../../../src/engine/client.ts';
import { RecordingWriter } from '../../../src/recording/writer.ts';
import { Analyst } from '../../../src/server/analyst.ts';
import { deleteRecording, describeRecording, recordingsIn } from '../../../src/server/catalogue.ts';
import { Ignores } from '../../../src/server/ignores.ts';
import { Verdicts } from '../../../src/server/verdicts.ts';
import { leakySnapshots } from '../../support/leaky-snapshots.ts';

let place: string;
let whole: string;
before(async () => {
  place = mkdtempSync(join(tmpdir(), 'heapline-catalogue-'));
  const files = mkdtempSync(join(place, 'files-'));
  whole = join(place, 'recordings', '2026-11-20 14.05.11 my agent.heapline');
  const writer = await RecordingWriter.create(whole, {
    heapline: '0.1.0',
    target: { pid: 4711 },
    options: { mode: 'manual' },
  });
  for (const [i, file] of leakySnapshots(files).files.entries()) {
    const sink = writer.openSnapshot();
    sink.write(readFileSync(file, 'latin1'));
    writer.event({ type: 'step', t: 1000 * i, step: i + 1, source: 'mark' });
    await writer.commitSnapshot(sink, { t: 1000 * (i + 1), pauseMs: 50, reason: 'manual', step: i + 1 });
  }
  writer.event({ type: 'note', t: 3100, level: 'warning', message: 'Something happened.' });
  writer.end({ t: 3200, reason: 'detached' });
});
after(() => rmSync(place, { recursive: true, force: true }));

/** A copy of the recording, alone in its folder. */
function copy(name: string): { folder: string; dir: string } {
  const folder = join(place, name);
  const dir = join(folder, basename(whole));
  cpSync(whole, dir, { recursive: true });
  return { folder, dir };
}

test('a whole recording is told as it was', async () => {
  const info = await describeRecording(whole, new Ignores());
  assert.equal(info.state, 'ended');
  assert.equal(info.name, '2026-11-20 14.05.11 my agent');
  assert.equal(info.title, 'my agent');
  assert.deepEqual([info.pid, info.steps, info.durationMs, info.mode], [4711, 3, 3200, 'manual']);
  assert.deepEqual(
    info.snapshots.map(({ index, step, reason }) => ({ index, step, reason })),
    [1, 2, 3].map((index) => ({ index, step: index, reason: 'manual' })),
  );
  assert.equal(info.end?.reason, 'detached');
  assert.deepEqual(info.problems, ['Something happened.']);
  assert.deepEqual([info.findings, info.final], [undefined, false]);
});

test('one that was cut off at any place says so, and what was kept', async () => {
  const { dir } = copy('cut');
  const manifest = join(dir, 'recording.json');
  const events = join(dir, 'events.ndjson');
  const third = join(dir, 'snapshots', '0003.heapsnapshot');
  // As kill -9 amid the third snapshot leaves it.
  renameSync(third, `${third}.part`);
  const lines = readFileSync(events, 'utf8').split('\n');
  writeFileSync(
    events,
    lines
      .slice(
        0,
        lines.findIndex((line) => line.includes('"index":3')),
      )
      .join('\n'),
  );
  truncateSync(manifest, 40);
  const info = await describeRecording(dir, new Ignores());
  assert.equal(info.state, 'ended');
  assert.equal(info.end, undefined);
  assert.deepEqual(
    info.snapshots.map(({ index }) => index),
    [1, 2],
  );
  assert.match(info.problems[0], /was cut off: .*2 snapshots are whole and were kept\./);
  truncateSync(events, 0);
  rmSync(manifest);
  const none = await describeRecording(dir, new Ignores());
  assert.match(none.problems[0], /No snapshot was whole by then/);
  assert.equal(none.title, 'my agent');
});

test('one of a newer format is listed with why it can not be read', async () => {
  const { folder, dir } = copy('newer');
  writeFileSync(join(dir, 'recording.json'), '{"format":"heapline-recording/9"}');
  assert.deepEqual(await recordingsIn(folder), [dir]);
  const info = await describeRecording(dir, new Ignores());
  assert.deepEqual(info.snapshots, []);
  assert.match(info.problems[0], /unknown format/);
});

test('only recordings are listed', async () => {
  const { folder, dir } = copy('mixed');
  mkdirSync(join(folder, 'notes.heapline'));
  writeFileSync(join(folder, 'file.heapline'), 'x');
  mkdirSync(join(folder, 'project'));
  writeFileSync(join(folder, 'project', 'events.ndjson'), '');
  symlinkSync(dir, join(folder, 'link.heapline'), 'junction');
  assert.deepEqual(await recordingsIn(folder), [dir]);
  assert.deepEqual(await recordingsIn(join(folder, 'none')), []);
  assert.deepEqual(await recordingsIn(join(folder, 'file.heapline')), []);
});

test('deleting takes a recording away, and nothing else', async () => {
  const { folder, dir } = copy('deleted');
  writeFileSync(join(dir, 'snapshots', '0004.heapsnapshot.part'), 'x');
  writeFileSync(join(dir, 'findings.json'), '{}');
  mkdirSync(join(dir, 'cache'));
  for (const name of ['.gitignore', '0001.columns', '0001.columns.77-abc.tmp'])
    writeFileSync(join(dir, 'cache', name), 'x');
  await deleteRecording(dir);
  assert.deepEqual(readdirSync(folder), []);
  await assert.rejects(deleteRecording(dir), (e) => HeaplineError.is(e, 'not-found'));

  const { dir: shared } = copy('deleted');
  writeFileSync(join(shared, 'notes.md'), 'mine');
  writeFileSync(join(shared, 'snapshots', 'my notes.txt'), 'mine');
  await deleteRecording(shared);
  assert.deepEqual(readdirSync(shared).sort(), ['notes.md', 'snapshots']);
  assert.deepEqual(readdirSync(join(shared, 'snapshots')), ['my notes.txt']);

  const { dir: target } = copy('linked');
  const link = join(folder, 'link.heapline');
  symlinkSync(target, link, 'junction');
  const sources = join(target, 'sources');
  rmSync(sources, { recursive: true, force: true });
  const precious = join(place, 'precious');
  mkdirSync(precious);
  writeFileSync(join(precious, '0001.js'), 'mine');
  symlinkSync(precious, sources, 'junction');
  const others = [link, folder, join(place, 'files'), join(target, 'recording.json')];
  for (const other of others) {
    const code = existsSync(other) ? 'not-a-snapshot' : 'not-found';
    await assert.rejects(deleteRecording(other), (e) => HeaplineError.is(e, code), other);
  }
  assert.ok(existsSync(join(target, 'recording.json')));
  await deleteRecording(target);
  assert.deepEqual(readdirSync(precious), ['0001.js']);
});

test('a verdict is made once, kept, and made again when the recording or the file is another', async () => {
  const { folder, dir } = copy('judged');
  let made = 0;
  const analyst = new Analyst(() => {
    made++;
    return new EngineClient(new URL('../../../dist/engine-worker.js', import.meta.url));
  });
  const notes: string[] = [];
  const verdicts = new Verdicts(analyst, (text) => notes.push(text));
  const first = await verdicts.of(dir, {});
  assert.equal(first.findings.findings[0]?.owner.name, 'Conversation.history');
  assert.deepEqual(JSON.parse(readFileSync(join(dir, 'findings.json'), 'utf8')), first.findings);
  assert.deepEqual(await verdicts.of(dir, {}), JSON.parse(JSON.stringify(first)));
  assert.equal(made, 1);
  const info = await describeRecording(dir, new Ignores());
  assert.deepEqual([info.findings, info.final], [first.findings, true]);

  // Elsewhere, by another name, it is the same recording.
  const moved = join(folder, 'moved.heapline');
  renameSync(dir, moved);
  assert.equal((await verdicts.of(moved, {})).recording.name, 'moved.heapline');
  assert.equal(made, 1);
  writeFileSync(join(moved, 'report.json'), '{"format":"heapline-report/1","of":');
  await verdicts.of(moved, {});
  assert.equal(made, 2);
  rmSync(join(moved, 'snapshots', '0003.heapsnapshot'));
  await verdicts.of(moved, {});
  assert.equal(made, 3);
  assert.deepEqual(notes, []);
});
