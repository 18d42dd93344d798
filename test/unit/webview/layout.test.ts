import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReportTimeline } from '../../../src/protocol/report.ts';
import { chosenClasses, classViews } from '../../../webview/layout/classes.ts';
import { layoutGrowth, sparkline } from '../../../webview/layout/growth.ts';
import { chainOf } from '../../../webview/layout/path.ts';
import { extent, floorPoints, layoutTimeline, nearest, zoomed } from '../../../webview/layout/timeline.ts';
import { tokensOf } from '../../../webview/layout/tokens.ts';
import { INITIAL_STATE, reduce, Store } from '../../../webview/state.ts';
import { externalReport, leakReport } from '../../support/report-data.ts';

const { timeline } = leakReport();

test('the timeline runs to the end of the last pause and fits its width', () => {
  const last = timeline.snapshots.at(-1)!;
  assert.deepEqual(extent(timeline), [0, last.t + last.pauseMs]);
  const layout = layoutTimeline(timeline, undefined, 1000);
  assert.equal(layout.x(0), 0);
  assert.equal(layout.x(last.t + last.pauseMs), 1000);
  assert.equal(layout.bands.length, 12);
  assert.deepEqual(
    layout.pins.map((pin) => pin.mark.index),
    [1, 2, 3, 4, 5],
  );
  for (const band of layout.bands) assert.ok(band.x >= 0 && band.x + band.width <= 1000.001);
});

test('a window shows only what is in it', () => {
  const [second, third] = [timeline.snapshots[1], timeline.snapshots[2]];
  const layout = layoutTimeline(timeline, [second.t, third.t], 600);
  assert.deepEqual(
    layout.pins.map((pin) => pin.mark.index),
    [2, 3],
  );
  assert.ok(layout.gc.every(({ t }) => t >= second.t && t <= third.t));
  assert.ok(layout.bands.every(({ step }) => step >= 4 && step <= 7));
});

test('few labels where steps are many', () => {
  const many: ReportTimeline = {
    ...timeline,
    steps: Array.from({ length: 500 }, (_, i) => ({ t: (i + 1) * 50, step: i + 1 })),
  };
  const labelled = layoutTimeline(many, undefined, 800).bands.filter((band) => band.labelled);
  assert.ok(labelled.length > 10 && labelled.length <= 800 / 26 + 1, String(labelled.length));
});

test('an empty timeline has a layout too', () => {
  const layout = layoutTimeline({ memory: [], gc: [], steps: [], snapshots: [] }, undefined, 300);
  assert.equal(layout.heapLine, '');
  assert.deepEqual(layout.pins, []);
});

test('the floor is the least of each step and rises with a leak', () => {
  const floor = floorPoints(timeline);
  assert.equal(floor.length, 12);
  for (const [i, point] of floor.entries()) if (i) assert.ok(point.bytes > floor[i - 1].bytes);
});

test('nearest sample', () => {
  const points = [{ t: 0 }, { t: 10 }, { t: 20 }];
  assert.deepEqual(
    [-5, 0, 4, 6, 15.5, 99].map((t) => nearest(points, t)),
    [0, 0, 0, 1, 2, 2],
  );
  assert.equal(nearest([], 1), -1);
});

test('zooming stays inside the whole, and zooming out far enough is the whole', () => {
  assert.deepEqual(zoomed([0, 100], undefined, 0.5), [25, 75]);
  assert.deepEqual(zoomed([0, 100], [0, 20], 2, 0), [0, 40]);
  assert.deepEqual(zoomed([0, 100], [80, 100], 2), [60, 100]);
  assert.equal(zoomed([0, 100], [25, 75], 2), undefined);
});

test('growth is fitted by least squares', () => {
  const points = [0, 1, 2].map((i) => ({
    snapshot: i + 1,
    time: 0,
    step: i,
    bytes: i * 100,
    objects: 3 - i,
  }));
  const layout = layoutGrowth(points, 'bytes', 400);
  assert.equal(layout.axis, 'step');
  const numbers = (path: string): number[] => path.match(/-?[\d.]+/g)!.map(Number);
  const [x0, y0, x1, y1] = numbers(layout.fit);
  const [first, , last] = layout.points;
  for (const [a, b] of [
    [x0, first.x],
    [y0, first.y],
    [x1, last.x],
    [y1, last.y],
  ]) {
    assert.ok(Math.abs(a - b) < 0.01, `${a} is ${b}`);
  }
  assert.equal(layoutGrowth(points.slice(0, 2), 'bytes', 400).fit, '', 'two points prove no line');
  assert.equal(layoutGrowth([{ snapshot: 1, time: 0, bytes: 0, objects: 0 }], 'bytes', 400).axis, 'snapshot');
  assert.deepEqual(layoutGrowth([], 'objects', 400).points, []);
});

