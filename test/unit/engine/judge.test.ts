import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OwnerGrowth } from '../../../src/engine/growth.ts';
import { judgeGrowth, type Run } from '../../../src/engine/judge.ts';
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
  assert.equal(judgement.confidence, 0.875);
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

test('five snapshots are enough of a long run only, and what would settle it is said', () => {
  const judge = (run: Run) => judgeGrowth(growth([owner(STEADY.slice(0, 5))]), xs(STEADY.slice(0, 5)), run);
  assert.equal(judge({ ms: 12_000 }).verdict, 'leak');
  const short = judge({ ms: 3300, steps: 20 });
  assert.equal(short.verdict, 'inconclusive');
  assert.deepEqual(short.reasons.slice(1), [
    '5 snapshots are few: six would tell.',
    'A run of about 5 s, about 29 steps, would settle it.',
  ]);
});

test('what was not seen for the last third of the work is not believed to go on', () => {
  const judge = (unseenMs: number) =>
    judgeGrowth(growth([owner(STEADY)]), xs(STEADY), { ms: 4000, unseenMs });
  assert.equal(judge(800).verdict, 'leak');
  const late = judge(2400);
  assert.equal(late.verdict, 'inconclusive');
  assert.match(
    late.unsettled[0].verdict.reasons.join(' '),
    /The last 2.4 s of the program's work were not seen/,
  );
});

test("what was full at the program's end, after more work, was filling up; who had let go by then is not asked", () => {
  const judge = (atEnd: number, unseenMs: number) => {
    const one = { ...owner(STEADY), atEnd: { objects: atEnd, bytes: 100 * atEnd } };
    return judgeGrowth(growth([one]), xs(STEADY), { ms: 4000, unseenMs }).verdict;
  };
  const held = STEADY[STEADY.length - 1];
  assert.equal(judge(held, 1200), 'no-leak');
  assert.equal(judge(held - 1, 1200), 'no-leak');
  assert.equal(judge(held, 200), 'leak');
  assert.equal(judge(STEADY[0], 1200), 'leak');
  assert.equal(judge(held + 0.3 * (held - STEADY[0]), 1200), 'leak');
});

test('what holds other things all the time is no leak', () => {
  const uneven = [100, 2400, 2500, 2900, 4000, 5900, 8000, 8800, 9800];
  const judge = (series: number[], survival?: number) =>
    judgeGrowth(growth([owner(series, { survival })]), xs(series));
  assert.equal(judge(uneven).verdict, 'leak');
  assert.equal(judge(uneven, 0.96).verdict, 'leak');
  assert.equal(judge(uneven, 0.4).verdict, 'inconclusive');
  const gone = judge(uneven, 0.02);
  assert.equal(gone.verdict, 'no-leak');
  assert.match(gone.sound[0].verdict.reasons.join(' '), /2 % is left at the end: it turns over/);
  assert.equal(judge([0, 1000, 2000, 3000, 4000, 5000, 6000], 0.02).verdict, 'no-leak', 'however even');
});

test('a queue that is worked off too slowly is a leak, and what has a time to live is none', () => {
  const even = [0, 1000, 2000, 3000, 4000, 5000, 6000];
  const judge = (series: number[], lately: number) =>
    judgeGrowth(growth([owner(series, { survival: 0.02, survivals: series.map(() => lately) })]), xs(series));
  const backlog = judge(even, 0.8);
  assert.equal(backlog.verdict, 'leak');
  assert.match(backlog.leaks[0].verdict.reasons.join(' '), /faster than it is taken out piles up/);
  assert.ok(backlog.confidence <= 0.85);
  assert.equal(judge(even, 0.2).verdict, 'no-leak', 'gone soon');
  const fills = [0, 1000, 2000, 3000, 4000, 4600, 5000];
  assert.equal(judge(fills, 0.8).verdict, 'no-leak', 'ever more slowly');
  const busier = [5000, 5400, 5800, 6300, 6700, 7200, 7600];
  assert.equal(judge(busier, 0.8).verdict, 'no-leak', 'of much that is always there');
  assert.equal(judge([0, 1500, 3000, 200, 1700, 3200, 6000], 0.8).verdict, 'no-leak', 'in batches');
});

