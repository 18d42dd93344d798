import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { HeaplineError } from '../../../src/base/errors.ts';
import type { ProgressReading } from '../../../src/base/progress.ts';
import { Inspector } from '../../../src/capture/inspector.ts';
import { nodeBinary } from '../../support/nodes.ts';
import { LEAKY, TURN } from '../../support/programs.ts';
import { until } from '../../support/until.ts';
import { Bench } from './support.ts';

const bench = new Bench();
after(() => bench.close());

const STORES = LEAKY.split('\n').findIndex((line) => line.includes('history.push')) + 1;
const failsAs = (code: string, text: RegExp) => (error: Error) =>
  HeaplineError.is(error, code as never) && text.test(error.message);

for (const major of [20, 24] as const) {
  test(`Node ${major}: watched while it is recorded, after that, and no longer when it is let go`, async () => {
    const name = `watched-${major}`;
    const program = await bench.program(name, LEAKY, await nodeBinary(major));
    const options = { mode: 'automatic', interval: 200, warmUp: 100 } as const;
    const { dir } = await bench.ask('heapline/startRecording', {
      target: name,
      folder: bench.folder,
      options,
    });
    const live = await bench.hear(
      'heapline/recordingChanged',
      (info) => info.dir === dir && info.findings?.verdict === 'leak',
    );
    const [finding] = live.findings!.findings;
    assert.equal(finding.kind, 'array');

    const readings: ProgressReading[] = [];
    const seen = await bench.ask(
      'heapline/watch',
      { dir, finding: finding.id, seconds: 1 },
      { report: (reading) => readings.push(reading) },
    );
    assert.ok(seen.inserts > 0 && seen.removes === 0 && seen.unseen === 0, JSON.stringify(seen));
    const [first, ...others] = seen.sites;
    assert.deepEqual(others, []);
    assert.equal(first.count, seen.inserts);
    assert.equal(first.share, 1);
    assert.deepEqual([first.site.line, first.site.function], [STORES, 'remember']);
    assert.ok(first.site.path!.startsWith(bench.programs.folder));
    assert.deepEqual(first.user, first.site);
    assert.equal(first.stack[1].line, STORES + 2);
    assert.equal(seen.end, 'time');
    assert.ok(readings.at(-1)!.done > 0);

    const ended = await bench.ask('heapline/stopRecording', { dir });
    const after = ended.findings!.findings[0];
    // What was watched is in the verdict.
    assert.deepEqual(after.proof, seen);
    assert.match(after.storeSite!.evidence!, /^proof: /);
    const told = bench.told.length;
    const cancel = new AbortController();
    const watching = bench.ask(
      'heapline/watch',
      { dir, finding: after.id, seconds: 600 },
      { signal: cancel.signal, report: ({ done }) => done && cancel.abort() },
    );
    await assert.rejects(
      bench.ask('heapline/watch', { dir, finding: after.id, seconds: 600 }),
      failsAs('usage', /already/),
    );
    const stopped = await watching;
    assert.equal(stopped.end, 'stopped');
    assert.equal(stopped.sites[0].site.line, STORES);
    // Also what is watched later: told by itself, and kept.
    const proved = await bench.hear(
      'heapline/recordingChanged',
      (info) => info.dir === dir && info.findings?.findings[0].proof?.end === 'stopped',
      told,
    );
    assert.deepEqual(proved.findings!.findings[0].proof, stopped);
    const { findings } = await bench.ask('heapline/analyse', { recordingDir: dir });
    assert.deepEqual(proved.findings, findings);
    await assert.rejects(
      bench.ask('heapline/watch', { dir, finding: 'none', seconds: 1 }),
      failsAs('not-found', /no longer names/),
    );

    // The next recording takes its place: what was left of the first is gone before it begins.
    const next = await bench.start(name);
    await assert.rejects(
      bench.ask('heapline/watch', { dir, finding: after.id, seconds: 1 }),
      failsAs('target-gone', /let go/),
    );
    await bench.ask('heapline/stopRecording', { dir: next.dir, discard: true });
    assert.equal(program.child.exitCode, null);
  });
}

test('ids that another client has reset name nothing any more', async () => {
  const program = await bench.program('reset', LEAKY);
  const { dir } = await bench.snapshots('reset', program, 5);
  const { findings } = await bench.ask('heapline/stopRecording', { dir });
  // Whoever hangs up does so.
  await (await Inspector.connect(program.inspector)).close();
  await until('the reset', () =>
    bench
      .ask('heapline/watch', { dir, finding: findings!.findings[0].id, seconds: 0 })
      .then(() => false, failsAs('not-found', /reset/)),
  );
});

test('a program that ends amid it: what was seen by then', async () => {
  const program = await bench.program('ends', LEAKY);
  const { dir } = await bench.snapshots('ends', program, 5);
  const ended = await bench.ask('heapline/stopRecording', { dir });
  const finding = ended.findings!.findings[0].id;
  const seen = await bench.ask(
    'heapline/watch',
    { dir, finding, seconds: 600 },
    { report: ({ done }) => done && program.child.kill('SIGKILL') },
  );
  assert.equal(seen.end, 'target-gone');
  assert.equal(seen.sites[0].site.line, STORES);
  await assert.rejects(
    bench.ask('heapline/watch', { dir, finding, seconds: 1 }),
    failsAs('target-gone', /ended/),
  );
});

test('kinds of containers', async () => {
  const program = `
const { EventEmitter } = require('node:events');
class History extends Array {}
const bus = new EventEmitter().setMaxListeners(0);
const held = { map: new Map(), set: new Set(), list: new History(), byIndex: [], plain: {} };
function subscribe(n) { const big = { n, text: 'x'.repeat(200) + n }; bus.on('data', () => big); }
const make = (n) => ({ n, text: 'x'.repeat(200) + n });
let n = 0;
setInterval(() => {
  for (let i = 0; i < 10; i++, n++) {
    held.map.set(n, make(n));
    held.set.add(make(n));
    held.list.push(make(n));
    held.byIndex[held.byIndex.length] = make(n);
    held.plain['key' + n] = make(n);
    subscribe(n);
  }
  ${TURN}
}, 20);
process.stdin.on('end', () => process.exit(0)).resume();
Object.assign(globalThis, { held, bus });
`;
  const lineOf = (text: string): number => program.split('\n').findIndex((line) => line.includes(text)) + 1;
  const { dir } = await bench.snapshots('kinds', await bench.program('kinds', program), 6);
  const { findings } = (await bench.ask('heapline/stopRecording', { dir })).findings!;
  const told: Record<string, unknown> = {};
  for (const { id, owner } of findings) {
    const seen = await bench
      .ask('heapline/watch', { dir, finding: id, seconds: 0 })
      .catch((error) => error.code);
    const name = owner.name.split('.').at(-1)!;
    told[name] = seen.sites ? (seen.sites[0]?.site.line ?? [seen.inserts > 0, seen.unseen > 0]) : seen;
  }
  assert.deepEqual(told, {
    map: lineOf('map.set('),
    set: lineOf('set.add('),
    list: lineOf('list.push('),
    byIndex: [false, true],
    // By its keys: what stands in for such an object would be seen.
    plain: [true, false],
    bus: lineOf("bus.on('data'"),
  });
});
