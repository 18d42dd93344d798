import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classify } from '../../../src/analysis/classes.ts';
import { diffHeaps } from '../../../src/analysis/diff.ts';
import { digestHeap, type HeapDigest } from '../../../src/analysis/digest.ts';
import { buildGraph, type DrawnNode } from '../../support/graphs.ts';

function digest(nodes: DrawnNode[]): HeapDigest {
  const graph = buildGraph({ nodes, edges: [] });
  return digestHeap({ graph, shallowSizes: graph.nodeSelfSizes }, classify(graph));
}

const item = (id: number, size: number, name = 'Item', type = 'object'): DrawnNode => ({
  id,
  size,
  name,
  type,
});

describe('digestHeap', () => {
  it('has the nodes with a size, by ascending id up to 2^32', () => {
    const { ids, sizes, kinds, kindOf } = digest([
      item(0xffffffff, 1),
      item(70_000, 2, 'Other'),
      item(3, 0),
      item(65_535, 4),
      item(65_536, 5),
      item(1, 6),
    ]);
    assert.deepEqual([...ids], [1, 65_535, 65_536, 70_000, 0xffffffff]);
    assert.deepEqual([...sizes], [6, 4, 5, 2, 1]);
    assert.deepEqual(
      Array.from(kindOf, (kind) => kinds[kind].className),
      ['Item', 'Item', 'Item', 'Other', 'Item'],
    );
  });
});

describe('diffHeaps', () => {
  it('tells what was added and removed by id', () => {
    const before = digest([item(1, 10), item(3, 20), item(5, 30, 'Old')]);
    const after = digest([item(3, 25), item(7, 40), item(9, 50)]);
    const { rows, sharedIds } = diffHeaps(before, after);
    assert.deepEqual(rows, [
      {
        className: 'Item',
        addedCount: 2,
        removedCount: 1,
        addedSize: 90,
        removedSize: 10,
        deltaCount: 1,
        deltaSize: 80,
      },
      {
        className: 'Old',
        addedCount: 0,
        removedCount: 1,
        addedSize: 0,
        removedSize: 30,
        deltaCount: -1,
        deltaSize: -30,
      },
    ]);
    assert.equal(sharedIds, 1 / 3);
  });

  it('takes the same id with another class or type for a removal and an addition', () => {
    const before = digest([item(1, 10, 'A'), item(3, 10, 'B'), item(5, 10, 'C')]);
    const after = digest([item(1, 10, 'B'), item(3, 12, 'B', 'native'), item(5, 10, 'C')]);
    const { rows, sharedIds, changedKinds } = diffHeaps(before, after);
    assert.deepEqual(
      rows.map((row) => [row.className, row.addedCount, row.removedCount, row.deltaSize]),
      [
        ['B', 2, 1, 12],
        ['A', 0, 1, -10],
      ],
    );
    assert.equal(sharedIds, 1);
    assert.equal(changedKinds, 2 / 3);
  });

  it('is empty for a snapshot and itself, and has no shared ids with nothing', () => {
    const same = digest([item(1, 10)]);
    assert.deepEqual(diffHeaps(same, same), { rows: [], sharedIds: 1, changedKinds: 0 });
    assert.equal(diffHeaps(digest([]), same).sharedIds, 0);
  });
});
