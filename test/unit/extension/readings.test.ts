import assert from 'node:assert/strict';
import { it } from 'node:test';
import { growthPerMinute, sparkline } from '../../../src/extension/readings.ts';

const readings = (used: number[], everyMs = 1000) =>
  used.map((heapUsed, index) => ({ at: index * everyMs, heapUsed, heapTotal: heapUsed }));

it('tells the growth of a saw-tooth by its slope, not by its ends', () => {
  const used = Array.from({ length: 60 }, (_, i) => 50e6 + i * 35_000 + (i % 10) * 1e6);
  const growth = growthPerMinute(readings(used))!;
  assert.ok(growth > 1.5e6 && growth < 5e6, String(growth));
});

it('looks at the last minute only', () => {
  const used = [...Array.from({ length: 60 }, (_, i) => i * 1e6), ...Array.from({ length: 61 }, () => 60e6)];
  assert.equal(growthPerMinute(readings(used)), 0);
});

it('tells no growth before ten seconds', () => {
  assert.equal(growthPerMinute(readings([1, 2, 3, 4, 5])), undefined);
  assert.equal(growthPerMinute([]), undefined);
});

it('draws from least to most', () => {
  assert.equal(sparkline(readings([10, 20, 30, 40, 50, 60, 70, 80])), '▁▂▃▄▅▆▇█');
  assert.equal(sparkline(readings([1, 9, 1, 9, 1, 9]), 3), '▁▁▁', 'the highest of each column');
  assert.equal(sparkline(readings([5])), '');
});

it('draws what hardly changes as level', () => {
  assert.match(sparkline(readings([100e6, 100.01e6, 100e6, 100.01e6])), /^▁+$/);
});
