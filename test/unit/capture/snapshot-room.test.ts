import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leftOutError, SnapshotRoom } from '../../../src/capture/snapshot-room.ts';

const room = (memory: number, disk?: number): SnapshotRoom =>
  new SnapshotRoom('/recording', { memory: () => memory, disk: () => disk });

test('a snapshot takes a multiple of its file in memory', () => {
  assert.equal(room(1e9).lack(100e6), undefined);
  assert.deepEqual(room(500e6).lack(100e6), { lacks: 'memory', needed: 780e6, available: 500e6 });
  assert.match(
    leftOutError(room(500e6).lack(100e6)!).toLine(),
    /about 780 MB of memory, and 500 MB are available\. The program runs on/,
  );
});

test('what the program says of its own limit counts, too', () => {
  const one = room(100e9);
  one.target = { memoryLimit: 1e9 };
  assert.equal(one.lack(100e6, 200e6), undefined);
  assert.deepEqual(one.lack(100e6, 400e6), { lacks: 'memory', needed: 780e6, available: 600e6 });
  assert.equal(one.lack(100e6, 2e9)?.available, 0);
});

test('what the last one left in the process is used again', () => {
  const one = room(500e6);
  one.took(100e6, 600e6);
  assert.equal(one.lack(100e6), undefined);
  assert.ok(one.lack(200e6));
});

test('the disk keeps some for others; where it does not tell, it is not asked', () => {
  assert.deepEqual(room(1e12, 150e6).lack(100e6), { lacks: 'disk', needed: 200e6, available: 150e6 });
  assert.equal(room(1e12, 250e6).lack(100e6), undefined);
  assert.equal(room(1e12).lack(100e6), undefined);
});

test('when none fitted, it is not looked for again at once', () => {
  const one = room(0);
  assert.equal(one.mayTry(10), true);
  assert.equal(one.leftOut(4000), true);
  assert.equal(one.mayTry(5000), false);
  assert.equal(one.mayTry(6000), true);
  assert.equal(one.leftOut(6000), false);
  one.took(1, 2);
  assert.equal(one.leftOut(7000), true);
});
