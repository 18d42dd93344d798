import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcessLane } from '../../../src/protocol/processes.ts';
import { chosenLanes, LANES, layoutLanes } from '../../../webview/layout/lanes.ts';

const lane = (pid: number, started: number, more: Partial<ProcessLane> = {}): ProcessLane => ({
  role: 'child',
  pid,
  command: 'node server.js',
  state: 'ended',
  started,
  ended: started + 1000,
  points: [[started + 500, 1e6 * pid]],
  ...more,
});

test('each process is a bar from its start to its end, and its size an area within', () => {
  const { lanes, height } = layoutLanes(
    [
      lane(1, 0),
      lane(2, 5000, { ended: undefined, state: 'left' }),
      lane(3, 9000, { ended: 20_000, points: [] }),
    ],
    10_000,
    1000,
  );
  assert.equal(height, 3 * LANES.height + LANES.axis);
  const plot = 1000 - LANES.left - LANES.right;
  assert.deepEqual(
    lanes.map(({ x, width }) => [x, width].map(Math.round)),
    [
      [LANES.left, Math.round(plot / 10)],
      [Math.round(LANES.left + plot / 2), Math.round(plot / 2)],
      [Math.round(LANES.left + (9 * plot) / 10), Math.round(plot / 10)],
    ],
  );
  assert.deepEqual(
    lanes.map(({ size }) => size !== ''),
    [true, true, false],
  );
  // The largest fills its bar from bottom to top, from start to end.
  const numbers = lanes[1].size.match(/[\d.]+/g)!.map(Number);
  assert.deepEqual(
    [Math.min(...numbers.filter((_, i) => i % 2)), Math.max(...numbers.filter((_, i) => i % 2))],
    [lanes[1].y, lanes[1].y + LANES.bar],
  );
});

test('of many, those that are left are drawn first, then those that ran longest', () => {
  const many = Array.from({ length: 300 }, (_, i) =>
    lane(i, i * 10, i % 50 === 7 ? { state: 'left', ended: undefined } : { ended: i * 10 + i }),
  );
  const chosen = chosenLanes(many);
  assert.ok(chosen.length < 30);
  assert.equal(chosen.filter(({ state }) => state === 'left').length, 6);
  assert.deepEqual(
    chosen.map(({ started }) => started),
    chosen.map(({ started }) => started).sort((a, b) => a - b),
  );
  assert.ok(chosen.some(({ pid }) => pid === 299));
});