test("Node's tables of modules are no leak where scripts were loaded", () => {
  const tables = owner(STEADY, {
    facts: facts({
      display: 'ModuleLoader.loadCache',
      holder: { how: 'field', name: 'loadCache', className: 'ModuleLoader' },
    }),
  });
  const judge = (scripts: number[]) => judgeGrowth({ ...growth([tables]), scripts }, xs(STEADY)).verdict;
  assert.equal(judge([10, 20, 30, 40, 50, 60]), 'no-leak');
  assert.equal(judge([10, 10, 10, 10, 10, 10]), 'leak', 'the same one again and again');
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
  const totals = [10_100, 10_300, 10_500, 10_700, 10_900, 11_100, 11_300];
  const judgement = lent([100, 300, 0, 700, 900, 1100, 1300], totals);
  assert.equal(judgement.verdict, 'leak');
  assert.deepEqual(
    judgement.leaks[0].points.map(({ index }) => index),
    [0, 1, 3, 4, 5, 6],
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
});

test('the counts of a class that anybody makes tell nothing of the owner', () => {
  const series = [0, 188, 327, 775, 977, 1658, 2535, 3034, 4117, 4847];
  const strings = [0, 488, 651, 883, 1081, 1187, 1290, 1420, 1609, 1892];
  const one = owner(series, {
    facts: facts({ gained: [{ className: '(string)', objects: 1892, bytes: 1e6, places: [] }] }),
  });
  const classes = [{ className: '(string)', counts: strings, sizes: strings }];
  const judgement = judgeGrowth({ ...growth([one]), classes }, xs(series));
  assert.deepEqual(
    judgement.leaks[0]?.points.map(({ objects }) => objects),
    series,
  );
});

/** What of 600 kinds was met so far: the rare ones come late. */
const KINDS = [460, 1290, 1470, 1660, 1790, 1900, 1930, 1970, 1990, 2000];

test('what slows from interval to interval fills up', () => {
  const even = judgeGrowth(growth([owner(KINDS)]), [0, 8, 11, 15, 20, 26, 35, 46, 60, 70]);
  assert.equal(even.verdict, 'no-leak');
  const reasons = even.sound[0].verdict.reasons.join(' ');
  assert.match(reasons, /levelled off|each time more slowly/);
});

test('what looks steady by what was allocated, but fills up by the time, is none where the program worked on', () => {
  const times = [300, 1080, 1420, 1870, 2420, 3060, 3850, 4950, 6270, 6900];
  // Of the kinds met for the first time it allocates the most.
  const allocated = [19, 85, 104, 126, 150, 170, 178, 190, 196, 203];
  const both = judgeGrowth(growth([owner(KINDS)]), allocated, { otherXs: times });
  assert.equal(both.verdict, 'no-leak');
});

test('a leak of a program that waits at its end goes by what was allocated', () => {
  const steady = [100, 400, 700, 1000, 1300, 1600, 1900, 1905, 1910];
  const allocated = [0, 10, 20, 30, 40, 50, 60, 60.2, 60.4];
  const times = [0, 500, 1000, 1500, 2000, 2500, 3000, 5000, 7000];
  assert.equal(judgeGrowth(growth([owner(steady)]), allocated, { otherXs: times }).verdict, 'leak');
});

test('a leak whose steps allocate more and more slows by what was allocated only', () => {
  const steady = [100, 400, 700, 1000, 1300, 1600, 1900, 2200];
  const allocated = steady.map((objects) => (objects / 100) ** 3);
  const times = steady.map((_, i) => 500 * i);
  assert.equal(judgeGrowth(growth([owner(steady)]), allocated, { otherXs: times }).verdict, 'leak');
});

test('what was let go of and is filled anew was a batch; what stays empty was let go of at the end', () => {
  const after = (objects: number, born: number) =>
    judgeGrowth(growth([{ ...owner(STEADY), afterwards: { objects, born } }]), xs(STEADY)).verdict;
  assert.equal(after(150, 150), 'no-leak');
  assert.equal(after(3, 0), 'leak');
  assert.equal(after(1200, 100), 'leak', 'it went on growing');
});
