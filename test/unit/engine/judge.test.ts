import assert from 'node:assert/strict';

<<<<<<< HEAD

import { test } from 'node:test';
import type { OwnerGrowth } from '../../../src/engine/growth.ts';
import { judgeGrowth } from '../../../src/engine/judge.ts';
import { facts, growth, measures, owner, xs } from './support.ts';

const judge = (...owners: OwnerGrowth[]) => judgeGrowth(growth(owners), xs(owners[0].series));

const STEADY = [100, 300, 500, 700, 900, 1100];

test('what goes on growing is a leak; the largest comes first', () => {
  const judgement = judge(owner(STEADY), owner(STEADY.map((n) => 3 * n)));
  assert.equal(judgement.verdict, 'leak');
  assert.deepEqual(
    judgement.leaks.map(({ gain }) => gain.objects),
    [3000, 1000],
  );
  assert.ok(judgement.confidence > 0.9);
  assert.deepEqual(judgement.reasons, ['2 owners keep growing.']);
});

test('what filled up is sound, and listed where it gained noticeably', () => {
  const judgement = judge(owner([100, 900, 1000, 1000, 1000, 1000]), owner([5, 6, 7, 8, 9, 10]));
  assert.equal(judgement.verdict, 'no-leak');
  assert.deepEqual([judgement.leaks, judgement.unsettled], [[], []]);
  assert.equal(judgement.sound.length, 1);
  assert.match(judgement.sound[0].verdict.reasons[0], /levelled off/);
});

test('three snapshots of growth settle nothing, unless the growth is immaterial', () => {
  const judgement = judge(owner([100, 600, 1100]));
  assert.equal(judgement.verdict, 'inconclusive');
  assert.equal(judgement.unsettled.length, 1);
  assert.match(judgement.reasons[0], /`AgentMemory.history` grew, but the evidence is thin/);
  assert.match(judgement.reasons[1], /3 snapshots are few/);
  assert.equal(judge(owner([100, 150, 200])).verdict, 'no-leak');
});

test('two snapshots never say that there is no leak', () => {
  const judgement = judge(owner([100, 100]));
  assert.equal(judgement.verdict, 'inconclusive');
  assert.match(judgement.reasons[1], /Two snapshots are few/);
});

test('at a root, where nobody in particular holds the gain, it takes more', () => {
  const [small, large] = [STEADY, STEADY.map((n) => 10 * n)];
  assert.equal(judge(owner(small, { root: 'root' })).verdict, 'no-leak');
  assert.equal(judge(owner(large, { root: 'root' })).verdict, 'leak');
});

test('what functions under way hold is no leak, however it grows', () => {
  const judgement = judge(
    owner(
      STEADY.map((n) => 10 * n),
      { root: 'stack' },
    ),
  );
  assert.equal(judgement.verdict, 'no-leak');
  assert.match(judgement.sound[0].verdict.reasons[0], /functions under way/);
});

test("Node's resource timings fill up and stop; more than it keeps by itself do not", () => {
  const timings = (objects: number) =>
    owner(STEADY, {
      facts: facts({ gained: [{ className: 'PerformanceResourceTiming', objects, bytes: 1, places: [] }] }),
    });
  assert.equal(judge(timings(250)).verdict, 'no-leak');
  assert.equal(judge(timings(1000)).verdict, 'leak');
});

/** The owner's objects, and the whole heap's, which does not shrink while another holds them too. */
const lent = (series: number[], totals: number[]) =>
  judgeGrowth({ ...growth([owner(series)]), totals: measures(totals) }, xs(series));

test('what is lent out at one snapshot is not counted as released', () => {
  const totals = [10_100, 10_300, 10_500, 10_700, 10_900, 11_100];
  const judgement = lent([100, 300, 0, 700, 900, 1100], totals);
  assert.equal(judgement.verdict, 'leak');
  assert.deepEqual(
    judgement.leaks[0].points.map(({ index }) => index),
    [0, 1, 3, 4, 5],
  );
});

test('a true fall, with which the heap shrinks, is counted', () => {
  const judgement = lent([100, 300, 0, 700, 0, 500], [10_100, 10_300, 10_000, 10_700, 10_000, 10_500]);
  assert.notEqual(judgement.verdict, 'leak');
});

