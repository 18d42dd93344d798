/** The dominator tree in boxes: on a graph drawn by hand, and on V8's own. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HeaplineError } from '../../../src/base/errors.ts';
import { engineHandlers } from '../../../src/engine/handlers.ts';
import { FreshColumns } from '../../../src/engine/heap/columns.ts';
import { OpenHeap } from '../../../src/engine/heap/open-heap.ts';
import { OpenHeaps } from '../../../src/engine/heap/open-heaps.ts';
import type { DominatorBox } from '../../../src/protocol/pictures.ts';
import { buildGraph, type DrawnEdge, type DrawnNode } from '../../support/graphs.ts';
import { leakySnapshots } from '../../support/leaky-snapshots.ts';

/** A Store with so many small Entries, each with a text, and one Index of 5 MB beside. */
function store(entries: number, firstId = 1): OpenHeap {
  const nodes: DrawnNode[] = [
    { type: 'synthetic', name: '' },
    { name: 'global', size: 10 },
    { name: 'Store', size: 100, id: 51 },
    { name: 'Index', size: 5_000_000, id: 53 },
  ];
  const edges: DrawnEdge[] = [
    [0, 1, 'shortcut', 'global'],
    [1, 2, 'property', 'store'],
    [2, 3, 'property', 'index'],
    [3, 2, 'weak', 'back'],
  ];
  for (let i = 0; i < entries; i++) {
    const at = nodes.length;
    nodes.push({ name: 'Entry', size: 300, id: 101 + 4 * (firstId + i) });
    nodes.push({ type: 'string', name: `text ${i}`, size: 700, id: 103 + 4 * (firstId + i) });
    edges.push([2, at, 'element', i], [at, at + 1, 'property', 'text']);
  }
  return new OpenHeap('store.heapsnapshot', 1, new FreshColumns(buildGraph({ nodes, edges })));
}

function every(box: DominatorBox): DominatorBox[] {
  return [box, ...(box.children ?? []).flatMap(every)];
}

function find(root: DominatorBox, className: string): DominatorBox {
  const found = every(root).find((box) => box.className === className);
  assert.ok(found, className);
  return found;
}

/** What is in a box is never more than the box, and none that is told is without an amount. */
function assertSound(root: DominatorBox): void {
  for (const box of every(root)) {
    const inside = (box.children ?? []).reduce((sum, child) => sum + child.retainedSize, 0);
    assert.ok(inside + (box.count === 1 ? box.selfSize : 0) <= box.retainedSize, JSON.stringify(box));
    assert.ok(box.retainedSize > 0);
    const sizes = (box.children ?? [])
      .filter(({ className }) => className)
      .map((child) => child.retainedSize);
    assert.deepEqual(
      sizes,
      sizes.toSorted((a, b) => b - a),
    );
  }
}

