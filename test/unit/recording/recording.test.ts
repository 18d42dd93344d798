import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HeaplineError } from '../../../src/base/errors.ts';
import type { RecordingEvent } from '../../../src/protocol/recording.ts';
import { openRecording } from '../../../src/recording/reader.ts';
import { RecordingWriter } from '../../../src/recording/writer.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heapline-recording-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const INIT = { heapline: '0.1.0', target: { command: ['node', 'agent.mjs'] }, options: { snapshots: 5 } };
const MEMORY = { heapUsed: 1, heapTotal: 2, external: 3, arrayBuffers: 4, rss: 5 };
const PROFILE = { head: { callFrame: {}, selfSize: 0, id: 1, children: [] }, samples: [] };

async function addSnapshot(writer: RecordingWriter, t: number, text: string): Promise<void> {
  const sink = writer.openSnapshot();
  sink.write(text.slice(0, 5));
  sink.write(text.slice(5));
  await writer.commitSnapshot(sink, { t, pauseMs: 10, reason: 'schedule', ordinal: 7 });
}

/** Three snapshots, the second deleted again; a profile, scripts with a source, all kinds of events. */
async function makeRecording(dir: string): Promise<RecordingWriter> {
  const writer = await RecordingWriter.create(dir, INIT);
  writer.describe({ runtime: { name: 'node', version: 'v24.0.0' }, target: { pid: 42 } });
  writer.event({ type: 'process', t: 0, event: 'start', role: 'target', pid: 42, argv: ['node', 'ä.mjs'] });
  writer.event({ type: 'memory', t: 1, ...MEMORY });
  await addSnapshot(writer, 100, '{"snapshot":1}');
  await addSnapshot(writer, 200, '{"snapshot":22}');
  writer.event({ type: 'stopped', t: 250, ms: 30 });
  await addSnapshot(writer, 300, '{"snapshot":333}');
  writer.dropSnapshot(2, 311);
  writer.profile(PROFILE, { t: 300, samplingInterval: 32768, ordinal: 7 });
  writer.scripts([{ id: '1', url: 'file:///a.js', source: writer.source('abcdef0123456789', 'let a;') }]);
  return writer;
}

