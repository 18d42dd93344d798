import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeSeries, mannKendall, type SeriesPoint } from '../../../src/analysis/growth-verdict.ts';
import { seededRandom } from '../../support/random.ts';

const series = (objects: number[], bytesPerObject = 100): SeriesPoint[] =>
  objects.map((count, i) => ({ x: i + 1, objects: count, bytes: count * bytesPerObject }));

describe('judgeSeries', () => {
  it('calls steady growth a leak, with its slope', () => {
    const verdict = judgeSeries(series([100, 300, 500, 700, 900, 1100]));
    assert.equal(verdict.trend, 'leak');
    assert.equal(verdict.confidence, 0.875);
    assert.equal(verdict.objectSlope, 200);
    assert.equal(verdict.byteSlope, 20_000);
  });

  it('does not take a third point right behind the second for levelling off', () => {
    const points = series([6000, 18_000, 18_000]);
    points[2].x = 2.1;
    assert.equal(judgeSeries(points).trend, 'unsettled');
    points[2].x = 3;
    assert.equal(judgeSeries(points).trend, 'stable');
  });

  it('calls a filled cache stable', () => {
    assert.equal(judgeSeries(series([100, 2000, 4000, 6000, 6000, 6000])).trend, 'stable');
    assert.equal(judgeSeries(series([100, 2000, 4000, 5990, 6000, 6000])).trend, 'stable');
  });

  it('does not believe a filled cache whose tables are still resized', () => {
    const points = series([2000, 4800, 6000, 6000, 6000, 6000]);
    points.forEach((point, i) => {
      point.bytes += i * 16_000;
    });
    assert.equal(judgeSeries(points).trend, 'stable');
  });

  it('calls a saw-tooth stable', () => {
    assert.equal(judgeSeries(series([10, 400, 90, 350, 30, 420, 60])).trend, 'stable');
  });

  it('calls what was made once, early or late, stable', () => {
    assert.equal(judgeSeries(series([0, 5000, 5000, 5000, 5000])).trend, 'stable');
    assert.equal(judgeSeries(series([0, 0, 0, 0, 5000, 5000])).trend, 'stable');
  });

  it('calls a small gain stable, however straight', () => {
    const verdict = judgeSeries(series([0, 4, 8, 12, 16, 20]));
    assert.equal(verdict.trend, 'stable');
    assert.match(verdict.reasons[0], /too small/);
  });

  it('finds a leak of few large objects by bytes', () => {
    assert.equal(judgeSeries(series([2, 4, 6, 8, 10, 12], 1_000_000)).trend, 'leak');
  });

  it('finds an uneven leak, in bursts and with noise', () => {
    assert.equal(judgeSeries(series([100, 180, 190, 450, 600, 640, 900])).trend, 'leak');
    for (let seed = 1; seed <= 20; seed++) {
      const next = seededRandom(seed);
      const noisy = Array.from({ length: 8 }, (_, i) => Math.round(500 + i * 200 + next() * 120));
      assert.equal(judgeSeries(series(noisy)).trend, 'leak', `seed ${seed}: ${noisy.join()}`);
    }
  });

  it('raises hardly an alarm on noise around a level: as rarely as its p-value says', () => {
    let alarms = 0;
    for (let seed = 1; seed <= 1000; seed++) {
      const next = seededRandom(seed);
      const noise = Array.from({ length: 6 }, () => Math.round(5000 + next() * 200));
      if (judgeSeries(series(noise)).trend === 'leak') alarms++;
    }
    assert.ok(alarms <= 10, `${alarms} of 1000`);
  });

  it('leaves what slows down open', () => {
    const verdict = judgeSeries(series([0, 1000, 1700, 2200, 2500, 2650]));
    assert.equal(verdict.trend, 'unsettled');
  });

  it('is careful with few snapshots', () => {
    assert.equal(judgeSeries(series([0, 1000])).trend, 'unsettled');
    assert.equal(judgeSeries(series([0, 1000, 1500])).trend, 'unsettled');
    assert.equal(judgeSeries(series([0, 1000, 2000])).trend, 'unsettled');
    assert.equal(judgeSeries(series([0, 1000, 2000, 3000])).trend, 'unsettled');
    assert.equal(judgeSeries(series([0, 1000, 2000, 3000, 4000])).trend, 'unsettled');
    assert.equal(judgeSeries(series([0, 1000, 2000, 3000, 4000, 5000])).trend, 'leak');
  });

  it('is content with five points where they are said to be enough, if they are even', () => {
    const five = (objects: number[]) => judgeSeries(series(objects), undefined, 5).trend;
    assert.equal(five([0, 1000, 2000, 3000, 4000]), 'leak');
    assert.equal(five([0, 1000, 2900, 3000, 4000]), 'unsettled');
  });

  it('is the surer the more points agree', () => {
    const sure = [6, 7, 8, 10].map(
      (n) => judgeSeries(series(Array.from({ length: n }, (_, i) => 1000 * i))).confidence,
    );
    assert.deepEqual(sure, [0.875, 0.9375, 0.96875, 0.99]);
  });
});

describe('mannKendall', () => {
  it('agrees with the exact tables', () => {
    assert.equal(mannKendall(6, 4), 1 / 24);
    assert.equal(mannKendall(10, 5), 1 / 120);
    assert.equal(mannKendall(3, 3), 1 / 6);
    // Kendall (1938): n = 4, S >= 4: 4 of 24 permutations.
    assert.equal(mannKendall(4, 4), 4 / 24);
    assert.equal(mannKendall(-6, 4), 1);
  });

  it('goes over into the normal approximation smoothly', () => {
    assert.ok(Math.abs(mannKendall(30, 12) - mannKendall(30, 13)) < 0.02);
    assert.ok(mannKendall(78, 13) < 1e-5);
    assert.ok(Math.abs(mannKendall(0, 20) - 0.5) < 0.02);
  });
});
