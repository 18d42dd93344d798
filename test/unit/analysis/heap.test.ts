import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SYSTEM_DISTANCE, UNREACHABLE } from '../../../src/analysis/distances.ts';
import { analyseHeap } from '../../../src/analysis/heap.ts';
import { HeaplineError } from '../../../src/base/errors.ts';
import { buildGraph, type DrawnEdge, type DrawnNode } from '../../support/graphs.ts';

const ROOT: DrawnNode = { type: 'synthetic', name: '' };
const GLOBAL: DrawnNode = { name: 'global' };
const GC_ROOTS: DrawnNode = { type: 'synthetic', name: '(GC roots)' };

function analyse(nodes: DrawnNode[], edges: DrawnEdge[]): ReturnType<typeof analyseHeap> {
  return analyseHeap(buildGraph({ nodes, edges }));
}

describe('distances', () => {
  it('count from user roots, and from the synthetic root for the rest', () => {
    const { distances } = analyse(
      [ROOT, GLOBAL, GC_ROOTS, {}, {}],
      [
        [0, 1, 'shortcut'],
        [0, 2, 'element', 1],
        [1, 3],
        [2, 4, 'element', 1],
      ],
    );
    assert.deepEqual([...distances], [SYSTEM_DISTANCE, 1, SYSTEM_DISTANCE + 1, 2, SYSTEM_DISTANCE + 2]);
  });

  it('count from the root at 0 where there is no user root', () => {
    const { distances } = analyse(
      [ROOT, GC_ROOTS, {}],
      [
        [0, 1, 'element', 1],
        [1, 2, 'element', 1],
      ],
    );
    assert.deepEqual([...distances], [0, 1, 2]);
  });

  it('do not go over weak edges', () => {
    const { distances } = analyse(
      [ROOT, GLOBAL, {}, {}],
      [
        [0, 1, 'shortcut'],
        [1, 2, 'weak', 'w'],
        [2, 3],
      ],
    );
    assert.deepEqual([...distances].slice(2), [UNREACHABLE, UNREACHABLE]);
  });

  it('leave out sloppy_function_map of a NativeContext and the links of map descriptors', () => {
    const { distances } = analyse(
      [
        ROOT,
        { type: 'hidden', name: 'system / NativeContext' },
        { type: 'array', name: '(map descriptors)' },
        {},
        {},
        {},
      ],
      [
        [0, 1, 'shortcut'],
        [1, 3, 'internal', 'sloppy_function_map'],
        [1, 2, 'internal', 'other'],
        [2, 4, 'internal', '4'],
        [2, 5, 'hidden', 5],
      ],
    );
    assert.deepEqual([...distances].slice(2), [2, UNREACHABLE, UNREACHABLE, 3]);
  });

  it('give a value of a WeakMap the later of its key and its table', () => {
    const { distances } = analyse(...weakMap());
    assert.deepEqual([...distances].slice(1), [1, 2, 3, 2, 4, 4]);
  });
});

describe('retained sizes', () => {
  it('leave out weak edges and edges to oneself', () => {
    const { retainedSizes, dominators } = analyse(
      [ROOT, { ...GLOBAL, size: 1 }, { size: 10 }, { size: 100 }],
      [
        [0, 1, 'shortcut'],
        [1, 2],
        [2, 2],
        [1, 3, 'weak', 'w'],
        [2, 3],
      ],
    );
    assert.deepEqual([...retainedSizes], [111, 111, 110, 100]);
    assert.deepEqual([...dominators], [0, 0, 1, 2]);
  });

  it('are shared ones at the nearest common dominator', () => {
    const { retainedSizes, dominators } = analyse(
      [ROOT, { ...GLOBAL, size: 1 }, { size: 10 }, { size: 20 }, { size: 100 }],
      [
        [0, 1, 'shortcut'],
        [1, 2],
        [1, 3],
        [2, 4],
        [3, 4],
      ],
    );
    assert.deepEqual([...retainedSizes], [131, 131, 10, 20, 100]);
    assert.equal(dominators[4], 1);
  });

  it('leave out shortcuts but for those of the root', () => {
    const { dominators } = analyse(
      [ROOT, GLOBAL, {}, {}, {}],
      [
        [0, 1, 'shortcut'],
        [1, 2],
        [1, 3],
        [2, 4],
        [3, 4, 'shortcut', 's'],
      ],
    );
    assert.equal(dominators[4], 2);
  });

  it("count a WeakMap's value with its key, not with its table", () => {
    const { dominators } = analyse(...weakMap());
    assert.equal(dominators[6], 4);
  });

  it('leave out edges into what the global objects reach from what they do not', () => {
    const { dominators } = analyse(
      [ROOT, GLOBAL, GC_ROOTS, { name: 'debugger' }, {}],
      [
        [0, 1, 'shortcut'],
        [0, 2, 'element', 1],
        [2, 3, 'element', 1],
        [1, 4],
        [3, 4],
      ],
    );
    assert.equal(dominators[4], 1);
  });

  it('add up to the whole at the root, what no root reaches included', () => {
    const { retainedSizes, dominators, distances } = analyse(
      [ROOT, { ...GLOBAL, size: 1 }, { size: 10 }, { size: 100 }, { size: 1000 }, { size: 10000 }],
      [
        [0, 1, 'shortcut'],
        [2, 3], // an orphan that holds something
        [4, 5], // a ring
        [5, 4],
      ],
    );
    assert.deepEqual([...retainedSizes], [11111, 1, 110, 100, 1000, 10000]);
    assert.deepEqual([...dominators], [0, 0, 0, 2, 0, 0]);
    assert.equal(distances[5], UNREACHABLE);
  });
});