describe('a recording', () => {
  it('is read as it was written', async () => {
    const dir = join(folder, 'whole.heapline');
    (await makeRecording(dir)).end({ t: 400, reason: 'exit', exitCode: 3 });
    const recording = await openRecording(dir);
    assert.deepEqual(recording.problems, []);
    const facts = { pauseMs: 10, reason: 'schedule', ordinal: 7 };
    assert.deepEqual(recording.snapshots, [
      { index: 1, file: 'snapshots/0001.heapsnapshot', bytes: 14, t: 100, activeMs: 100, ...facts },
      // Less the pauses of both before, the deleted one's too, and the time in which the program stood still.
      { index: 3, file: 'snapshots/0003.heapsnapshot', bytes: 16, t: 300, activeMs: 250, ...facts },
    ]);
    assert.deepEqual(recording.manifest.runtime, { name: 'node', version: 'v24.0.0' });
    assert.deepEqual(recording.manifest.target, { command: ['node', 'agent.mjs'], pid: 42 });
    assert.deepEqual(recording.manifest.end, { t: 400, reason: 'exit', exitCode: 3 });
    assert.deepEqual(recording.manifest.snapshots, recording.snapshots);
    assert.equal(recording.scripts[0].source, 'sources/abcdef0123456789.js');
    assert.equal(await readFile(join(dir, recording.scripts[0].source!), 'utf8'), 'let a;');
    assert.deepEqual(await recording.readProfile(1), PROFILE);
    await assert.rejects(recording.readProfile(2), (error) => HeaplineError.is(error, 'not-found'));
    assert.deepEqual(
      recording.events.map((event) => event.type),
      [
        'process',
        'memory',
        'snapshot',
        'snapshot',
        'stopped',
        'snapshot',
        'profile',
        'snapshot-dropped',
        'end',
      ],
    );
    assert.deepEqual(await readdir(join(dir, 'snapshots')), ['0001.heapsnapshot', '0003.heapsnapshot']);
  });

  it('opens with the events cut off at any byte', async () => {
    const whole = join(folder, 'events.heapline');
    (await makeRecording(whole)).end({ t: 400, reason: 'exit' });
    const bytes = await readFile(join(whole, 'events.ndjson'));
    const lines = bytes.toString().split('\n').slice(0, -1);
    const dir = join(folder, 'events-cut.heapline');
    await cp(whole, dir, { recursive: true });
    await rm(join(dir, 'recording.json'));
    for (let length = bytes.length; length >= 0; length--) {
      await truncate(join(dir, 'events.ndjson'), length);
      const recording = await openRecording(dir);
      const text = bytes.toString('utf8', 0, length);
      // A line without its newline may be whole.
      const rest = text.slice(text.lastIndexOf('\n') + 1);
      const complete = text.split('\n').length - 1 + Number(lines.includes(rest));
      assert.equal(recording.events.length, complete, `cut at ${length}`);
      const events = lines.slice(0, complete).map((line) => JSON.parse(line) as RecordingEvent);
      const dropped = events.flatMap((event) => (event.type === 'snapshot-dropped' ? [event.index] : []));
      const expected = events.flatMap((event) =>
        event.type === 'snapshot' && event.index !== 2 && !dropped.includes(event.index) ? [event.index] : [],
      );
      assert.deepEqual(
        recording.snapshots.map((snapshot) => snapshot.index),
        expected,
      );
    }
  });

  it('opens with the manifest cut off at any byte', async () => {
    const whole = join(folder, 'manifest.heapline');
    (await makeRecording(whole)).end({ t: 400, reason: 'exit' });
    const size = (await readFile(join(whole, 'recording.json'))).length;
    const { snapshots } = await openRecording(whole);
    const dir = join(folder, 'manifest-cut.heapline');
    await cp(whole, dir, { recursive: true });
    // The last byte is a newline.
    for (let length = size - 2; length >= 0; length--) {
      await truncate(join(dir, 'recording.json'), length);
      const recording = await openRecording(dir);
      assert.deepEqual(recording.snapshots, snapshots, `cut at ${length}`);
      assert.deepEqual(recording.problems, ['recording.json is cut off or damaged.']);
      assert.equal(recording.manifest.target.pid, 42);
    }
  });

  it('opens by its manifest alone', async () => {
    const dir = join(folder, 'no-events.heapline');
    (await makeRecording(dir)).end({ t: 400, reason: 'exit' });
    const { snapshots } = await openRecording(dir);
    await rm(join(dir, 'events.ndjson'));
    const recording = await openRecording(dir);
    assert.deepEqual(recording.snapshots, snapshots);
    assert.equal(recording.problems.length, 1);
  });

  it('leaves out snapshots that are missing, short or long, and says so', async () => {
    const dir = join(folder, 'short.heapline');
    const writer = await makeRecording(dir);
    await addSnapshot(writer, 320, '{"snapshot":4}');
    writer.end({ t: 400, reason: 'exit' });
    await truncate(join(dir, 'snapshots/0001.heapsnapshot'), 13);
    await rm(join(dir, 'snapshots/0003.heapsnapshot'));
    await writeFile(join(dir, 'snapshots/0005.heapsnapshot.part'), 'half');
    const recording = await openRecording(dir);
    assert.deepEqual(
      recording.snapshots.map((snapshot) => snapshot.index),
      [4],
    );
    assert.deepEqual(recording.problems, [
      'snapshots/0001.heapsnapshot is not whole: it has 13 of 14 bytes.',
      'snapshots/0003.heapsnapshot is missing.',
    ]);
  });

  it('skips damaged lines and events that it does not know', async () => {
    const dir = join(folder, 'damaged.heapline');
    const writer = await makeRecording(dir);
    writer.event({ type: 'note', t: 390, level: 'info', message: 'x' });
    writer.end({ t: 400, reason: 'exit' });
    const lines = (await readFile(join(dir, 'events.ndjson'), 'utf8')).split('\n');
    const outside = '{"type":"snapshot","t":1,"index":9,"bytes":1,"pauseMs":1,"file":"../../secret"}';
    lines.splice(
      1,
      0,
      '{"type":"memory","t":"now"}',
      '{"type":"future","t":1}',
      '\u0000\u0000',
      outside,
      '[]',
    );
    await writeFile(join(dir, 'events.ndjson'), lines.join('\n'));
    const recording = await openRecording(dir);
    assert.equal(recording.events.length, 10);
    assert.deepEqual(
      recording.problems,
      [2, 4, 5, 6].map((line) => `events.ndjson: line ${line} is damaged.`),
    );
  });

  it('keeps what was watched, also after its end, and leaves out what is no such thing', async () => {
    const dir = join(folder, 'watched.heapline');
    const frames = [{ url: '/app/memory.js', line: 14, column: 3, function: 'add' }];
    const watch = {
      type: 'watch' as const,
      nodeId: 7,
      className: 'Array',
      finding: 'array:history:1',
      inserts: 4,
      removes: 0,
      unseen: 0,
      seconds: 10,
      end: 'time' as const,
      stacks: [{ inserts: 4, frames }],
    };
    const writer = await makeRecording(dir);
    writer.event({ ...watch, t: 350 });
    writer.end({ t: 400, reason: 'detached' });
    writer.event({ ...watch, t: 5000 });
    writer.event({ type: 'note', t: 5001, level: 'info', message: 'too late' });
    for (const bad of [{ stacks: [{}] }, { stacks: [{ inserts: 1, frames: [{ url: 1 }] }] }, { finding: 3 }])
      await appendFile(join(dir, 'events.ndjson'), `${JSON.stringify({ ...watch, t: 1, ...bad })}\n`);
    await appendFile(join(dir, 'events.ndjson'), '{}\n');
    const { events, problems } = await openRecording(dir);
    assert.deepEqual(
      events.filter(({ type }) => type === 'watch'),
      [
        { ...watch, t: 350 },
        { ...watch, t: 5000 },
      ],
    );
    assert.ok(!events.some(({ type }) => type === 'note'));
    assert.equal(problems.length, 3);
    await rm(dir, { recursive: true });
    writer.event({ ...watch, t: 6000 });
    assert.equal(existsSync(dir), false);
  });

  it('that can not be begun leaves nothing in the way of the next try', async () => {
    // No JSON can be made of this, as none can be written on a full disk.
    const bad = { ...INIT, options: { big: 1n } };
    const parent = join(folder, 'new-parent');
    await assert.rejects(RecordingWriter.create(join(parent, 'rec.heapline'), bad));
    assert.equal(existsSync(parent), false);
    const empty = join(folder, 'empty.heapline');
    await mkdir(empty);
    await assert.rejects(RecordingWriter.create(empty, bad));
    assert.deepEqual(await readdir(empty), []);
  });

  it('keeps the files of dropped snapshots while somebody reads them', async () => {
    const dir = join(folder, 'read.heapline');
    const writer = await makeRecording(dir);
    const files = async (): Promise<string[]> => (await readdir(join(dir, 'snapshots'))).sort();
    await mkdir(join(dir, 'cache'));
    for (const name of ['0001.columns', '0003.columns']) await writeFile(join(dir, 'cache', name), 'x');
    const [one, other] = [writer.keepFiles(), writer.keepFiles()];
    writer.dropSnapshot(1, 400);
    assert.deepEqual(await readdir(join(dir, 'cache')), ['0003.columns']);
    assert.deepEqual(
      (await openRecording(dir)).manifest.snapshots.map(({ index }) => index),
      [3],
    );
    one.dispose();
    assert.deepEqual(await files(), ['0001.heapsnapshot', '0003.heapsnapshot']);
    other.dispose();
    assert.deepEqual(await files(), ['0003.heapsnapshot']);
    writer.discard();
  });

  it('is told from other folders', async () => {
    const other = join(folder, 'other');
    await mkdir(other);
    await writeFile(join(other, 'mine.txt'), 'x');
    await assert.rejects(openRecording(other), (error) => HeaplineError.is(error, 'not-a-snapshot'));
    await assert.rejects(openRecording(join(folder, 'none')), (error) =>
      HeaplineError.is(error, 'not-found'),
    );
    await writeFile(join(other, 'recording.json'), '{"format":"heapline-recording/2"}');
    await assert.rejects(openRecording(other), (error) => HeaplineError.is(error, 'malformed'));
    await assert.rejects(RecordingWriter.create(other, INIT), (error) => HeaplineError.is(error, 'usage'));
    assert.equal(await readFile(join(other, 'mine.txt'), 'utf8'), 'x');
  });
});

