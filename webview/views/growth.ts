/** A finding's growth from snapshot to snapshot, with the line that fits it. */

import { type Selection, select } from 'd3';
import { formatBytes, formatCount, formatDuration } from '../../src/base/units.ts';
import type { Finding, SnapshotPoint, StepKind } from '../../src/protocol/findings.ts';
import { GROWTH_SIZE, layoutGrowth } from '../layout/growth.ts';
import type { Store, ViewState } from '../state.ts';
import { stepWords } from '../step-words.ts';
import { t } from '../text.ts';
import { asTable, h, onWidth, table } from './dom.ts';

type Measure = ViewState['measure'];
const MEASURES: [Measure, string][] = [
  ['bytes', 'Size'],
  ['objects', 'Objects'],
];

export function growthView(finding: Finding, store: Store): HTMLElement {
  const points = finding.growth.perSnapshot;
  const frame = h('div', { class: 'chart' });
  const svg = select(frame).append('svg').attr('role', 'img').attr('height', GROWTH_SIZE.height);
  let width = 0;
  // Memory outside the heap has no objects to count.
  const measureNow = (): Measure => (finding.growth.objects === 0 ? 'bytes' : store.state.measure);
  const draw = (): void => {
    if (width > 0) drawGrowth(svg, points, measureNow(), width, finding.growth.stepKind);
  };
  onWidth(frame, (now) => {
    width = now;
    draw();
  });
  const buttons = MEASURES.map(([measure, label]) =>
    h('button', { type: 'button', onclick: () => store.dispatch({ type: 'measure', measure }) }, t(label)),
  );
  store.watch(
    (state) => state.measure,
    (measure) => {
      for (const [i, button] of buttons.entries())
        button.setAttribute('aria-pressed', String(MEASURES[i][0] === measure));
      draw();
    },
  );
  return h(
    'div',
    { class: 'growth' },
    finding.growth.objects !== 0 &&
      h('div', { class: 'toggle', role: 'group', 'aria-label': t('What the chart counts') }, ...buttons),
    frame,
    h('p', { class: 'dim note' }, t('Broad line: the straight line that fits best.')),
    asTable(() =>
      table(
        'Growth by snapshot',
        ['Snapshot', stepWords(finding.growth.stepKind).one(), 'Time', 'Size', 'Objects'],
        points.map((point) => [
          point.snapshot,
          point.step ?? '',
          formatDuration(point.time),
          formatBytes(point.bytes),
          formatCount(point.objects),
        ]),
      ),
    ),
  );
}

function drawGrowth(
  svg: Selection<SVGSVGElement, unknown, null, undefined>,
  points: readonly SnapshotPoint[],
  measure: Measure,
  width: number,
  stepKind: StepKind | undefined,
): void {
  const layout = layoutGrowth(points, measure, width);
  const format = (value: number): string => (measure === 'bytes' ? formatBytes(value) : formatCount(value));
  const first = points[0];
  const last = points.at(-1);
  const bottom = GROWTH_SIZE.height - GROWTH_SIZE.bottom;
  svg.attr('width', width).attr('viewBox', `0 0 ${width} ${GROWTH_SIZE.height}`);
  svg.attr(
    'aria-label',
    first && last
      ? t('From {0} to {1} in {2} snapshots', format(first[measure]), format(last[measure]), points.length)
      : t('No snapshots'),
  );
  svg.selectAll('*').remove();
  const grid = svg.append('g').attr('class', 'grid');
  for (const { y, value } of layout.yTicks) {
    grid
      .append('line')
      .attr('x1', GROWTH_SIZE.left)
      .attr('x2', width - GROWTH_SIZE.right)
      .attr('y1', y)
      .attr('y2', y);
    grid
      .append('text')
      .attr('x', GROWTH_SIZE.left - 8)
      .attr('y', y)
      .attr('dy', '0.32em')
      .attr('text-anchor', 'end')
      .text(format(value));
  }
  // Labels that would touch are left out.
  let free = -Infinity;
  for (const { x, label } of layout.xTicks) {
    if (x < free) continue;
    free = x + 26;
    grid
      .append('text')
      .attr('x', x)
      .attr('y', bottom + 16)
      .attr('text-anchor', 'middle')
      .text(label);
  }
  grid
    .append('text')
    .attr('class', 'axis-name')
    .attr('x', width - GROWTH_SIZE.right)
    .attr('y', bottom + 31)
    .attr('text-anchor', 'end')
    .text(layout.axis === 'step' ? stepWords(stepKind).many() : t(`${layout.axis}s`));
  svg.append('path').attr('class', 'fit').attr('d', layout.fit);
  svg.append('path').attr('class', 'measured').attr('d', layout.measured);
  for (const { x, y, point } of layout.points) {
    const when =
      point.step === undefined ? formatDuration(point.time) : stepWords(stepKind).numbered(point.step);
    svg
      .append('circle')
      .attr('class', 'point')
      .attr('cx', x)
      .attr('cy', y)
      .attr('r', 4.5)
      .append('title')
      .text(
        `${t('Snapshot {0}', point.snapshot)}, ${when}: ${t('{0} objects, {1}', formatCount(point.objects), formatBytes(point.bytes))}`,
      );
  }
  const end = layout.points.at(-1);
  if (end) {
    svg
      .append('text')
      .attr('class', 'end')
      .attr('x', end.x)
      .attr('y', end.y - 10)
      .attr('text-anchor', 'end')
      .text(format(end.point[measure]));
  }
}
