import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreement, agreesWholly, namesShapes } from '../../bench/engine/agree.ts';
import type { ClassRow, Result } from '../../bench/engine/drivers/outcome.ts';

const ROWS: ClassRow[] = [
  ['Session', 2, 64, 900],
  ['(string)', 5, 100, 100],
  ['Function', 3, 168, 500],
];
const result = (classes: ClassRow[], more: Partial<Result> = {}): Result => ({
  nodes: 10,
  edges: 20,
  totalSize: 332,
  classes,
  ...more,
});

test('the same is the same, in any order', () => {
  const found = agreement({ summary: result(ROWS) }, { summary: result(ROWS.toReversed()) }, false);
  assert.ok(agreesWholly(found));
  assert.deepEqual(found.retained, { same: 3, of: 3 });
  assert.deepEqual(found.examples, []);
});

test('whatever differs is seen: a number, a class that is missing, one too many, the totals', () => {
  const others: Result[] = [
    result(ROWS.map(([name, count, self, retained]) => [name, count, self, retained! + 1])),
    result(ROWS.slice(1)),
    result([...ROWS, ['Extra', 1, 8, 8]]),
    result(ROWS, { nodes: 11 }),
    result(ROWS, { edges: 19 }),
    result(ROWS, { totalSize: 0 }),
  ];
  for (const summary of others) {
    assert.ok(
      !agreesWholly(agreement({ summary: result(ROWS) }, { summary }, false)),
      JSON.stringify(summary),
    );
  }
  const { examples } = agreement({ summary: result(ROWS) }, { summary: result(ROWS.slice(1)) }, false);
  assert.match(examples[0], /^count of Session: 2, undefined$/);
});

test('an engine of other rules is compared in the classes that both name, however they are spelt', () => {
  const theirs = result([
    ['(closure)', 3, 168, 501],
    ['system / Context', 1, 1, null],
  ]);
  const found = agreement({ summary: result(ROWS) }, { summary: theirs }, true);
  assert.deepEqual(found.counts, { same: 1, of: 1 });
  assert.deepEqual(found.retained, { same: 0, of: 1 });
});

test('differences between snapshots are compared too, and the known leak is read from them', () => {
  const summary = result(ROWS);
  const diff = result([], { diff: [['TraceEvent', 70, 700, 10, 100]] });
  const same = agreement({ summary, diff }, { summary, diff }, false);
  assert.deepEqual([same.diff, same.leak], [{ same: 1, of: 1 }, 60]);
  const other = result([], { diff: [['TraceEvent', 69, 700, 10, 100]] });
  assert.ok(!agreesWholly(agreement({ summary, diff }, { summary, diff: other }, false)));
});

test('classes named by their properties are told', () => {
  assert.ok(namesShapes([['{role, content}', 1, 1, 1]]));
  assert.ok(!namesShapes(ROWS));
});
