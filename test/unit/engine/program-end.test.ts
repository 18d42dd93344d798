import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutReleasedEnd } from '../../../src/engine/program-end.ts';
import type { SnapshotReason } from '../../../src/protocol/recording.ts';
import { memory, snapshot, snapshotEvent, source } from './support.ts';

/** Snapshots, each followed by what the heap then held. */
const recorded = (heaps: (number | undefined)[], last: SnapshotReason = 'end', steps: number[] = []) => {
  const snapshots = heaps.map((_, i) =>
    snapshot(i + 1, {
      reason: i === heaps.length - 1 ? last : 'schedule',
      bytes: heaps[i] ?? 0,
      step: steps[i],
    }),
  );
  const events = snapshots.flatMap((entry, i) => {
    const heapUsed = heaps[i];
    const after = heapUsed === undefined ? [] : [memory(entry.t + 110, { heapUsed })];
    return [memory(entry.t - 10, { heapUsed: 99e6 }), snapshotEvent(entry), ...after];
  });
  return source({ snapshots, events });
};

test('a last snapshot by which the program had let go is left out', () => {
  const whole = recorded([5e6, 6e6, 7e6, 8e6, 5e6]);
  const kept = withoutReleasedEnd(whole);
  assert.deepEqual(
    kept.snapshots.map(({ index }) => index),
    [1, 2, 3, 4],
  );
  assert.equal(kept.files.length, 4);
  assert.match(kept.warnings[0], /left out: by then it had let go of 3 MB/);
});

test('a fall within noise, or small against the growth before, leaves it in', () => {
  for (const heaps of [
    [5e6, 5e6, 5e6, 5.05e6, 5e6],
    [5e6, 6e6, 7e6, 8e6, 7.8e6],
  ]) {
    const whole = recorded(heaps);
    assert.equal(withoutReleasedEnd(whole), whole);
  }
});

test('only the end is left out, and only while enough is left', () => {
  const others = recorded([5e6, 6e6, 7e6, 8e6, 5e6], 'schedule');
  assert.equal(withoutReleasedEnd(others), others);
  // Two that are left decide nothing, but do not say "no leak" either.
  assert.equal(withoutReleasedEnd(recorded([5e6, 8e6, 5e6])).files.length, 2);
  const few = recorded([8e6, 5e6]);
  assert.equal(withoutReleasedEnd(few), few);
});

test('where the heap was not read after a snapshot, nothing is left out', () => {
  const whole = recorded([5e6, 6e6, 7e6, undefined, 5e6]);
  // The reading before the next snapshot is of a heap with garbage in it.
  whole.events = whole.events.filter((event) => event.type !== 'memory' || event.heapUsed !== 99e6);
  assert.equal(withoutReleasedEnd(whole), whole);
});

test('so are those after the last step that saw the fall, but not those that did not', () => {
  const steps = [2, 4, 6, 8, 10, 10];
  const kept = (heaps: number[], at = steps) => withoutReleasedEnd(recorded(heaps, 'end', at));
  const both = kept([5e6, 6e6, 7e6, 8e6, 5e6, 5e6]);
  assert.equal(both.files.length, 4);
  assert.match(both.warnings[0], /The last 2 snapshots at the program's end were left out/);
  assert.equal(kept([5e6, 6e6, 7e6, 8e6, 9e6, 5e6]).files.length, 5);
  // Before the last step a fall is one of the program's ways.
  assert.equal(kept([5e6, 6e6, 7e6, 8e6, 5e6, 5e6], [2, 4, 6, 8, 9, 10]).files.length, 6);
});

test('so are those after the last that the agent was seen to do, whatever the heap gains at the end', () => {
  const left = (acted: (times: number[]) => number): number => {
    const whole = recorded([5e6, 6e6, 7e6, 8e6, 5e6, 5.4e6]);
    const times = whole.snapshots.map(({ t }) => t);
    whole.events = [
      ...whole.events,
      { type: 'span' as const, t: 1, id: 1, kind: 'model' as const },
      { type: 'span-end' as const, t: acted(times), id: 1 },
    ].sort((a, b) => a.t - b.t);
    return withoutReleasedEnd(whole).files.length;
  };
  assert.equal(
    left((times) => times[4] - 5),
    4,
  );
  // It worked on after that snapshot, or was done long before.
  assert.equal(
    left((times) => times[4] + 5),
    6,
  );
  assert.equal(
    left((times) => times[1]),
    6,
  );
});

test('garbage that was there when the memory was read is no fall: the files tell', () => {
  const whole = recorded([5e6, 6e6, 7e6, 9e6, 7e6]);
  whole.snapshots[4].bytes = whole.snapshots[3].bytes + 1;
  assert.equal(withoutReleasedEnd(whole), whole);
});

/** Readings every 100 ms of a heap that rises by so many bytes between them, until snapshots at 2.0 s and 2.4 s. */
const working = (rises: number[]) => {
  const whole = recorded([5e6, 6e6, 7e6, 8e6, 5e6, 5e6]);
  const times = [100, 400, 800, 1200, 2000, 2400];
  const snapshots = whole.snapshots.map((entry, i) => ({ ...entry, t: times[i], pauseMs: 0 }));
  const heaps = [5e6, 6e6, 7e6, 8e6, 5e6, 5e6];
  let heapUsed = 8e6;
  const readings = rises.map((rise, i) => {
    heapUsed += rise;
    return memory(1310 + 100 * i, { heapUsed });
  });
  const events = [
    ...snapshots.flatMap((entry, i) => [snapshotEvent(entry), memory(entry.t + 1, { heapUsed: heaps[i] })]),
    ...readings,
  ].sort((a, b) => a.t - b.t);
  return withoutReleasedEnd({ ...whole, snapshots, events }).files.length;
};

test('where no steps are known, a heap that no longer rises tells that the work was done', () => {
  const busy = new Array<number>(7).fill(100_000);
  assert.equal(working([...busy, 900, 900, 900, 900]), 4);
  assert.equal(working([...busy, ...busy]), 6, 'the program works on');
  assert.equal(working([...busy, 900, 900, 900, 99_000]), 4, 'to end is no work');
  assert.equal(working(busy), 4, 'nor is it seen to work on');
  assert.equal(working([0, 900, 900]), 6, 'nobody knows its usual rate');
});

test("a fall after which the heap grows again is one of the program's ways", () => {
  assert.equal(
    withoutReleasedEnd(recorded([5e6, 6e6, 7e6, 5e6, 6e6, 7e6], 'end', [1, 2, 3, 9, 9, 9])).files.length,
    6,
  );
  assert.equal(
    withoutReleasedEnd(recorded([5e6, 6e6, 7e6, 5e6, 5.1e6, 5.2e6], 'end', [1, 2, 3, 9, 9, 9])).files.length,
    3,
  );
});
