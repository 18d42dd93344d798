/** Recording a program that a debugger debugs: neither notices the other. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeaplineError } from '../../src/base/errors.ts';
import { Inspector } from '../../src/capture/inspector.ts';
import { readIdentity, readMemory } from '../../src/capture/light.ts';
import { type LiveOptions, LiveRecording } from '../../src/capture/live.ts';
import { reachTarget } from '../../src/capture/reach.ts';
import type { SnapshotProgress } from '../../src/capture/recorder-types.ts';
import { openRecording } from '../../src/recording/reader.ts';
import { Workshop } from '../support/capture.ts';
import { Debugged } from '../support/debugged.ts';
import { type NodeMajor, nodeBinary } from '../support/nodes.ts';
import { Programs } from '../support/programs.ts';

let shop: Workshop;
let program: string;
const programs = new Programs();
const open: { close(): Promise<void> }[] = [];

/** Line 8 is where a debugger may stop it; `busy` keeps it from its event loop. */
const PROGRAM = `
class Kept { constructor(n) { this.n = n; } }
globalThis.kept = [];
let n = 0;
function tick() {
  kept.push(new Kept(++n));
  const sum = n + kept.length;
  return sum; // here
}
globalThis.busy = 0;
setInterval(() => {
  tick();
  const end = Date.now() + busy;
  while (Date.now() < end) JSON.stringify({ n });
  if (globalThis.fail) { globalThis.fail = false; try { throw new Error('caught'); } catch {} }
}, Number(process.env.EVERY ?? 10));
if (process.env.ALONE) require('node:inspector').url = () => undefined;
if (process.env.APART) require('node:fs').existsSync = () => false;
if (process.env.BARE) require('node:fs').mkdtempSync = () => { throw new Error('none'); };
process.stdin.on('data', () => { console.log('listeners', process.listenerCount('exit')); process.exit(3); });
console.log('up');
`;

