import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growthBetween } from '../../../webview/layout/growth.ts';
import { chosenRows, type RowOrder, visibleRows } from '../../../webview/layout/rows.ts';
import { INITIAL_STATE, isOpen, packState, reduce, unpackState } from '../../../webview/state.ts';

interface Row {
  name: string;
  size: number;
}
const rows: Row[] = [
  { name: 'Message', size: 3 },
  { name: 'Array', size: -5 },
  { name: 'message', size: 0 },
  { name: 'Tool', size: 9 },
];
const order: RowOrder<Row> = {
  name: (row) => row.name,
  value: (row, column) => (column === 'name' ? row.name : row.size),
  grown: (row) => row.size > 0,
  column: 'size',
};
const { table } = INITIAL_STATE;
const names = (change: Partial<typeof table>): string[] =>
  chosenRows(rows, order, { ...table, ...change }).map((row) => row.name);

test('rows are ordered by the table’s own column until another is chosen', () => {
  assert.deepEqual(names({}), ['Tool', 'Message', 'message', 'Array']);
  assert.deepEqual(names({ descending: false }), ['Array', 'message', 'Message', 'Tool']);
  assert.deepEqual(names({ column: 'name', descending: false }), ['Array', 'Message', 'Tool', 'message']);
});

test('rows are sought in upper and lower case, and by growth', () => {
  assert.deepEqual(names({ filter: ' MESS' }), ['Message', 'message']);
  assert.deepEqual(names({ onlyGrown: true }), ['Tool', 'Message']);
  assert.deepEqual(names({ onlyGrown: true, filter: 'mess' }), ['Message']);
  assert.equal(rows[0].name, 'Message', 'those given keep their order');
});

test('rows in sight are all there, and few more', () => {
  for (const count of [0, 1, 30, 50_000]) {
    for (const top of [0, 13, 26 * 100, 26 * 49_990, 26 * 60_000]) {
      const { from, to } = visibleRows(count, 26, top, 520);
      assert.ok(from >= 0 && to <= count && to - from <= 45, `${from} to ${to}`);
      const last = Math.max(0, count * 26 - 520);
      const seen = Math.min(top, last) / 26;
      assert.ok(from <= seen && to >= Math.min(count, Math.floor(seen) + 20), `${count} ${top}`);
    }
  }
});

test('another order or filter begins at the top', () => {
  const scrolled = reduce(INITIAL_STATE, { type: 'table-top', top: 900 });
  assert.equal(scrolled.table.top, 900);
  for (const action of [
    { type: 'table-filter', text: 'a' },
    { type: 'table-sort', column: 'name', descending: false },
    { type: 'only-grown', only: true },
  ] as const)
    assert.equal(reduce(scrolled, action).table.top, 0);
});

test('the first finding is unfolded until the reader says otherwise, each known by its id', () => {
  assert.ok(isOpen(INITIAL_STATE, 'a', 0));
  assert.ok(!isOpen(INITIAL_STATE, 'b', 1));
  const folded = reduce(INITIAL_STATE, { type: 'toggle-finding', id: 'a', open: false });
  assert.ok(!isOpen(folded, 'a', 0));
  const both = reduce(folded, { type: 'toggle-finding', id: 'b', open: true });
  assert.ok(isOpen(both, 'b', 0) && isOpen(both, 'b', 5) && !isOpen(both, 'a', 1));
});

test('a state comes back as it was, without the cursor', () => {
  const state = reduce(
    reduce(reduce(INITIAL_STATE, { type: 'zoom', window: [5, 9] }), { type: 'cursor', t: 7 }),
    { type: 'table-filter', text: 'x' },
  );
  const kept: unknown = JSON.parse(JSON.stringify(packState(state)));
  const { cursor, ...rest } = state;
  assert.equal(cursor, 7);
  assert.deepEqual(unpackState(kept), rest);
});

test('a state of another form is left', () => {
  for (const kept of [
    undefined,
    null,
    'x',
    { table: 5 },
    { table: {} },
    { open: null },
    { window: [1, 'a'] },
    { classSort: {} },
    { classFilter: 1 },
  ])
    assert.equal(unpackState(kept), INITIAL_STATE, JSON.stringify(kept));
});

test('growth between two snapshots', () => {
  const points = [
    { snapshot: 2, time: 0, bytes: 0, objects: 0 },
    { snapshot: 3, time: 1, bytes: 40, objects: 4 },
    { snapshot: 5, time: 2, bytes: 30, objects: 3 },
  ];
  assert.equal(growthBetween(points, 2, 3), 40);
  assert.equal(growthBetween(points, 3, 5), -10);
  assert.equal(growthBetween(points, 1, 5), undefined);
});
