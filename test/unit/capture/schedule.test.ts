import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { leastMissed, Schedule, type ScheduleOptions, type Taken } from '../../../src/capture/schedule.ts';
import type { SnapshotReason } from '../../../src/protocol/recording.ts';

interface Program {
  /** Its own running time. */
  ms: number;
  /** Bytes of live heap at a time. */
  heap?: (activeMs: number) => number;
  stepMs?: number;
  /** Milliseconds of pause and file bytes per MB of heap; those of an idle machine unless told. */
  pausePerMB?: number;
}

interface Played {
  kept: Taken[];
  taken: Taken[];
  pausedMs: number;
  /** Most bytes that lay on disk at any time. */
  peakBytes: number;
}

/** Runs a program on a fake clock, sampled often at first and ever more rarely, with snapshots as they fall due. */
function play(program: Program, options: ScheduleOptions = {}): Played {
  const { ms, heap = () => 10e6, stepMs, pausePerMB = 50 } = program;
  const schedule = new Schedule(options);
  const taken: Taken[] = [];
  let kept: Taken[] = [];
  let pausedMs = 0;
  let peakBytes = 0;
  let steps = 0;
  const snapshot = (activeMs: number, reason: SnapshotReason): void => {
    const heapUsed = heap(activeMs);
    const moment = { activeMs, elapsedMs: activeMs + pausedMs, steps, heapUsed };
    const room = schedule.makeRoom(moment, reason);
    if (!room) return;
    kept = kept.filter(({ index }) => !room.drop.includes(index));
    const bytes = heapUsed * 1.5;
    assert.ok(bytes <= room.limit);
    const pauseMs = (heapUsed / 1e6) * pausePerMB;
    const snapshot = { ...moment, index: taken.length + 1, bytes, pauseMs, reason };
    taken.push(snapshot);
    kept.push(snapshot);
    pausedMs += pauseMs;
    peakBytes = Math.max(
      peakBytes,
      kept.reduce((sum, one) => sum + one.bytes, 0),
    );
    const drop = schedule.add(snapshot);
    kept = kept.filter(({ index }) => !drop.includes(index));
  };
  for (let activeMs = 50; activeMs < ms; activeMs += Math.max(50, activeMs / 2000)) {
    const now = { activeMs, elapsedMs: activeMs + pausedMs, steps, heapUsed: heap(activeMs) };
    while (stepMs && (steps + 1) * stepMs <= activeMs) {
      steps++;
      const reason = schedule.dueAtStep({ ...now, steps });
      if (reason) snapshot(activeMs, reason);
    }
    const reason = schedule.due({ ...now, steps, elapsedMs: activeMs + pausedMs }, true);
    if (reason) snapshot(activeMs, reason);
  }
  snapshot(ms, 'end');
  return { kept, taken, pausedMs, peakBytes };
}