before(async () => {
  shop = await Workshop.open();
  program = await shop.file('kept.cjs', PROGRAM);
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
after(() => Promise.all([shop.close(), programs.close()]));

const WAYS = ['ALONE', 'APART', 'BARE'] as const;

/**
 * Starts the program under a debugger, and reaches it. `ALONE`: only through the proxy; `APART`: with another disk;
 * `BARE`: with none to write to.
 */
async function debugged(node: string, ...ways: (typeof WAYS)[number][]) {
  for (const way of WAYS) {
    if (ways.includes(way)) process.env[way] = '1';
    else delete process.env[way];
  }
  const target = await Debugged.start(node, [program]);
  open.push(target);
  while (!target.output.includes('up')) await sleep(5);
  const reached = await reachTarget(await target.proxy());
  open.push(reached.inspector);
  return { target, ...reached };
}

async function record(inspector: Inspector, options: Partial<LiveOptions> = {}) {
  const out = shop.nextOut();
  const progress: (SnapshotProgress | undefined)[] = [];
  const live = await LiveRecording.start(
    inspector,
    { out, version: '0', mode: 'manual', ...options },
    { onSnapshot: (one) => progress.push(one) },
  );
  return { live, out, progress };
}

/** Ids of the program's own objects in a snapshot. */
async function keptIds(out: string, file: string): Promise<Set<number>> {
  const { nodes, strings, snapshot } = JSON.parse(await readFile(join(out, file), 'utf8'));
  const { node_fields, node_types } = snapshot.meta;
  const object = node_types[0].indexOf('object');
  const ids = new Set<number>();
  for (let at = 0; at < nodes.length; at += node_fields.length)
    if (nodes[at] === object && strings[nodes[at + 1]] === 'Kept') ids.add(nodes[at + 2]);
  return ids;
}

/** What the debugger is used to still happens. */
async function debuggerWorks(target: Debugged): Promise<void> {
  let since = target.stops.length;
  await target.evaluate('fail = true');
  assert.equal((await target.paused(since)).reason, 'exception');
  await target.resume();
  since = target.stops.length;
  const breakpoint = await target.setBreakpoint(/kept\.cjs/, 8);
  assert.equal((await target.paused(since)).line, 8);
  since = target.stops.length;
  await target.client.send('Debugger.stepOver');
  assert.notEqual((await target.paused(since)).line, 8);
  await target.client.send('Debugger.removeBreakpoint', { breakpointId: breakpoint });
  await target.resume();
}

async function leftAsItWas(target: Debugged): Promise<void> {
  const left = await target.evaluate(
    `[process.listenerCount('exit'), Object.keys(globalThis).filter((name) => /heapline/.test(name)).length]`,
  );
  assert.deepEqual(left, [0, 0]);
}

const FORBIDDEN = [
  ...['Debugger.enable', 'Debugger.disable', 'Debugger.pause', 'Debugger.resume'],
  ...['HeapProfiler.disable', 'Runtime.disable', 'Runtime.enable'],
];

for (const major of [20, 22, 24] as NodeMajor[]) {
  for (const via of ['inspector', 'proxy'] as const) {
    describe(`debugged, on Node ${major}, through the ${via}`, () => {
      const ways = via === 'proxy' ? (['ALONE'] as const) : [];
      let node: string;
      before(async () => {
        node = await nodeBinary(major);
      });

      it('is recorded without a stop, and left as it was', async () => {
        const { target, inspector, via: way } = await debugged(node, ...ways);
        assert.equal(way, via);
        const { live, out, progress } = await record(inspector);
        const first = await live.takeSnapshot();
        assert.equal((await readdir(join(out, 'snapshots'))).includes('0001.heapsnapshot'), true);
        assert.deepEqual([first.index, first.reason], [1, 'manual']);
        await live.takeSnapshot();
        const outcome = await live.stop({ lastSnapshot: false });
        assert.deepEqual([outcome.reason, outcome.snapshots, outcome.failure], ['detached', 2, undefined]);
        assert.deepEqual(target.stops, []);
        assert.ok(progress.some((one) => one?.index === 2 && one.reason === 'manual'));
        assert.equal(progress.at(-1), undefined);
        const recording = await openRecording(out);
        assert.deepEqual(recording.problems, []);
        assert.ok(recording.scripts.some(({ url }) => url.endsWith('kept.cjs')));
        const [before, later] = await Promise.all(recording.snapshots.map(({ file }) => keptIds(out, file)));
        assert.ok(later.size > before.size && before.size > 0);
        for (const id of before) assert.ok(later.has(id));
        await leftAsItWas(target);
        await debuggerWorks(target);
        assert.ok((await readMemory(inspector)).rss > 1e6);
        assert.deepEqual(
          target.relayed.filter((method) => FORBIDDEN.includes(method)),
          [],
        );
      });

      it('at a breakpoint: the snapshot is taken there, and the program stays where it is', async () => {
        const { target, inspector } = await debugged(node, ...ways);
        await target.setBreakpoint(/kept\.cjs/, 8);
        await target.paused();
        const stops = [...target.stops];
        const { live } = await record(inspector);
        await live.takeSnapshot();
        const outcome = await live.stop();
        assert.deepEqual([outcome.snapshots, outcome.failure], [2, undefined]);
        assert.deepEqual(target.stops, stops);
        await target.client.send('Debugger.stepOver');
        assert.notEqual((await target.paused(stops.length)).line, 8);
      });

      it('at a breakpoint: nothing grows, so none is taken by schedule, nor is the time its own', async () => {
        const { target, inspector } = await debugged(node, ...ways);
        const seen: string[] = [];
        const out = shop.nextOut();
        const live = await LiveRecording.start(
          inspector,
          { out, version: '0', mode: 'automatic', every: 50, warmUp: 0 },
          { onEvent: ({ type }) => seen.push(type) },
        );
        /** Waits for so many events more of a type, and says how many snapshots came meanwhile. */
        const during = async (type: string, count: number): Promise<number> => {
          const from = seen.length;
          while (seen.slice(from).filter((one) => one === type).length < count) await sleep(5);
          return seen.slice(from).filter((one) => one === 'snapshot').length;
        };
        await during('snapshot', 2);
        const since = target.stops.length;
        const breakpoint = await target.setBreakpoint(/kept\.cjs/, 8);
        await target.paused(since);
        // What was under way, and its readings.
        await during('memory', 4);
        assert.equal(await during('memory', 6), 0);
        await during('stopped', 2);
        await target.client.send('Debugger.removeBreakpoint', { breakpointId: breakpoint });
        await target.resume();
        await during('snapshot', 2);
        await live.stop({ lastSnapshot: false });
        const { events, snapshots } = await openRecording(out);
        for (const { index, t, activeMs } of snapshots) {
          let others = 0;
          for (const event of events) {
            if (event.type === 'stopped' && event.t <= t) others += event.ms;
            if (event.type === 'snapshot' && event.index < index) others += event.pauseMs;
          }
          assert.ok(Math.abs(t - others - activeMs) < 0.01, `${index}: ${t} - ${others}, ${activeMs}`);
        }
      });

      it('in a busy loop, without a stop', async () => {
        const { target, inspector } = await debugged(node, ...ways);
        const { live } = await record(inspector);
        await target.evaluate('busy = 60_000');
        await sleep(50);
        const entry = await live.takeSnapshot();
        const outcome = await live.stop({ lastSnapshot: false });
        assert.deepEqual([entry.index, outcome.failure, target.stops.length], [1, undefined, 0]);
      });

      it('through the inspector alone, where the disk is another', async () => {
        const { target, inspector } = await debugged(node, ...ways, 'APART');
        const { live, out } = await record(inspector);
        await live.takeSnapshot();
        // A moment's loop does not wait for the event loop; a long one does.
        await target.evaluate('busy = 60_000');
        await sleep(50);
        await live.takeSnapshot();
        const outcome = await live.stop({ lastSnapshot: false });
        assert.deepEqual([outcome.snapshots, outcome.failure, target.stops.length], [2, undefined, 0]);
        const { snapshots, problems } = await openRecording(out);
        const [before, later] = await Promise.all(snapshots.map(({ file }) => keptIds(out, file)));
        assert.ok(before.size > 0);
        for (const id of before) assert.ok(later.has(id));
        assert.deepEqual(problems, []);
      });

      it('the debugger kills it: what is whole is kept', async () => {
        const { target, inspector } = await debugged(node, ...ways);
        const { live, out } = await record(inspector);
        await live.takeSnapshot();
        target.child.kill('SIGKILL');
        const outcome = await live.done;
        assert.deepEqual([outcome.reason, outcome.snapshots], ['target-gone', 1]);
        await assert.rejects(live.takeSnapshot(), (error) => HeaplineError.is(error));
        const { problems, manifest } = await openRecording(out);
        assert.deepEqual(problems, []);
        // Through the debugger it could not have told of an end of its own.
        assert.equal(manifest.end?.cause, via === 'inspector' ? 'killed' : undefined);
      });

      for (const lastSnapshot of [true, false]) {
        it(`the debugger kills it as we are told to stop, ${lastSnapshot}: it is gone`, async () => {
          const { target, inspector } = await debugged(node, ...ways);
          const { live } = await record(inspector);
          await live.takeSnapshot();
          const ended = once(target.child, 'exit');
          target.child.kill('SIGKILL');
          await ended;
          assert.equal((await live.stop({ lastSnapshot })).reason, 'target-gone');
        });
      }
    });
  }

  describe(`debugged, on Node ${major}`, () => {
    let node: string;
    before(async () => {
      node = await nodeBinary(major);
    });

    it('has a heap that is full: that is why it ended', async () => {
      // Under a debugger V8 pauses it instead, before it is too late.
      const source = `const kept = [];
        setInterval(() => {
          for (let i = 0; i < 300; i++) kept.push({ i, more: [i, i, i], text: 'x'.repeat(200) + i });
        }, 5);`;
      const program = await programs.start(`full-${major}`, source, node, ['--max-old-space-size=40']);
      const inspector = await Inspector.connect(program.inspector);
      open.push(inspector);
      const { live, out } = await record(inspector);
      assert.equal((await live.done).reason, 'target-gone');
      const { manifest, events } = await openRecording(out);
      assert.equal(manifest.end?.cause, 'heap-full');
      const notes = events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
      assert.match(
        notes.join(),
        /most likely out of heap: it used [\d.]+ MB of the 41\.9 MB that V8 allows it/,
      );
    });

    it('waits at its end for a last snapshot, which the debugger does not see', async () => {
      const { target, inspector } = await debugged(node);
      const { live, out } = await record(inspector);
      const ended = once(target.child, 'close');
      target.child.stdin!.write('x');
      const outcome = await live.done;
      assert.deepEqual([outcome.reason, outcome.exitCode, outcome.failure], ['exit', 3, undefined]);
      assert.deepEqual(
        (await openRecording(out)).snapshots.map(({ reason }) => reason),
        ['end'],
      );
      assert.deepEqual([target.stops, (await ended)[0]], [[], 3]);
    });

    it('is paused in its own code, not in our questions that run first', async () => {
      process.env.EVERY = '1500';
      const { target, inspector } = await debugged(node).finally(() => delete process.env.EVERY);
      const { live } = await record(inspector);
      for (let times = 0; times < 3; times++) {
        const since = target.stops.length;
        const paused = target.paused(since);
        let came: Awaited<typeof paused> | undefined;
        // One that is asked for while our session within the program ends is lost, as the README says.
        while (!came) {
          await target.client.send('Debugger.pause');
          // Where the program stands in that question, there is no answer before it goes on.
          void readMemory(inspector);
          came = await Promise.race([paused, sleep(4000, undefined)]);
        }
        const { urls } = came;
        assert.ok(urls?.length && !/^$|^heapline:(call|light)/.test(urls[0]), urls?.join());
        await target.resume();
      }
      await live.stop({ lastSnapshot: false });
    });

    it('ends although a connection is open that records nothing', async () => {
      const { target } = await debugged(node);
      const ended = once(target.child, 'close');
      target.child.stdin!.write('x');
      assert.equal((await ended)[0], 3);
    });

    it('a snapshot that is cancelled leaves nothing, and the recording goes on', async () => {
      for (const ways of [[], ['APART']] as const) {
        const { target, inspector } = await debugged(node, ...ways);
        const { live, out } = await record(inspector);
        const cancel = new AbortController();
        const attempt = live.takeSnapshot(cancel.signal);
        const settled = assert.rejects(attempt, (error) => HeaplineError.is(error, 'cancelled'));
        while (!(await readdir(join(out, 'snapshots'))).length) await sleep(1);
        cancel.abort();
        await settled;
        const entry = await live.takeSnapshot();
        assert.equal(entry.index, 1);
        const outcome = await live.stop({ lastSnapshot: false });
        assert.deepEqual([outcome.snapshots, outcome.failure], [1, undefined]);
        assert.deepEqual(await readdir(join(out, 'snapshots')), ['0001.heapsnapshot']);
        JSON.parse(await readFile(join(out, entry.file), 'utf8'));
        await leftAsItWas(target);
      }
    });

    it('a snapshot that can only wait says so, and can be cancelled', { skip: major < 22 }, async () => {
      const { target, inspector } = await debugged(node, 'APART', 'BARE');
      const { live, out, progress } = await record(inspector);
      await target.evaluate('busy = 5000');
      await sleep(50);
      const cancel = new AbortController();
      const attempt = live.takeSnapshot(cancel.signal);
      const settled = assert.rejects(attempt, (error) => HeaplineError.is(error, 'cancelled'));
      while (progress.at(-1)?.phase !== 'waiting') await sleep(5);
      cancel.abort();
      await settled;
      await target.evaluate('busy = 0');
      // The one that was given up is taken all the same; this one is not made of its pieces.
      const { index, file } = await live.takeSnapshot();
      assert.equal(index, 1);
      assert.ok((await keptIds(out, file)).size > 0);
      const outcome = await live.stop({ lastSnapshot: false });
      assert.deepEqual([outcome.snapshots, outcome.failure, target.stops.length], [1, undefined, 0]);
      assert.deepEqual(await readdir(join(out, 'snapshots')), ['0001.heapsnapshot']);
    });

    it('is given up at once, and left as it was', async () => {
      const { target, inspector } = await debugged(node);
      const { live, out } = await record(inspector);
      const attempt = live.takeSnapshot();
      const settled = assert.rejects(attempt, (error) => HeaplineError.is(error, 'cancelled'));
      const outcome = await live.abandon();
      await settled;
      assert.deepEqual([outcome.reason, outcome.snapshots], ['cancelled', 0]);
      await readMemory(inspector);
      await leftAsItWas(target);
      assert.equal((await openRecording(out)).manifest.end?.reason, 'cancelled');
    });

    it('goes over from manual to automatic, and back', async () => {
      const { inspector } = await debugged(node);
      const { live, out } = await record(inspector);
      await sleep(600);
      live.setMode('automatic', { every: 100, snapshots: 3 });
      const outcome = await live.done;
      assert.deepEqual([outcome.reason, outcome.snapshots], ['detached', 3]);
      const { snapshots } = await openRecording(out);
      assert.deepEqual(
        snapshots.map(({ reason }) => reason),
        ['interval', 'interval', 'interval'],
      );
      assert.ok(snapshots[0].t >= 600);
    });
  });
}

describe('a target', () => {
  it('tells who it is and what it uses', async () => {
    const { target, inspector } = await debugged(process.execPath);
    const identity = await readIdentity(inspector);
    assert.deepEqual(
      [identity.pid, identity.version, identity.isMainThread, identity.threadId, identity.url],
      [target.child.pid, process.version, true, 0, target.url],
    );
    assert.ok(identity.heapLimit! > 1e7);
    const memory = await readMemory(inspector);
    assert.ok(memory.heapUsed > 1e6 && memory.heapTotal >= memory.heapUsed && memory.rss > memory.heapUsed);
  });

  it('is never taken for another at the same port', async () => {
    const one = await Debugged.start(process.execPath, [program]);
    const other = await Debugged.start(process.execPath, [program]);
    open.push(one, other);
    await one.evaluate(`process.getBuiltinModule('inspector').url = () => '${other.url}'`);
    const reached = await reachTarget(await one.proxy());
    open.push(reached.inspector);
    assert.equal(reached.via, 'proxy');
    assert.equal((await readIdentity(reached.inspector)).pid, one.child.pid);
  });
});
