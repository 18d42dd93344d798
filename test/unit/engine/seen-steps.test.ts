import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seenSteps } from '../../../src/engine/seen-steps.ts';
import type { RecordingEvent, SpanKind } from '../../../src/protocol/recording.ts';
import { snapshot } from './support.ts';

let id = 0;
const done = (kind: SpanKind, ...times: number[]): RecordingEvent[] =>
  times.flatMap((t) => {
    id++;
    return [
      { type: 'span' as const, t: t - 1, id, kind },
      { type: 'span-end' as const, t, id },
    ];
  });
const snapshots = (...ordinals: number[]) => ordinals.map((ordinal, i) => snapshot(i + 1, { ordinal }));
const every = (ms: number, until: number): number[] =>
  Array.from({ length: Math.floor(until / ms) }, (_, i) => (i + 1) * ms);

test('model calls, as regular as any', () => {
  const events = [...done('model', ...every(100, 4000)), ...done('run', ...every(500, 4000))];
  const seen = seenSteps(snapshots(100, 200, 300, 400), events);
  assert.equal(seen?.kind, 'model');
  assert.deepEqual(
    seen?.snapshots.map(({ step }) => step),
    [10, 20, 30, 40],
  );
});

test('runs, where model calls are many or few and memory goes by the run', () => {
  const calls = [
    ...every(20, 1900),
    ...every(100, 900).map((t) => t + 2000),
    ...every(300, 900).map((t) => t + 3000),
  ].sort((a, b) => a - b);
  const events = [...done('model', ...calls), ...done('run', ...every(250, 4000))];
  assert.equal(seenSteps(snapshots(100, 200, 300, 400), events)?.kind, 'run');
});

test('nothing, where what is seen goes its own way, or stands still, or steps are told', () => {
  const uneven = done('model', ...every(2, 1990), 2500, 3500);
  assert.equal(seenSteps(snapshots(100, 200, 300, 400), uneven), undefined);
  assert.equal(seenSteps(snapshots(100, 200, 300, 400), done('model', 1500)), undefined);
  const told: RecordingEvent = { type: 'step', t: 1500, step: 1, source: 'mark' };
  const even = done('model', ...every(100, 4000));
  assert.equal(seenSteps(snapshots(100, 200, 300, 400), [...even, told]), undefined);
  assert.equal(seenSteps(snapshots(100, 200, 300, 400), even)?.kind, 'model');
});