describe('shallow sizes', () => {
  const shallow = (nodes: DrawnNode[], edges: DrawnEdge[]): number[] => [
    ...analyse(nodes, edges).shallowSizes,
  ];

  it('move a backing store to its one owner, through stores that only it owns', () => {
    const nodes: DrawnNode[] = [
      ROOT,
      GLOBAL,
      { size: 10 },
      { type: 'array', size: 100 },
      { type: 'hidden', size: 1000 },
      { type: 'native', name: 'system / ExternalStringData', size: 10000 },
    ];
    const edges: DrawnEdge[] = [
      [0, 1, 'shortcut'],
      [1, 2],
      [2, 3, 'internal', 'elements'],
      [3, 4, 'internal', 'x'],
      [2, 5, 'internal', 'y'],
    ];
    assert.deepEqual(shallow(nodes, edges), [0, 0, 11110, 0, 0, 0]);
  });

  it('leave a store alone that two own, and what it leads to', () => {
    const nodes: DrawnNode[] = [
      ROOT,
      GLOBAL,
      { size: 1 },
      { size: 2 },
      { type: 'array', size: 10 },
      { type: 'array', size: 100 },
    ];
    const edges: DrawnEdge[] = [
      [0, 1, 'shortcut'],
      [1, 2],
      [1, 3],
      [2, 4],
      [3, 4],
      [4, 5],
    ];
    assert.deepEqual(shallow(nodes, edges), [0, 0, 1, 2, 10, 100]);
  });

  it('ignore weak owners, and move nothing to synthetic nodes', () => {
    const nodes: DrawnNode[] = [
      ROOT,
      GLOBAL,
      GC_ROOTS,
      { size: 1 },
      { type: 'array', size: 10 },
      { type: 'array', size: 100 },
    ];
    const edges: DrawnEdge[] = [
      [0, 1, 'shortcut'],
      [0, 2, 'element', 1],
      [2, 5, 'element', 1],
      [1, 3],
      [3, 4],
      [1, 4, 'weak', 'w'],
    ];
    assert.deepEqual(shallow(nodes, edges), [0, 0, 0, 11, 0, 100]);
  });

  it('are as written in a file without user roots', () => {
    const nodes: DrawnNode[] = [ROOT, GC_ROOTS, { size: 1 }, { type: 'array', size: 10 }];
    const edges: DrawnEdge[] = [
      [0, 1, 'element', 1],
      [1, 2, 'element', 1],
      [2, 3],
    ];
    assert.deepEqual(shallow(nodes, edges), [0, 0, 1, 10]);
  });
});

describe('analyseHeap', () => {
  it('reports its phases and stops when told', () => {
    const graph = buildGraph({ nodes: [ROOT, GLOBAL], edges: [[0, 1, 'shortcut']] });
    const phases: string[] = [];
    analyseHeap(graph, { report: ({ phase }) => phases.push(phase) });
    assert.deepEqual(phases, [
      'Building the dominator tree',
      'Measuring distances',
      'Adding up retained sizes',
    ]);
    assert.throws(
      () => analyseHeap(graph, { signal: { aborted: true } }),
      (error) => HeaplineError.is(error, 'cancelled'),
    );
  });
});

/** Nodes: 1 global, 2 holder of the table, 3 the table, 4 the key, 5 a part of the table, 6 the value. */
function weakMap(): [DrawnNode[], DrawnEdge[]] {
  const entry = 'part of key (Object @9) -> value (Object @13) pair in WeakMap (table @7)';
  return [
    [ROOT, GLOBAL, { name: 'WeakMap' }, { type: 'array', name: 'table' }, {}, {}, {}],
    [
      [0, 1, 'shortcut'],
      [1, 2],
      [1, 4],
      [2, 3, 'internal', 'table'],
      [3, 5],
      [3, 6, 'internal', `2 / ${entry}`],
      [4, 6, 'internal', `1 / ${entry}`],
    ],
  ];
}