describe('writing onto a full disk', { skip: !existsSync('/dev/full') }, () => {
  it('gives up the snapshot and keeps the rest', async () => {
    const dir = join(folder, 'full.heapline');
    const writer = await makeRecording(dir);
    await symlink('/dev/full', join(dir, 'snapshots/0004.heapsnapshot.part'));
    const sink = writer.openSnapshot();
    sink.write('{"snapshot":'.padEnd(100_000));
    const facts = { t: 330, pauseMs: 10, reason: 'end' } as const;
    await assert.rejects(writer.commitSnapshot(sink, facts), (error) => HeaplineError.is(error, 'disk-full'));
    assert.deepEqual(await readdir(join(dir, 'snapshots')), ['0001.heapsnapshot', '0003.heapsnapshot']);
    // The next takes its number.
    await addSnapshot(writer, 340, '{"snapshot":4}');
    writer.end({ t: 400, reason: 'exit' });
    const recording = await openRecording(dir);
    assert.deepEqual(recording.problems, []);
    assert.deepEqual(
      recording.snapshots.map((snapshot) => snapshot.index),
      [1, 3, 4],
    );
  });
});

describe('a snapshot in writing', () => {
  it('fails beyond its limit, and leaves nothing', async () => {
    const writer = await RecordingWriter.create(join(folder, 'limit.heapline'), INIT);
    const sink = writer.openSnapshot(10);
    for (let i = 0; i < 3; i++) sink.write('12345');
    const facts = { t: 1, pauseMs: 1, reason: 'manual' } as const;
    await assert.rejects(writer.commitSnapshot(sink, facts), (error) => HeaplineError.is(error, 'too-large'));
    assert.deepEqual(await readdir(join(writer.dir, 'snapshots')), []);
    writer.end({ t: 2, reason: 'exit' });
  });

  it('says when the disk is behind, and when it has caught up', async () => {
    const writer = await RecordingWriter.create(join(folder, 'behind.heapline'), INIT);
    const sink = writer.openSnapshot();
    assert.equal(sink.full, false);
    const piece = 'x'.repeat(1e6);
    let pieces = 0;
    while (!sink.full) {
      sink.write(piece);
      pieces++;
    }
    assert.ok(pieces > 1 && pieces < 50);
    await new Promise<void>((resolve) => sink.onceDrained(resolve));
    assert.equal(sink.full, false);
    await sink.abort();
    assert.deepEqual(await readdir(join(writer.dir, 'snapshots')), []);
    writer.end({ t: 2, reason: 'exit' });
  });
});

