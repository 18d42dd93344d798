import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkMeter } from '../../../src/recording/work-meter.ts';

/** A reading each 100 ms; after `rises`, bytes gained between them. */
function metered(rises: number[], meter = new WorkMeter(), from = 0): WorkMeter {
  let heapUsed = 5e6;
  meter.reading(from, heapUsed);
  rises.forEach((rise, i) => {
    heapUsed += rise;
    meter.reading(from + 100 * (i + 1), heapUsed);
  });
  return meter;
}

const BUSY = new Array<number>(8).fill(40_000);

test('work ends with the last rise that is like the others', () => {
  const meter = metered([...BUSY, 1500, 1500, 1500]);
  assert.equal(meter.workedUntil(), 800);
  assert.equal(metered([...BUSY, 1500, 9000, 1500]).workedUntil(), 1000);
});

test('a long wait at the end does not become the usual', () => {
  assert.equal(metered([...BUSY, ...new Array<number>(14).fill(1500)]).workedUntil(), 800);
});

test('a program that is slow throughout works throughout', () => {
  assert.equal(metered(BUSY.map(() => 1500)).workedUntil(), 800);
});

test('of few readings it says nothing', () => {
  assert.equal(metered([40_000, 40_000, 0]).workedUntil(), undefined);
  assert.equal(new WorkMeter().waits(), false);
});

test('it waits where nothing has risen since the snapshot, as far as is known', () => {
  const meter = metered(BUSY);
  meter.snapshot();
  assert.equal(meter.waits(), false, 'nothing is known yet');
  metered([500_000, 1500], meter, 2000);
  assert.equal(meter.waits(), true);
  metered([40_000], meter, 2200);
  assert.equal(meter.waits(), false);
});

test('falls tell nothing, nor does what is allocated right after a snapshot', () => {
  const meter = metered(BUSY);
  meter.snapshot();
  metered([500_000, 1500, -900_000, 1500], meter, 2000);
  assert.equal(meter.workedUntil(), 800);
  assert.equal(meter.waits(), true);
});
