/** Which snapshots are analysed before anybody asks, and what ends that. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { HeaplineError } from '../../../src/base/errors.ts';
import { Follower } from '../../../src/engine/follower.ts';
import type { SnapshotTotals } from '../../../src/protocol/tables.ts';

const TOTALS: SnapshotTotals = { nodeCount: 1, edgeCount: 1, totalSize: 1, classes: [] };
const LEAST = 100;

let folder: string;
let large: string;
let small: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heapline-follower-'));
  large = join(folder, 'large');
  small = join(folder, 'small');
  await writeFile(large, 'x'.repeat(LEAST));
  await writeFile(small, 'x');
});
after(() => rm(folder, { recursive: true, force: true }));

/** Answers when it is told to; `follow` and `whole` at once. */
class Worker {
  readonly asked: string[] = [];
  private readonly open = new Map<string, { resolve(value: unknown): void; reject(error: unknown): void }>();
  disposed = false;

  call = (method: string): Promise<never> => {
    this.asked.push(method);
    if (method === 'follow') return Promise.resolve(TOTALS as never);
    if (method === 'whole') return Promise.resolve(null as never);
    return new Promise((resolve, reject) => this.open.set(method, { resolve, reject }) as never);
  };

  async answer(method: string, value: unknown = null): Promise<void> {
    this.open.get(method)!.resolve(value);
    await turn();
  }

  dispose(): void {
    this.disposed = true;
    for (const { reject } of this.open.values()) reject(new HeaplineError('cancelled', 'Cancelled.'));
  }
}

function following(cores = 2) {
  const workers: Worker[] = [];
  const create = (): Worker => {
    workers.push(new Worker());
    return workers.at(-1)!;
  };
  return { follower: new Follower(create, cores, LEAST), workers };
}

test('a large one that was taken by hand, and the last; the worker goes when they are on disk', async () => {
  for (const reason of ['manual', 'end'] as const) {
    const { follower, workers } = following();
    follower.begin('part');
    assert.equal((await follower.whole(1, large, reason))?.nodes, 1);
    await turn();
    const [worker] = workers;
    assert.deepEqual(worker.asked, ['follow', 'whole', 'prepare']);
    await worker.answer('prepare', true);
    assert.deepEqual([worker.asked.at(-1), worker.disposed], ['settle', false]);
    await worker.answer('settle');
    await follower.settled();
    assert.equal(worker.disposed, true);
    assert.equal(await follower.analysing(large), undefined);
  }
});

test('none of the others: small ones, those of the schedule, and any where there is one core', async () => {
  for (const [cores, file, reason] of [
    [2, small, 'manual'],
    [2, join(folder, 'none'), 'end'],
    [2, large, 'schedule'],
    [2, large, 'warm-up'],
    [1, large, 'manual'],
  ] as const) {
    const { follower, workers } = following(cores);
    follower.begin('part');
    await follower.whole(1, file, reason);
    await turn();
    assert.ok(!workers[0].asked.includes('prepare'), `${cores} ${file} ${reason}`);
    assert.equal(workers[0].disposed, true);
  }
});

test('the next snapshot ends the analysis; what is nearly on disk is let go there', async () => {
  const { follower, workers } = following();
  follower.begin('part');
  await follower.whole(1, large, 'manual');
  await turn();
  follower.begin('part');
  assert.deepEqual([workers[0].disposed, workers.length], [true, 2]);
  await follower.settled();
  const other = join(folder, 'other');
  await writeFile(other, 'x'.repeat(LEAST));
  await follower.whole(2, other, 'manual');
  await turn();
  await workers[1].answer('prepare', true);
  follower.begin('part');
  assert.equal(workers[1].disposed, false);
  await workers[1].answer('settle');
  assert.equal(workers[1].disposed, true);
  follower.dispose();
  assert.ok(workers.every(({ disposed }) => disposed));
});

test('superseded before its totals are told, it is told and not analysed', async () => {
  const { follower, workers } = following();
  follower.begin('part');
  const told = follower.whole(1, large, 'manual');
  follower.begin('part');
  assert.ok(await told);
  await turn();
  assert.ok(!workers[0].asked.includes('prepare'));
  assert.equal(workers[0].disposed, true);
});

test('who asks meanwhile is answered by that worker, which stays until then', async () => {
  const { follower, workers } = following();
  follower.begin('part');
  await follower.whole(1, large, 'manual');
  const analysing = follower.analysing(large);
  await turn();
  await workers[0].answer('prepare', true);
  const engine = (await analysing)!;
  const answer = engine.call('heap/info', { file: large });
  await workers[0].answer('settle');
  assert.equal(workers[0].disposed, false);
  await workers[0].answer('heap/info', 'known');
  assert.equal(await answer, 'known');
  await follower.settled();
  assert.equal(workers[0].disposed, true);
});

test('without memory, or where it fails or ends, somebody else has to be asked', async () => {
  for (const end of ['no room', 'fails', 'ends'] as const) {
    const { follower, workers } = following();
    follower.begin('part');
    await follower.whole(1, large, 'manual');
    await turn();
    const analysing = follower.analysing(large);
    if (end === 'no room') await workers[0].answer('prepare', false);
    else if (end === 'fails') workers[0].dispose();
    else follower.dispose();
    assert.equal(await analysing, undefined);
    await follower.settled();
    assert.deepEqual([workers[0].disposed, workers[0].asked.includes('settle')], [true, false]);
  }
});

test('the last one of a recording that ended without one more: read anew, once', async () => {
  const { follower, workers } = following();
  follower.prepare(large);
  follower.prepare(large);
  follower.prepare(small);
  await turn();
  assert.deepEqual(
    workers.map(({ asked }) => asked),
    [['prepare']],
  );
  await workers[0].answer('prepare', true);
  await workers[0].answer('settle');
  await follower.settled();
  follower.dispose();
  follower.prepare(large);
  assert.equal(workers.length, 1);
});
