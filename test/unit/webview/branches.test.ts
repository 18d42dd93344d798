import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Branch,
  indexOf,
  lengthOf,
  localBranch,
  openPaths,
  rowAt,
  scaleOf,
} from '../../../webview/layout/branches.ts';
import { completions } from '../../../webview/layout/completions.ts';

/** a, b (b0, b1 (b1x), b2), c (unknown yet), d */
function tree(): Branch<string> {
  const root = localBranch(['a', 'b', 'c', 'd']);
  const below = localBranch(['b0', 'b1', 'b2']);
  below.open.set(1, localBranch(['b1x']));
  root.open.set(2, { at: () => undefined, open: new Map() });
  root.open.set(1, below);
  return root;
}

test('rows of a tree are found by their number, and their number by their path', () => {
  const root = tree();
  const all = Array.from({ length: lengthOf(root) }, (_, i) => rowAt(root, i));
  const items = ['a', 'b', 'b0', 'b1', 'b1x', 'b2', 'c', undefined, 'd'];
  assert.deepEqual(
    all.map(({ item }) => item),
    items,
  );
  assert.deepEqual(all[4].path, [1, 1, 0]);
  assert.deepEqual(all[7].path, [2, -1]);
  for (const [i, { path }] of all.entries()) assert.equal(indexOf(root, path), i, String(path));
  assert.deepEqual(openPaths(root), [[1], [1, 1], [2]]);
  root.open.get(1)!.open.delete(1);
  assert.equal(indexOf(root, [1, 1, 0]), 3, 'what is folded is where its parent is');
});

test('the end of any list can be scrolled to', () => {
  for (const rows of [0, 10, 600_000, 1_000_000, 50_000_000]) {
    const { height, scale } = scaleOf(rows, 26, 500);
    assert.ok(height <= 16e6);
    const most = Math.max(0, height - 500) * scale;
    assert.ok(Math.abs(most - Math.max(0, rows * 26 - 500)) < 1, String(rows));
  }
});

test('a query is completed by its last word', () => {
  assert.deepEqual(completions('size>1MB class:tu', ['Map', 'Turn', 'My Turn']), [
    'size>1MB class:Turn',
    'size>1MB class:"My Turn"',
  ]);
  assert.deepEqual(completions('type:reg', []), ['type:regexp']);
  assert.deepEqual(completions('re', []), ['retained>']);
});
