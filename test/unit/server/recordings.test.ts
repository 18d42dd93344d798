import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { HeaplineError } from '../../../src/base/errors.ts';
import type { ProgressReading } from '../../../src/base/progress.ts';
import type { RecordingInfo } from '../../../src/protocol/server.ts';
import { LEAKY } from '../../support/programs.ts';
import { Bench } from './support.ts';

const bench = new Bench();
after(() => bench.close());

const statesOf = (dir: string): string[] => {
  const states = bench
    .all('heapline/recordingChanged')
    .filter((info) => info.dir === dir)
    .map(({ state }) => state);
  return states.filter((state, i) => state !== states[i - 1]);
};
const endOf = (dir: string): Promise<RecordingInfo> =>
  bench.hear('heapline/recordingChanged', (info) => info.dir === dir && info.state === 'ended');
/** As it comes out of a file. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value));
const parts = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.part'));

test('by hand: only what is asked for, and no second recording of one target', async () => {
  await bench.program('by-hand', LEAKY);
  const [first, second] = await Promise.all([bench.snapshot('by-hand'), bench.snapshot('by-hand')]);
  const { dir } = first.recording;
  assert.equal(second.recording.dir, dir);
  assert.deepEqual([first.snapshot.index, second.snapshot.index].sort(), [1, 2]);
  assert.equal(first.snapshot.reason, 'manual');
  assert.ok(existsSync(join(dir, first.snapshot.file)));
  const { target, state, mode, title } = second.recording;
  assert.deepEqual(
    { target, state, mode, title },
    { target: 'by-hand', state: 'recording', mode: 'manual', title: 'by-hand' },
  );
  const { recording } = await bench.hear('heapline/targetChanged', (info) => info.recording === dir);
  assert.equal(recording, dir);
  assert.ok(bench.all('heapline/recordingChanged').some(({ taking }) => taking));

  const ended = await bench.ask('heapline/stopRecording', { dir });
  assert.deepEqual(
    ended.snapshots.map(({ reason }) => reason),
    ['manual', 'manual'],
  );
  assert.deepEqual(statesOf(dir), ['recording', 'stopping', 'analysing', 'ended']);
  assert.equal(ended.end?.reason, 'detached');
  assert.equal(ended.target, undefined);
  assert.ok(ended.final && ended.findings);
  const after = bench.all('heapline/targetChanged').at(-1)!;
  assert.deepEqual([after.recording, after.state], [undefined, 'live']);
  const readings = bench.told.length;
  await bench.hear('heapline/reading', (told) => told.target === 'by-hand', readings);
  const held = ended.snapshots.map(({ totals }) => totals!);
  assert.ok(held.every(({ nodes, size }) => nodes > 10_000 && size > 1e6));
  assert.deepEqual(
    held.map(({ since }) => since),
    [undefined, 1],
  );
  // Asked again, it is as it was.
  const again = await bench.ask('heapline/stopRecording', { dir });
  assert.deepEqual(again.snapshots, plain(ended.snapshots));
  const { engines } = bench;
  const report = await bench.ask('heapline/analyse', { recordingDir: dir });
  assert.deepEqual(report.findings, plain(ended.findings));
  assert.equal(bench.engines, engines, 'the kept verdict answers');
});

test('from manual to automatic and back', async () => {
  await bench.program('switched', LEAKY);
  const { dir } = await bench.start('switched', 'manual');
  const automatic = await bench.start('switched', 'automatic');
  assert.deepEqual([automatic.dir, automatic.mode], [dir, 'automatic']);
  await bench.hear('heapline/recordingChanged', (info) => info.dir === dir && info.snapshots.length >= 2);
  const manual = await bench.start('switched', 'manual');
  assert.deepEqual([manual.dir, manual.mode], [dir, 'manual']);
  await bench.ask('heapline/stopRecording', { dir, discard: true });
});

test('a provisional verdict from the fourth snapshot on', async () => {
  await bench.program('provisional', LEAKY);
  for (let i = 0; i < 3; i++) await bench.snapshot('provisional');
  const { engines } = bench;
  const { dir } = (await bench.snapshot('provisional')).recording;
  const judged = await bench.hear(
    'heapline/recordingChanged',
    (info) => info.dir === dir && info.findings !== undefined,
  );
  // One read the fourth snapshot, one made the verdict.
  assert.deepEqual([judged.state, judged.final, bench.engines - engines], ['recording', false, 2]);
  assert.ok(!existsSync(join(dir, 'findings.json')), 'it is not kept');
  const ended = await bench.ask('heapline/stopRecording', { dir });
  assert.equal(ended.final, true);
  assert.deepEqual(JSON.parse(readFileSync(join(dir, 'findings.json'), 'utf8')), plain(ended.findings));
});

test('discarded: nothing is left, and the program goes on', async () => {
  const program = await bench.program('discarded', LEAKY);
  const { recording } = await bench.snapshot('discarded');
  const { end } = await bench.ask('heapline/stopRecording', { dir: recording.dir, discard: true });
  assert.equal(end?.reason, 'detached');
  assert.ok(!existsSync(recording.dir));
  assert.ok(!statesOf(recording.dir).includes('analysing'));
  assert.equal(program.child.exitCode, null);
  // One that has ended can be discarded as well.
  const next = await bench.snapshot('discarded');
  await bench.ask('heapline/stopRecording', { dir: next.recording.dir });
  await bench.ask('heapline/stopRecording', { dir: next.recording.dir, discard: true });
  assert.ok(!existsSync(next.recording.dir));
});

test('a program that ends by itself: the verdict comes by itself', async () => {
  const program = await bench.program('ending', LEAKY);
  const { recording } = await bench.snapshot('ending');
  program.child.stdin!.write('end\n');
  const ended = await endOf(recording.dir);
  assert.equal(ended.end?.reason, 'exit');
  assert.deepEqual(
    ended.snapshots.map(({ reason }) => reason),
    ['manual', 'end'],
  );
  assert.ok(ended.final);
  assert.deepEqual(statesOf(recording.dir), ['recording', 'analysing', 'ended']);
  assert.deepEqual((await program.ended).code, 0);
  await bench.hear('heapline/targetChanged', ({ spec, state }) => spec.id === 'ending' && state === 'gone');
});

test('a program that is killed: what was whole is judged', async () => {
  const program = await bench.program('killed', LEAKY);
  const { recording } = await bench.snapshot('killed');
  await bench.snapshot('killed');
  program.child.kill('SIGKILL');
  const ended = await endOf(recording.dir);
  assert.deepEqual([ended.end?.reason, ended.end?.cause], ['target-gone', 'killed']);
  assert.equal(ended.snapshots.length, 2);
  assert.ok(ended.final);
  assert.match(ended.problems.join(), /it was killed, crashed, or closed/);
  await bench.hear('heapline/targetChanged', ({ spec, state }) => spec.id === 'killed' && state === 'gone');
  await assert.rejects(bench.start('killed'), (e) => HeaplineError.is(e, 'target-gone'));
  await assert.rejects(bench.snapshot('killed'), (e) => HeaplineError.is(e, 'target-gone'));
});

test('a snapshot that is given up leaves nothing half-written, and the program goes on', async () => {
  // Node 22 and newer begin no snapshot while the program is in a loop; older ones do at once.
  const program = await bench.program(
    'given-up',
    `${LEAKY}
globalThis.big = Array.from({ length: 200000 }, (_, i) => ({ i, name: 'n' + i }));`,
  );
  const controller = new AbortController();
  const taken = bench.snapshot('given-up', { signal: controller.signal, report: () => controller.abort() });
  await assert.rejects(taken, (e) => HeaplineError.is(e, 'cancelled'));
  const { dir } = bench.all('heapline/recordingChanged').at(-1)!;
  assert.ok(!existsSync(dir), 'a recording that was begun for it goes, too');

  const { recording } = await bench.snapshot('given-up');
  const second = new AbortController();
  const again = bench.snapshot('given-up', { signal: second.signal, report: () => second.abort() });
  await assert.rejects(again, (e) => HeaplineError.is(e, 'cancelled'));
  assert.deepEqual(parts(recording.dir), []);
  assert.deepEqual(readdirSync(join(recording.dir, 'snapshots')), ['0001.heapsnapshot']);
  const third = await bench.snapshot('given-up');
  assert.equal(third.recording.dir, recording.dir);
  assert.equal(program.child.exitCode, null);
  await bench.ask('heapline/stopRecording', { dir: recording.dir, discard: true });
});

test('a session that is over: its recording ends, the program goes on', async () => {
  const program = await bench.program('closed', LEAKY);
  const { recording } = await bench.snapshot('closed');
  await bench.ask('heapline/closeTarget', { id: 'closed' });
  await assert.rejects(bench.start('closed'), (e) => HeaplineError.is(e, 'target-gone'));
  const ended = await endOf(recording.dir);
  assert.deepEqual(
    ended.snapshots.map(({ reason }) => reason),
    ['manual'],
  );
  assert.equal(program.child.exitCode, null);
});

test('recordings of a folder: those under way and those that ended, newest first', async () => {
  await bench.program('listed', LEAKY);
  const { recording } = await bench.snapshot('listed');
  const list = await bench.ask('heapline/listRecordings', { folder: bench.folder });
  const dates = list.map(({ createdAt }) => createdAt);
  assert.deepEqual(dates, [...dates].sort().reverse());
  const here = list.find(({ dir }) => dir === recording.dir)!;
  assert.deepEqual([here.state, here.target], ['recording', 'listed']);
  assert.ok(list.some(({ state, findings }) => state === 'ended' && findings));
  await assert.rejects(bench.ask('heapline/deleteRecording', { dir: recording.dir }), (e) =>
    HeaplineError.is(e, 'usage'),
  );
  await bench.ask('heapline/stopRecording', { dir: recording.dir });
  await bench.ask('heapline/deleteRecording', { dir: recording.dir });
  const after = await bench.ask('heapline/listRecordings', { folder: bench.folder });
  assert.ok(!after.some(({ dir }) => dir === recording.dir));
});

test('a place that can not be written is told, and nothing is begun', async () => {
  await bench.program('no-place', LEAKY);
  const file = join(bench.programs.folder, 'no-place.cjs');
  const begun = bench.ask('heapline/startRecording', {
    target: 'no-place',
    folder: join(file, 'inside'),
    options: { mode: 'manual' },
  });
  await assert.rejects(begun, (e) => HeaplineError.is(e, 'not-found'));
  const { recording } = bench.all('heapline/targetChanged').at(-1)!;
  assert.equal(recording, undefined);
});

test('stopping can be cancelled, and given up for good, while the verdict is being made', async () => {
  await bench.program('impatient', LEAKY);
  await bench.snapshot('impatient');
  const { recording } = await bench.snapshot('impatient');
  const { dir } = recording;
  const controller = new AbortController();
  const report = ({ phase }: ProgressReading): void => {
    if (statesOf(dir).includes('analysing')) controller.abort();
    assert.ok(phase.length > 3);
  };
  const ended = await bench.ask('heapline/stopRecording', { dir }, { signal: controller.signal, report });
  assert.deepEqual([ended.state, ended.final, ended.end?.reason], ['ended', false, 'detached']);
  assert.equal(ended.snapshots.length, 2);
  // It is made when somebody asks.
  const { findings } = await bench.ask('heapline/analyse', { recordingDir: dir });
  assert.ok(findings.reasons.length);
  assert.ok(
    (await bench.ask('heapline/listRecordings', { folder: bench.folder })).find((info) => info.dir === dir)!
      .final,
  );

  await bench.snapshot('impatient');
  const next = (await bench.snapshot('impatient')).recording.dir;
  const stopped = bench.ask('heapline/stopRecording', { dir: next });
  await bench.hear('heapline/recordingChanged', (info) => info.dir === next && info.state === 'analysing');
  await bench.ask('heapline/stopRecording', { dir: next, discard: true });
  assert.equal((await stopped).state, 'ended');
  assert.ok(!existsSync(next));
});

test('asked for while it is analysed, the final verdict is waited for, not made twice', async () => {
  await bench.program('asked', LEAKY);
  await bench.snapshot('asked');
  const { dir } = (await bench.snapshot('asked')).recording;
  const { engines } = bench;
  const stopped = bench.ask('heapline/stopRecording', { dir });
  await bench.hear('heapline/recordingChanged', (info) => info.dir === dir && info.state === 'stopping');
  const report = await bench.ask('heapline/analyse', { recordingDir: dir });
  assert.deepEqual(plain((await stopped).findings), report.findings);
  assert.equal(bench.engines - engines, 1);
});

test('budgets: passed ones are told while it is recorded, also those that only snapshots tell', async () => {
  await bench.program('budgets', LEAKY);
  const folder = join(bench.folder, 'budgets');
  mkdirSync(join(folder, '.heapline'), { recursive: true });
  writeFileSync(
    join(folder, '.heapline', 'budgets.json'),
    '{ "version": 1, "budgets": { "heapUsed": { "warn": 1000, "alert": 2000 }, "ownerObjects": 5, "rss": "1B" } }',
  );
  const options = { mode: 'automatic', budgets: { written: { rss: 'off' }, folder } } as const;
  const { dir } = await bench.ask('heapline/startRecording', {
    target: 'budgets',
    folder: bench.folder,
    options,
  });
  const told = await bench.hear(
    'heapline/recordingChanged',
    (info) => info.dir === dir && Boolean(info.budgets?.some(({ budget }) => budget === 'ownerObjects')),
  );
  const heap = told.budgets!.find(({ budget }) => budget === 'heapUsed')!;
  assert.deepEqual([heap.level, heap.limit], ['alert', 2000]);
  assert.ok(!told.budgets!.some(({ budget }) => budget === 'rss'));
  const ended = await bench.ask('heapline/stopRecording', { dir });
  assert.deepEqual(
    plain(ended.budgets)!
      .map(({ budget, level }) => `${budget} ${level}`)
      .sort(),
    ended.findings!.budgets!.map(({ budget, level }) => `${budget} ${level}`).sort(),
  );
  const { budgets } = (await bench.ask('heapline/listRecordings', { folder: bench.folder })).find(
    (info) => info.dir === dir,
  )!;
  assert.equal(budgets?.length, ended.budgets!.length);
});
