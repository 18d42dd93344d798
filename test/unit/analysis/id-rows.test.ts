import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { IdRows } from '../../../src/analysis/id-rows.ts';

/** Each id has a row of its own, from 0 on; others have none. */
function assertRows(ids: number[], others: number[]): void {
  const rows = new IdRows(Uint32Array.from(ids));
  const distinct = new Set(ids);
  assert.equal(rows.count, distinct.size);
  const found = [...distinct].map((id) => rows.row(id)).sort((a, b) => a - b);
  assert.deepEqual(found, [...found.keys()]);
  for (const id of others) assert.equal(rows.row(id), -1, `${id}`);
}

describe('IdRows', () => {
  it('tells close ids, odd and even ones, and those at the ends', () => {
    const ids = [1, 3, 5, 63, 65, 67, 2, 4, 64, 0xffffffff, 0xfffffffe, 0x80000001];
    assertRows(ids, [0, 7, 61, 69, 6, 66, 0x80000000, 0xfffffffd]);
  });

  it('takes them in any order, and the same twice', () => {
    assertRows([9, 1, 400_001, 9, 3, 77, 1], [5, 11, 399_999]);
  });

  it('is empty without ids', () => {
    assertRows([], [0, 1, 2, 0xffffffff]);
  });

  it('agrees with a Map on 20,000 ids, dense and sparse', () => {
    let seed = 7;
    const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0);
    const ids = Array.from({ length: 20_000 }, (_, i) => (i % 2 ? 2 * i + 1 : random()));
    const known = new Set(ids);
    assertRows(
      ids,
      Array.from({ length: 20_000 }, random).filter((id) => !known.has(id)),
    );
  });
});
