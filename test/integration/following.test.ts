/** Snapshots that are read while they are written: by real programs, whole, given up, or cut off. */
import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { SnapshotFollower } from '../../src/capture/recorder-types.ts';
import { EngineClient } from '../../src/engine/client.ts';
import { Follower } from '../../src/engine/follower.ts';
import type { Recording } from '../../src/recording/reader.ts';
import { ofType, Workshop } from '../support/capture.ts';
import { summarise } from '../support/fresh.ts';
import { PROJECT } from '../support/heapline.ts';
import { nodeBinary } from '../support/nodes.ts';

let shop: Workshop;
before(async () => {
  shop = await Workshop.open();
});
after(() => shop.close());

/** Keeps a thousand messages a step, ten steps a second. */
const AGENT = `
class Message { constructor(i) { this.text = 'message ' + i; } }
const history = (globalThis.history = []);
let step = 0;
const timer = setInterval(() => {
  for (let i = 0; i < 1000; i++) history.push(new Message(i));
  performance.mark('heapline.step');
  if (++step === Number(process.env.STEPS ?? 20)) clearInterval(timer);
}, 100);
`;

/** Counts the workers that were started and are not ended. */
class Engines {
  started = 0;
  open = 0;

  create = (): EngineClient => {
    const engine = new EngineClient(pathToFileURL(join(PROJECT, 'dist', 'engine-worker.js')));
    this.started++;
    this.open++;
    const dispose = engine.dispose.bind(engine);
    engine.dispose = () => {
      this.open--;
      dispose();
    };
    return engine;
  };
}

/** Acts when a snapshot's file begins to be written. */
function onBegin(follower: Follower, act: (begun: number) => void): SnapshotFollower {
  let begun = 0;
  return {
    begin(file) {
      follower.begin(file);
      act(++begun);
    },
    whole: (index, file, reason) => follower.whole(index, file, reason),
    giveUp: () => follower.giveUp(),
  };
}

async function assertTold({ dir, snapshots }: Recording): Promise<void> {
  for (const { file, totals } of snapshots) {
    const summary = await summarise(join(dir, file));
    assert.deepEqual(
      [totals?.nodes, totals?.edges, totals?.size],
      [summary.nodeCount, summary.edgeCount, summary.totalSize],
    );
  }
}

for (const major of [20, 24] as const) {
  describe(`on Node ${major}`, () => {
    it('each snapshot is told with what it holds and gained', async () => {
      const engines = new Engines();
      const follower = new Follower(engines.create, 2);
      const node = await nodeBinary(major);
      const { recording } = await shop.run(
        [node, await shop.file('agent.cjs', AGENT)],
        { every: 500 },
        () => {},
        {
          follower,
        },
      );
      assert.ok(recording.snapshots.length >= 3);
      await assertTold(recording);
      const told = ofType(recording, 'totals');
      assert.deepEqual(
        told.map(({ index, since }) => [index, since]),
        recording.snapshots.map(({ index }) => [index, index > 1 ? index - 1 : undefined]),
      );
      const [, { gains, gained, size }] = told;
      const message = gains?.find(({ className }) => className === 'Message');
      assert.ok(message && message.count >= 1000 && message.count % 1000 === 0, JSON.stringify(gains));
      assert.equal(gained, size - told[0].size);
      assert.equal(engines.started, recording.snapshots.length);
      assert.equal(engines.open, 0);
    });

    it('a program that dies amid a snapshot: what was whole is told, and nothing waits', async () => {
      const engines = new Engines();
      let pid = 0;
      const follower = new Follower(engines.create, 2);
      const { recording, outcome } = await shop.run(
        [await nodeBinary(major), await shop.file('agent.cjs', AGENT)],
        { every: 300 },
        (event) => {
          if (event.type === 'process' && event.role === 'target') pid = event.pid;
        },
        {
          follower: onBegin(follower, (begun) => {
            if (begun === 2) setTimeout(() => process.kill(pid, 'SIGKILL'), 30);
          }),
        },
      );
      assert.equal(outcome.snapshots, 1);
      assert.equal(ofType(recording, 'totals').length, 1);
      await assertTold(recording);
      assert.deepEqual(await readdir(join(recording.dir, 'snapshots')), ['0001.heapsnapshot']);
      assert.equal(engines.open, 0);
    });
  });
}