test('what is gone at most snapshots is gone', () => {
  const flat = [20_000, 20_000, 20_000, 20_000, 20_000, 20_000];
  const judgement = lent([100, 900, 0, 900, 0, 900], flat);
  const one = [...judgement.leaks, ...judgement.unsettled, ...judgement.sound][0];
  assert.equal(one.points.length, 6);
  assert.notEqual(judgement.verdict, 'leak');
=======
import { describe, it } from 'node:test';
import type { HeapGrowth, OwnerGrowth } from '../../../src/engine/growth.ts';
import { IdleFunctions } from '../../../src/engine/idle-functions.ts';
import { judgeGrowth } from '../../../src/engine/judge.ts';
import type { OwnerFacts } from '../../../src/engine/owner-facts.ts';

const XS = [0, 10, 20, 30, 40, 50];

function facts(className: string, objects: number): OwnerFacts {
  return {
    kind: 'listeners',
    display: 'stop.signal',
    containerClass: 'AbortSignal',
    nodeId: 1,
    holder: { how: 'variable', name: 'stop' },
    path: [],
    heldBy: [],
    gained: [{ className, objects, bytes: objects * 64, places: [] }],
    partPlaces: [],
    also: [],
    alike: 1,
  };
}

const measures = (objects: number[]): { objects: number; bytes: number }[] =>
  objects.map((count) => ({ objects: count, bytes: count * 80 }));

function growth(owner: Partial<OwnerGrowth> & { objects: number[] }, more: Partial<HeapGrowth>): HeapGrowth {
  const { objects, ...rest } = owner;
  const series = measures(objects);
  const gained = objects[objects.length - 1] - objects[0];
  return {
    baseline: 0,
    owners: [{ facts: facts('Listener', gained), series, ...rest }],
    totals: measures(objects.map((count) => count + 30_000)),
    scripts: objects.map(() => 100),
    idle: new IdleFunctions(),
    classes: [],
    ...more,
  };
}

describe('judgeGrowth', () => {
  // While a request is under way its listener, and by it the whole chain, is held by the request too.
  const shared = [0, 0, 0, 0, 4800, 5000];

  it('tells by their class what functions under way held too', () => {
    const counts = [40, 1040, 2040, 3040, 4840, 5040];
    const classes = [{ className: 'Listener', counts, sizes: counts }];
    const judged = judgeGrowth(growth({ objects: shared }, { classes }), XS);
    assert.equal(judged.verdict, 'leak');
    assert.deepEqual(
      judged.leaks[0].points.map(({ objects }) => objects),
      [0, 1000, 2000, 3000, 4800, 5000],
    );
  });

  it('does not where the class came all at once, or is held by others', () => {
    const atOnce = [40, 40, 40, 40, 4840, 5040];
    const classes = [{ className: 'Listener', counts: atOnce, sizes: atOnce }];
    assert.notEqual(judgeGrowth(growth({ objects: shared }, { classes }), XS).verdict, 'leak');
    const elsewhere = [40, 9000, 20_000, 30_000, 40_000, 50_000];
    const others = [{ className: 'Listener', counts: elsewhere, sizes: elsewhere }];
    assert.notEqual(judgeGrowth(growth({ objects: shared }, { classes: others }), XS).verdict, 'leak');
  });

  it('asks the time where growth is uneven in what was allocated', () => {
    const objects = [167, 617, 1067, 1667, 1817];
    const allocated = [75, 161, 298, 437, 656];
    const times = [378, 839, 1305, 2092, 2323];
    assert.equal(judgeGrowth(growth({ objects }, {}), allocated).verdict, 'inconclusive');
    assert.equal(judgeGrowth(growth({ objects }, {}), allocated, times).verdict, 'leak');
  });

  it('takes what loading scripts leaves at the roots for no leak', () => {
    const objects = [0, 18_000, 22_000, 30_000, 36_000, 42_000];
    const loading = { scripts: [100, 103, 105, 107, 109, 111] };
    assert.equal(judgeGrowth(growth({ objects, root: 'root' }, loading), XS).verdict, 'no-leak');
    assert.equal(judgeGrowth(growth({ objects, root: 'root' }, {}), XS).verdict, 'leak');
    assert.equal(judgeGrowth(growth({ objects }, loading), XS).verdict, 'leak');
  });
>>>>>>> 2fb0a39 (Tests of the rules)
});