/** The widest gap between neighbours, as a share of the run. */
function widestGap(kept: Taken[], by: (one: Taken) => number): number {
  const at = kept.map(by);
  return Math.max(...at.slice(1).map((value, i) => value - at[i])) / at.at(-1)!;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe('the default schedule', () => {
  for (const [name, ms, least, most] of [
    ['0.8 s', 800, 4, 6],
    ['3 s', 3000, 8, 10],
    ['one minute', MINUTE, 9, 10],
    ['two days', 2 * DAY, 9, 10],
  ] as const) {
    it(`spreads ${least} to ${most} snapshots over a run of ${name}`, () => {
      const { kept, taken } = play({ ms });
      assert.ok(kept.length >= least && kept.length <= most, `${kept.length} kept`);
      assert.equal(kept[0], taken[0]);
      assert.equal(kept[0].reason, 'warm-up');
      assert.ok(kept[0].activeMs <= 300);
      assert.equal(kept.at(-1)?.reason, 'end');
      assert.ok(widestGap(kept, (one) => one.activeMs) < 0.34);
      assert.ok(taken.length < 110, `${taken.length} taken`);
    });
  }

  it('gives a run that ends at once its last one', () => {
    assert.deepEqual(
      play({ ms: 20 }).kept.map(({ reason }) => reason),
      ['end'],
    );
  });

  it('pauses at most a minute early, and then a fifth of the time', () => {
    // 2 GB of heap: 100 s for a snapshot.
    const long = play(
      { ms: 4 * 60 * MINUTE, heap: (t) => Math.min(2e9, 50e6 + t * 10_000) },
      { diskBudget: 1e12 },
    );
    const before = long.taken.slice(0, -1);
    const paused = before.reduce((sum, { pauseMs }) => sum + pauseMs, 0);
    assert.ok(paused <= 0.2 * (before.at(-1)!.elapsedMs + 110_000), `${paused}`);
    assert.ok(long.kept.length >= 3);
    const short = play({ ms: 5000, heap: () => 100e6 });
    assert.ok(short.kept.length >= 3);
    // 5 s each, and the last one always.
    assert.ok(short.pausedMs <= 10_000 + 4 * 5000 + 5000, `${short.pausedMs}`);
  });

  it('takes enough for a verdict of a heap that grows fast on a busy machine', () => {
    // From 20 to 250 MB in 14 s, and three times the pauses: a heap three times as large, as far as that goes.
    const { kept } = play({ ms: 14_000, heap: (t) => 3 * (20e6 + t * 16_500) }, { diskBudget: 1e12 });
    assert.ok(kept.length >= 6, `${kept.length}`);
    const gaps = kept.slice(1).map(({ activeMs }, i) => activeMs - kept[i].activeMs);
    assert.ok(Math.max(...gaps) < 0.6 * 14_000, gaps.join());
  });

  it('never passes the disk budget, and keeps the first and the last', () => {
    const { kept, peakBytes, taken } = play({ ms: 2 * DAY, heap: (t) => 20e6 + t * 2 }, { diskBudget: 1e9 });
    assert.ok(peakBytes <= 1e9);
    assert.equal(kept[0], taken[0]);
    assert.ok(kept.length >= 3);
    assert.equal(kept.at(-1)?.reason, 'end');
    const tight = play({ ms: 10_000, heap: () => 100e6 }, { diskBudget: 320e6 });
    assert.ok(tight.peakBytes <= 320e6);
    assert.deepEqual(
      tight.kept.map(({ reason }) => reason),
      ['warm-up', 'end'],
    );
  });

  it('takes a pause budget of its own, in short runs too, past the first two and the last', () => {
    const { taken } = play({ ms: 60 * MINUTE, heap: () => 200e6 }, { pauseBudget: 0.02 });
    const paused = taken.slice(0, -1).reduce((sum, { pauseMs }) => sum + pauseMs, 0);
    assert.ok(paused <= 0.02 * 60 * MINUTE * 1.05, `${paused}`);
    assert.equal(play({ ms: 5000 }, { pauseBudget: 0.02 }).taken.length, 3);
  });

  it('takes the last one where the disk budget has room for it, though garbage makes the heap look large', () => {
    const heap = (t: number): number => (t < 9900 ? 20e6 : 29e6);
    const schedule = new Schedule({ diskBudget: 70e6 });
    const moment = { activeMs: 300, elapsedMs: 300, steps: 0, heapUsed: heap(300) };
    assert.ok(schedule.makeRoom(moment, 'warm-up'));
    schedule.add({ ...moment, index: 1, bytes: 30e6, pauseMs: 100, reason: 'warm-up' });
    const later = { ...moment, activeMs: 10_000, elapsedMs: 10_100, heapUsed: heap(10_000) };
    assert.equal(schedule.makeRoom(later, 'schedule'), undefined);
    assert.deepEqual(schedule.makeRoom(later, 'end'), { drop: [], limit: 40e6 });
  });
});

describe('with steps known', () => {
  it('takes each of a few', () => {
    const { kept } = play({ ms: 6 * 10_000, stepMs: 10_000 });
    assert.deepEqual(
      kept.filter(({ reason }) => reason === 'step').map(({ steps }) => steps),
      [1, 2, 3, 4, 5],
    );
  });

  it('keeps one from before the first, and takes few there when steps are to come', () => {
    const program = { ms: 30_000, stepMs: 8000 };
    const { kept, taken } = play(program, { stepsToCome: true });
    assert.deepEqual(
      kept.map(({ steps, reason }) => [steps, reason]),
      [
        [0, 'warm-up'],
        [1, 'step'],
        [2, 'step'],
        [3, 'step'],
        [3, 'end'],
      ],
    );
    assert.ok(taken.length < play(program).taken.length);
  });

  it('thins many, evenly by steps', () => {
    const { kept, taken } = play({ ms: 1000 * 500, stepMs: 500 });
    assert.ok(kept.length >= 8 && kept.length <= 10, `${kept.length}`);
    assert.ok(widestGap(kept, (one) => one.steps) < 0.34);
    assert.ok(taken.length < 60);
  });

  it('is not carried away by steps of a millisecond', () => {
    const { taken, kept } = play({ ms: 20_000, stepMs: 1 });
    assert.ok(taken.length < 60, `${taken.length}`);
    assert.ok(kept.length >= 5);
  });
});

describe('a schedule that the user asked for', () => {
  it('keeps so many snapshots', () => {
    for (const snapshots of [3, 5, 20]) {
      const { kept } = play({ ms: 10 * MINUTE }, { snapshots });
      assert.ok(kept.length <= snapshots && kept.length >= snapshots * 0.7, `${kept.length} of ${snapshots}`);
      assert.equal(kept.at(-1)?.reason, 'end');
    }
  });

  it('by interval, of the own time', () => {
    const { kept } = play({ ms: 10_000 }, { every: 1000 });
    assert.deepEqual(
      kept.map(({ activeMs }) => Math.round(activeMs / 100) * 100),
      [1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000],
    );
  });

  it('by steps', () => {
    const { kept } = play({ ms: 10_400, stepMs: 1000 }, { everySteps: 3 });
    assert.deepEqual(
      kept.map(({ steps, reason }) => [steps, reason]),
      [
        [3, 'step'],
        [6, 'step'],
        [9, 'step'],
        [10, 'end'],
      ],
    );
  });

  it('on growth since the last', () => {
    const { kept } = play(
      { ms: 100_000, heap: (t) => (t < 50_000 ? 10e6 : 16e6) },
      { every: 30_000, onGrowth: 0.5 },
    );
    assert.deepEqual(
      kept.map(({ activeMs, reason }) => [Math.round(activeMs / 1000), reason]),
      [
        [30, 'interval'],
        [50, 'growth'],
        [80, 'interval'],
        [100, 'end'],
      ],
    );
  });
});

describe('a schedule that a user steers', () => {
  const at = (activeMs: number, heapUsed = 10e6, heapLimit?: number) => ({
    activeMs,
    elapsedMs: activeMs,
    steps: 0,
    heapUsed,
    heapLimit,
  });
  const taken = (activeMs: number, index: number, reason: SnapshotReason = 'schedule'): Taken => ({
    ...at(activeMs),
    index,
    bytes: 1e6,
    pauseMs: 1,
    reason,
  });

  it('begins after the warm-up, whatever it is', () => {
    for (const options of [{}, { every: 1000 }, { everySteps: 1 }, { onGrowth: 0.1 }]) {
      const schedule = new Schedule({ ...options, warmUp: 3000 });
      assert.equal(schedule.due(at(2900), true), undefined);
      assert.equal(schedule.dueAtStep({ ...at(2900), steps: 4 }), undefined);
      assert.equal(schedule.due(at(3000), true), 'warm-up');
      schedule.add(taken(3000, 1, 'warm-up'));
      assert.equal(schedule.due(at(3001), true), undefined);
    }
    assert.equal(new Schedule({ every: 1000, warmUp: 0 }).due(at(0), false), 'warm-up');
    assert.equal(new Schedule({ warmUp: 0 }).due(at(0), false), 'warm-up');
  });

  it('takes one each time that the heap comes near its limit', () => {
    const schedule = new Schedule({ every: 1e9, beforeLimit: 0.8 });
    const near = (heapUsed: number) => schedule.due(at(1, heapUsed, 100e6), false);
    assert.deepEqual([70e6, 81e6, 90e6, 79e6, 85e6, 60e6, 85e6].map(near), [
      undefined,
      'limit',
      undefined,
      undefined,
      undefined,
      undefined,
      'limit',
    ]);
    assert.equal(new Schedule({ every: 1e9, beforeLimit: 0.8 }).due(at(1, 90e6), false), undefined);
  });

  it('goes on by another', () => {
    const schedule = new Schedule({ every: 1000 });
    schedule.add(taken(1000, 1));
    schedule.change({ every: 5000 });
    assert.equal(schedule.due(at(2500), false), undefined);
    assert.equal(schedule.due(at(6000), false), 'interval');
  });

  it('keeps all that were asked for by hand', () => {
    const schedule = new Schedule({ snapshots: 3 });
    const dropped = [1, 2, 3, 4, 5, 6].flatMap((index) => schedule.add(taken(index * 1000, index, 'manual')));
    assert.deepEqual(dropped, []);
    assert.deepEqual(schedule.add(taken(7000, 7)), []);
    assert.deepEqual(schedule.add(taken(8000, 8)), [7]);
  });
});

describe('what is least missed', () => {
  const at = (...times: number[]) => times.map((activeMs, index) => ({ index, activeMs, steps: 0 }));
  it('is the one between the narrowest gaps, never the first or the last', () => {
    assert.equal(leastMissed(at(0, 10, 11, 12, 30)), 2);
    assert.equal(leastMissed(at(0, 1, 10)), 1);
    assert.equal(leastMissed(at(0, 1)), undefined);
    assert.equal(leastMissed([]), undefined);
  });
  it('is one taken by hand only when there is no other', () => {
    const kept = at(0, 1, 10, 20).map((one) => ({
      ...one,
      reason: one.activeMs === 1 ? ('manual' as const) : undefined,
    }));
    assert.equal(leastMissed(kept), 2);
    assert.equal(leastMissed(kept.slice(0, 3)), 1);
  });
});

describe('snapshots at runs and sessions', () => {
  const moment = (activeMs: number, pausedMs = 0) => ({
    activeMs,
    elapsedMs: activeMs + pausedMs,
    steps: 0,
    heapUsed: 10e6,
  });
  const take = (schedule: Schedule, index: number, reason: SnapshotReason, pauseMs: number): void => {
    schedule.add({ ...moment(index * 100), index, bytes: 10e6, pauseMs, reason });
  };

  it('are taken only where they are asked for', () => {
    const schedule = new Schedule({});
    for (const boundary of ['before-run', 'after-run', 'after-session'] as const)
      assert.equal(schedule.dueAt(boundary, 1, 1, moment(1000)), undefined);
  });

  it('of a thousand sessions some dozens, the first ones all', () => {
    const schedule = new Schedule({ atSessions: true });
    const at: number[] = [];
    for (let closed = 1; closed <= 1000; closed++) {
      const reason = schedule.dueAt('after-session', closed, closed, moment(closed * 1000));
      if (!reason) continue;
      at.push(closed);
      take(schedule, at.length, reason, 50);
    }
    assert.deepEqual(at.slice(0, 5), [1, 2, 3, 4, 5]);
    assert.ok(at.length < 50, String(at.length));
    assert.ok(at.at(-1)! > 800);
  });

  it('stay within the budget of pauses', () => {
    const schedule = new Schedule({ atSessions: true, pauseBudget: 0.01 });
    let pausedMs = 0;
    let taken = 0;
    for (let closed = 1; closed <= 200; closed++) {
      const reason = schedule.dueAt('after-session', closed, closed, moment(closed * 100, pausedMs));
      if (!reason) continue;
      take(schedule, ++taken, reason, 100);
      pausedMs += 100;
    }
    assert.ok(pausedMs <= 2 * 100 + 0.01 * (20_000 + pausedMs), `${pausedMs} ms`);
  });

  it('come in pairs: after the run before which one was taken', () => {
    const schedule = new Schedule({ atRuns: true });
    assert.equal(schedule.dueAt('before-run', 1, 7, moment(1000)), 'before-run');
    assert.equal(schedule.dueAt('after-run', 1, 6, moment(1100)), undefined);
    assert.equal(schedule.dueAt('after-run', 2, 7, moment(1200)), 'after-run');
    assert.equal(schedule.dueAt('after-run', 3, 7, moment(1300)), undefined);
  });
});