it('with one core a snapshot is read when it is whole', async () => {
  const engines = new Engines();
  const follower = new Follower(engines.create, 1);
  const hooks = { follower: onBegin(follower, () => assert.equal(engines.open, 0)) };
  const { recording } = await shop.run(['node', await shop.file('agent.cjs', AGENT)], {}, () => {}, hooks);
  await assertTold(recording);
  assert.ok(recording.snapshots.length > 0);
  assert.equal(engines.open, 0);
});

it('a full disk: the snapshot is not told, the program goes on', {
  skip: process.platform !== 'linux',
}, async () => {
  const engines = new Engines();
  const out = shop.nextOut();
  const follower = new Follower(engines.create, 2);
  const { recording, outcome } = await shop.run(
    ['node', await shop.file('agent.cjs', AGENT)],
    { out, every: 300 },
    (event) => {
      if (event.type === 'snapshot' && event.index === 1)
        symlinkSync('/dev/full', join(out, 'snapshots/0002.heapsnapshot.part'));
    },
    { follower },
  );
  assert.equal(outcome.exitCode, 0);
  assert.equal(outcome.failure?.code, 'disk-full');
  assert.deepEqual(
    ofType(recording, 'totals').map(({ index }) => index),
    [1],
  );
  assert.equal(engines.open, 0);
});

it('snapshots that are dropped again were told; those that stay are told still', async () => {
  const engines = new Engines();
  const follower = new Follower(engines.create, 2);
  const { recording } = await shop.run(
    ['node', await shop.file('agent.cjs', AGENT)],
    { every: 300, snapshots: 2 },
    () => {},
    { follower },
  );
  const dropped = ofType(recording, 'snapshot-dropped');
  assert.ok(dropped.length > 0);
  assert.equal(recording.snapshots.length, 2);
  await assertTold(recording);
  assert.equal(ofType(recording, 'totals').length, 2 + dropped.length);
  assert.equal(engines.open, 0);
});

/** A snapshot of some 40 MB; ends by itself. */
const LARGE = `
class Message { constructor(i) { this.text = 'message ' + i; this.meta = { id: i, tags: [i % 97] }; } }
globalThis.history = Array.from({ length: 150000 }, (_, i) => new Message(i));
const timer = setInterval(() => performance.mark('heapline.step'), 100);
setTimeout(() => clearInterval(timer), 3000);
`;

it('the last of the large ones opens at once, and none of those before', async () => {
  const engines = new Engines();
  const follower = new Follower(engines.create, 2);
  const program = ['node', await shop.file('large.cjs', LARGE)];
  const { recording } = await shop.run(program, { every: 1000 }, () => {}, { follower });
  const { snapshots, dir } = recording;
  assert.ok(snapshots.length > 1 && snapshots.every(({ bytes }) => bytes > 20e6));
  await follower.settled();
  assert.equal(engines.open, 0);
  const last = snapshots.at(-1)!;
  const name = last.file.replace(/^.*\/(\d+)\..*$/, '$1.columns');
  assert.deepEqual(await readdir(join(dir, 'cache')), ['.gitignore', name]);

  const engine = engines.create();
  const phases: string[] = [];
  const file = join(dir, last.file);
  const { classes } = await engine.call('summary', { file }, { report: ({ phase }) => phases.push(phase) });
  engine.dispose();
  assert.ok(!phases.includes('reading'), phases.join());
  assert.deepEqual(classes, (await summarise(file)).classes);
});