describe('boxes of a heap drawn by hand', () => {
  it('tells large objects one by one, small ones by class, and by what they are held', async () => {
    const heap = store(1000);
    const root = await heap.boxes({});
    assertSound(root);
    assert.deepEqual([root.nodeId, root.retainedSize], [1, 6_000_110]);
    const held = find(root, 'Store');
    assert.deepEqual([held.nodeId, held.edge, held.retainedSize], [51, '.store', 6_000_100]);
    assert.deepEqual(
      held.children!.map(({ nodeId, className, count, retainedSize, edge }) => [
        nodeId,
        className,
        count,
        retainedSize,
        edge,
      ]),
      [
        [53, 'Index', 1, 5_000_000, '.index'],
        [undefined, 'Entry', 1000, 1_000_000, undefined],
      ],
    );
    const entries = find(root, 'Entry');
    assert.deepEqual(
      [
        entries.selfSize,
        entries.children!.map(({ className, count, retainedSize }) => [className, count, retainedSize]),
      ],
      [300_000, [['(string)', 1000, 700_000]]],
    );
  });

  it('stops at so many levels, says that there is more, and goes on from there', async () => {
    const heap = store(1000);
    const root = await heap.boxes({ levels: 3 });
    const entries = find(root, 'Entry');
    assert.deepEqual([entries.more, entries.children], [true, undefined]);
    const groups = [{ className: 'Entry', upTo: entries.upTo! }];
    const below = await heap.boxes({ at: { nodeId: 51, groups } });
    assert.deepEqual([below.className, below.count, below.retainedSize], ['Entry', 1000, 1_000_000]);
    assert.equal(below.children![0].retainedSize, 700_000);
    const few = await heap.boxes({ most: 2 });
    assert.equal(every(few).length, 3);
    assert.ok(find(few, 'Store').more);
  });

  it('measures the same boxes in an earlier heap', async () => {
    const [before, after] = [store(200), store(1000, 100)];
    const root = await after.boxes({});
    await before.measureBoxes(root);
    const growth = (className: string): number =>
      find(root, className).retainedSize - find(root, className).before!;
    assert.deepEqual([root.before, growth('Index'), growth('Entry')], [5_200_110, 0, 800_000]);
    assert.equal(growth('(string)'), 560_000);
    // From within, too: there are objects of that class, though with other ids.
    const at = { nodeId: 51, groups: [{ className: 'Entry', upTo: 1000 }] };
    const below = await after.boxes({ at });
    await before.measureBoxes(below, at);
    assert.equal(below.before, 200_000);
  });

  it('folds what is tiny, of any class', async () => {
    const nodes: DrawnNode[] = [
      { type: 'synthetic', name: '' },
      { name: 'Big', size: 1e7 },
    ];
    const edges: DrawnEdge[] = [[0, 1]];
    for (let i = 0; i < 50; i++) {
      nodes.push({ name: `Tiny${i}`, size: 20 });
      edges.push([0, nodes.length - 1]);
    }
    const heap = new OpenHeap('tiny', 1, new FreshColumns(buildGraph({ nodes, edges })));
    const { children } = await heap.boxes({});
    assert.deepEqual(
      children!.map(({ className, count }) => [className, count]),
      [
        ['Big', 1],
        [undefined, 50],
      ],
    );
  });

  it('is bounded on a list of any length, and tells an id that is not there', async () => {
    const nodes: DrawnNode[] = [{ type: 'synthetic', name: '' }];
    const edges: DrawnEdge[] = [];
    for (let i = 1; i <= 3000; i++) {
      nodes.push({ name: 'Link', size: 10 });
      edges.push([i - 1, i, 'property', 'next']);
    }
    const heap = new OpenHeap('list', 1, new FreshColumns(buildGraph({ nodes, edges })));
    const root = await heap.boxes({ levels: 1e9 });
    const deepest = every(root).at(-1)!;
    assert.equal(every(root).length, 25);
    assert.equal(deepest.more, true);
    await assert.rejects(heap.boxes({ at: { nodeId: 4 } }), (error) => HeaplineError.is(error, 'not-found'));
  });
});

describe('boxes of real snapshots', () => {
  let folder: string;
  let files: string[];
  let historyId: number;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'heapline-boxes-'));
    ({ files, historyId } = leakySnapshots(folder));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('shows what grew between two, whatever else is open', async () => {
    const heaps = new OpenHeaps({ maxBytes: 1e9 });
    try {
      const ask = engineHandlers(heaps)['heap/boxes'];
      const root = await ask({ file: files[2], before: files[0] }, {});
      assertSound(root);
      assert.ok(every(root).length <= 700);
      const history = every(root).find(({ nodeId }) => nodeId === historyId)!;
      const turns = history.children!.find(({ className }) => className === 'Turn')!;
      assert.deepEqual([history.edge, turns.count], ['.history', 1500]);
      // Two thirds have come since.
      assert.ok(Math.abs(turns.before! / turns.retainedSize - 1 / 3) < 0.01, JSON.stringify(turns));
      assert.ok(root.retainedSize - root.before! > 2 * turns.before!);
      const below = await ask(
        {
          file: files[2],
          before: files[0],
          at: { nodeId: historyId, groups: [{ className: 'Turn', upTo: turns.upTo! }] },
        },
        {},
      );
      assert.deepEqual([below.retainedSize, below.before], [turns.retainedSize, turns.before]);
    } finally {
      heaps.dispose();
    }
  });
});
