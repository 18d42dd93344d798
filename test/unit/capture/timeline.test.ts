import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gcEvents, memoryEvent, sampleEvery } from '../../../src/capture/timeline.ts';

const memory = { heapUsed: 1, heapTotal: 2, external: 3, arrayBuffers: 4, rss: 5 };

describe('a reading of the target', () => {
  it("becomes events on the recording's clock", () => {
    const heap = { used: 1, external: 3, allocated: 9, handles: 7 };
    const reading = { now: 5000, memory, heap, gc: [4000, 1.5, 1, 4500, 20, 4, 4600, 1, 99] };
    assert.deepEqual(gcEvents(reading, 3000), [
      { type: 'gc', t: 2000, kind: 'scavenge', pauseMs: 1.5 },
      { type: 'gc', t: 2500, kind: 'mark-compact', pauseMs: 20 },
    ]);
    const event = { type: 'memory', t: 3000, ...memory, allocated: 770, ordinal: 77, heap };
    assert.deepEqual(memoryEvent(reading, 3000, 10, 77), event);
  });
  it('is taken ever more rarely', () => {
    const gaps = [0, 10_000, 120_000, 1_200_000, 7_200_000].map(sampleEvery);
    assert.deepEqual(
      gaps,
      [...gaps].sort((a, b) => a - b),
    );
    assert.ok(gaps[0] <= 200 && gaps[4] >= 1000);
  });
});
