import assert from 'node:assert/strict';
import { test } from 'node:test';
import { externalGrowth } from '../../../src/engine/external.ts';
import { memory, snapshot } from './support.ts';

const MB = 1e6;
const snapshots = [1, 2, 3, 4, 5, 6].map((index) => snapshot(index));
const xs = [0, 1, 2, 3, 4, 5];

/** A sample in the pause, one right after it, and one of garbage before the next. */
const samples = (external: (index: number) => number) =>
  snapshots.flatMap(({ t, index }) => [
    memory(t + 50, { external: 900 * MB }),
    memory(t + 101, { external: external(index) }),
    memory(t + 700, { external: 800 * MB }),
  ]);

test('what is held outside the heap right after each snapshot', () => {
  const growth = externalGrowth(
    snapshots,
    xs,
    samples((index) => index * 10 * MB),
  )!;
  assert.deepEqual(
    growth.points.map(({ bytes }) => bytes / MB),
    [10, 20, 30, 40, 50, 60],
  );
  assert.equal(growth.gain, 50 * MB);
  assert.equal(growth.verdict.trend, 'leak');
});

test('the last snapshot may have no sample behind it: the last there is counts', () => {
  const events = samples((index) => index * 10 * MB).filter((event) => event.t < 6000);
  assert.equal(externalGrowth(snapshots, xs, events)!.points[5].bytes, 800 * MB);
});

test('less than a megabyte, or what fills up, is sound', () => {
  assert.equal(
    externalGrowth(
      snapshots,
      xs,
      samples((i) => i * 0.1 * MB),
    )!.verdict.trend,
    'stable',
  );
  const cache = externalGrowth(
    snapshots,
    xs,
    samples((i) => Math.min(i, 2) * 50 * MB),
  )!;
  assert.equal(cache.verdict.trend, 'stable');
});

test('without samples nothing is said', () => {
  assert.equal(externalGrowth(snapshots, xs, []), undefined);
  assert.equal(
    externalGrowth(
      snapshots.slice(0, 1),
      xs,
      samples(() => 1),
    ),
    undefined,
  );
});
