import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressAxis } from '../../../src/engine/axis.ts';
import type { SnapshotEntry } from '../../../src/protocol/recording.ts';
import { snapshot } from './support.ts';

const of = (...entries: Partial<SnapshotEntry>[]) =>
  progressAxis(entries.map((entry, i) => snapshot(i + 1, entry)));

test('steps go before all else', () => {
  const axis = of({ step: 2, ordinal: 5 }, { step: 4, ordinal: 9 }, { step: 8, ordinal: 12 });
  assert.deepEqual(axis, { unit: 'step', xs: [2, 4, 8] });
});

test('a snapshot before the first step stands at 0', () => {
  assert.deepEqual(of({}, { step: 1 }, { step: 2 }), { unit: 'step', xs: [0, 1, 2] });
});

test('steps that stand still for most of the way say nothing: what was allocated does', () => {
  const axis = of(
    { step: 1, ordinal: 5 },
    { step: 1, ordinal: 9 },
    { step: 1, ordinal: 12 },
    { step: 1, ordinal: 20 },
    { step: 2, ordinal: 26 },
  );
  assert.deepEqual(axis, { unit: 'allocated', xs: [5, 9, 12, 20, 26] });
});

test('without steps and samples, the time of the program itself', () => {
  const axis = of({ activeMs: 100 }, { activeMs: 250 }, { activeMs: 900, ordinal: 4 });
  assert.deepEqual(axis, { unit: 'active', xs: [100, 250, 900] });
});

test('what a wire-tap allocates is no progress: where something was watched, time', () => {
  const entries = [1, 2, 3].map((i) => snapshot(i, { t: i * 1000, activeMs: i * 900, ordinal: 5 * i ** 3 }));
  const watched = (t: number, inserts: number) =>
    progressAxis(entries, [
      {
        type: 'watch',
        t,
        nodeId: 1,
        className: 'Array',
        finding: 'x',
        inserts,
        removes: 0,
        unseen: 0,
        seconds: 1,
        end: 'time',
        stacks: [],
      },
    ]).unit;
  assert.equal(watched(2500, 40), 'active');
  assert.equal(watched(2500, 0), 'allocated');
  // Before the first snapshot and after the last.
  assert.equal(watched(900, 40), 'allocated');
  assert.equal(watched(9000, 40), 'allocated');
});

test('bare files come without times: their order', () => {
  assert.deepEqual(of({ activeMs: 0 }, { activeMs: 0 }, { activeMs: 0 }), { unit: 'order', xs: [0, 1, 2] });
});
