import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTimeline } from '../../../src/engine/timeline.ts';
import type { RecordingEvent } from '../../../src/protocol/recording.ts';
import { memory, snapshot } from './support.ts';

test('events by kind, with what a chart needs and no more', () => {
  const events: RecordingEvent[] = [
    { ...memory(1), allocated: 7 } as RecordingEvent,
    { type: 'gc', t: 2, kind: 'scavenge', pauseMs: 1.5 },
    { type: 'step', t: 3, step: 1, source: 'output', name: 'plan' },
    { type: 'step', t: 4, step: 2, source: 'mark' },
    { type: 'note', t: 5, level: 'info', message: 'x' },
  ];
  const timeline = makeTimeline(events, [snapshot(1, { step: 2, ordinal: 40 })]);
  assert.deepEqual(timeline, {
    memory: [{ t: 1, heapUsed: 5e6, heapTotal: 9e6, external: 1e6, arrayBuffers: 0, rss: 5e7 }],
    gc: [{ t: 2, kind: 'scavenge', pauseMs: 1.5 }],
    steps: [
      { t: 3, step: 1, name: 'plan' },
      { t: 4, step: 2 },
    ],
    snapshots: [{ index: 1, bytes: 1000, t: 1000, pauseMs: 100, activeMs: 900, reason: 'schedule', step: 2 }],
  });
});

test('a run of days is thinned: both ends stay, and the longest pauses', () => {
  const samples = Array.from({ length: 9999 }, (_, i) => memory(i));
  const pauses: RecordingEvent[] = Array.from({ length: 5000 }, (_, i) => ({
    type: 'gc',
    t: i,
    kind: 'mark-compact',
    pauseMs: i === 1234 ? 500 : i / 1000,
  }));
  const timeline = makeTimeline([...samples, ...pauses], []);
  assert.ok(timeline.memory.length > 1000 && timeline.memory.length <= 2001, String(timeline.memory.length));
  assert.deepEqual([timeline.memory[0].t, timeline.memory.at(-1)!.t], [0, 9998]);
  assert.equal(timeline.gc.length, 2000);
  assert.ok(timeline.gc.some(({ pauseMs }) => pauseMs === 500));
  assert.ok(timeline.gc.every(({ t }, i, all) => i === 0 || all[i - 1].t < t));
});