test('sparklines keep inside their box', () => {
  for (const values of [[], [5], [1, 1, 1], [0, 9, 3]]) {
    const { line } = sparkline(values, 100, 20);
    for (const number of line.match(/-?[\d.]+/g) ?? [])
      assert.ok(Number(number) >= 0 && Number(number) <= 100);
  }
});

test('the chain marks the container, what it gains and the growing link', () => {
  const [finding] = leakReport().findings.findings;
  const chain = chainOf(finding);
  assert.deepEqual(
    chain.map((box) => box.role),
    ['root', 'holder', 'holder', 'holder', 'holder', 'holder', 'container', 'gained'],
  );
  assert.deepEqual(
    chain.filter((box) => box.growing).map((box) => box.entry.name),
    ['history[]'],
  );
  assert.deepEqual(
    chain.map((box) => box.origin),
    [undefined, 'runtime', 'library', 'user', 'user', 'user', undefined, 'user'],
  );
});

test('what is gained may bear its container’s id', () => {
  const chain = chainOf(leakReport().findings.findings[2]);
  assert.deepEqual(
    chain.map((box) => box.role),
    ['root', 'container', 'gained'],
  );
});

test('no path, no chain', () => {
  assert.deepEqual(chainOf(externalReport().findings.findings[0]), []);
});

test('a path that ends at the container gets a box for what is gained', () => {
  const [finding] = leakReport().findings.findings;
  finding.retainingPath.pop();
  const last = chainOf(finding).at(-1)!;
  assert.equal(last.role, 'gained');
  assert.equal(last.entry.className, 'Message');
});

test('classes are filtered and sorted', () => {
  const views = classViews(leakReport().classes);
  const names = (part: Parameters<typeof chosenClasses>[1]): string[] =>
    chosenClasses(views, part).map((view) => view.className);
  assert.equal(names(INITIAL_STATE)[0], 'Message');
  assert.deepEqual(names({ ...INITIAL_STATE, classFilter: ' tool' }), ['ToolCall', 'ToolRun']);
  assert.equal(
    names({ ...INITIAL_STATE, classSort: { column: 'className', descending: false } })[0],
    '(array)',
  );
});

test('tokens are the whole line again', () => {
  const line = `  this.get("a\\"b", 'c', 12) // const`;
  const tokens = tokensOf(line);
  assert.equal(tokens.map((token) => token.text).join(''), line);
  assert.deepEqual(
    tokens.filter((token) => token.kind !== 'plain').map((token) => [token.kind, token.text]),
    [
      ['keyword', 'this'],
      ['string', '"a\\"b"'],
      ['string', "'c'"],
      ['number', '12'],
      ['comment', '// const'],
    ],
  );
});

test('views hear of what they watch, and of nothing else', () => {
  const store = new Store(INITIAL_STATE);
  const seen: string[] = [];
  const watch = store.watch(
    (state) => state.measure,
    (measure) => seen.push(measure),
  );
  store.dispatch({ type: 'filter', text: 'x' });
  store.dispatch({ type: 'measure', measure: 'objects' });
  store.dispatch({ type: 'measure', measure: 'objects' });
  watch.dispose();
  store.dispatch({ type: 'measure', measure: 'bytes' });
  assert.deepEqual(seen, ['bytes', 'objects']);
});

test('sorting by a column again turns it round', () => {
  const once = reduce(INITIAL_STATE, { type: 'sort', column: 'className' });
  assert.deepEqual(once.classSort, { column: 'className', descending: false });
  assert.equal(reduce(once, { type: 'sort', column: 'className' }).classSort.descending, true);
  const unfolded = { ...INITIAL_STATE, open: { a: true } };
  assert.equal(reduce(unfolded, { type: 'toggle-finding', id: 'a', open: true }), unfolded);
});