describe('a snapshot that another process writes', () => {
  const place = async (name: string, limit?: number) => {
    const writer = await RecordingWriter.create(join(folder, name), INIT);
    return { writer, file: writer.placeSnapshot(limit), dir: join(folder, name, 'snapshots') };
  };
  const facts = { t: 1, pauseMs: 2, reason: 'manual' } as const;

  it('becomes part of the recording when it is whole', async () => {
    const { writer, file, dir } = await place('written.heapline');
    assert.equal(await file.written(), 0);
    await writeFile(file.part, '{"snapshot":1}\n');
    assert.deepEqual([await file.written(), await file.isWhole(15)], [15, true]);
    const entry = await writer.commitSnapshot(file, facts);
    assert.deepEqual([entry.index, entry.bytes], [1, 15]);
    assert.deepEqual(await readdir(dir), ['0001.heapsnapshot']);
    writer.end({ t: 3, reason: 'exit' });
    assert.deepEqual((await openRecording(writer.dir)).problems, []);
  });

  it('is not whole when it is short, cut off or gone', async () => {
    const { file, dir } = await place('partly.heapline');
    assert.equal(await file.isWhole(0), false);
    await writeFile(file.part, '{"snapshot":1}');
    assert.equal(await file.isWhole(15), false);
    await writeFile(file.part, '{"snapshot":1,');
    assert.equal(await file.isWhole(14), false);
    await file.abort();
    assert.equal(await file.isWhole(14), false);
    assert.deepEqual(await readdir(dir), []);
  });

  it('is refused beyond its limit, and leaves nothing', async () => {
    const { writer, file, dir } = await place('large.heapline', 10);
    await writeFile(file.part, '{"snapshot":1}');
    assert.equal(await file.isWhole(14), true);
    await assert.rejects(writer.commitSnapshot(file, facts), (error) => HeaplineError.is(error, 'too-large'));
    assert.deepEqual([await readdir(dir), writer.snapshots.length], [[], 0]);
  });
});
