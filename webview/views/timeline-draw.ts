/** Draws a timeline's layout into an SVG group. */

import type { Selection } from 'd3';
import { formatBytes, formatDuration } from '../../src/base/units.ts';
import { budgetCrossed } from '../../src/protocol/budget-words.ts';
import { PANELS, type TimelineLayout } from '../layout/timeline.ts';
import { t } from '../text.ts';
import { shown } from './dom.ts';

export type Group = Selection<SVGGElement, unknown, null, undefined>;

/** Replaces what `plot` holds. @param marked numbers of snapshots to point out: the time between them is shaded */
export function drawTimeline(plot: Group, layout: TimelineLayout, marked: readonly number[]): void {
  plot.selectAll('*').remove();
  between(plot, layout, marked);
  steps(plot, layout);
  grid(plot, layout);
  const heap = panel(plot, 'heap', layout.width);
  heap.append('path').attr('class', 'heap-area').attr('d', layout.heapArea);
  heap.append('path').attr('class', 'external').attr('d', layout.externalLine);
  heap.append('path').attr('class', 'heap-line').attr('d', layout.heapLine);
  heap.append('path').attr('class', 'floor').attr('d', layout.floorLine);
  panel(plot, 'rss', layout.width).append('path').attr('class', 'rss-area').attr('d', layout.rssArea);
  const gc = panel(plot, 'gc', layout.width);
  for (const pause of layout.gc) {
    gc.append('line')
      .attr('class', pause.kind === 'mark-compact' ? 'gc major' : 'gc')
      .attr('x1', pause.x)
      .attr('x2', pause.x)
      .attr('y1', PANELS.gc.height)
      .attr('y2', PANELS.gc.height - pause.height);
  }
  budgets(plot, layout);
  names(plot, layout);
  pins(plot, layout, marked);
}

function panel(plot: Group, name: keyof typeof PANELS, width: number): Group {
  const { top, height } = PANELS[name];
  const group = plot
    .append('g')
    .attr('transform', `translate(0,${top})`)
    .attr('clip-path', `url(#clip-${name})`);
  group
    .append('clipPath')
    .attr('id', `clip-${name}`)
    .append('rect')
    .attr('width', width)
    .attr('height', height);
  return group;
}

/** Steps as bands behind all panels, every other one shaded. */
function steps(plot: Group, layout: TimelineLayout): void {
  const group = plot.append('g').attr('class', 'steps');
  const height = PANELS.axis.top - PANELS.steps.top;
  for (const band of layout.bands) {
    group
      .append('rect')
      .attr('class', band.step % 2 ? 'band odd' : 'band')
      .attr('x', band.x)
      .attr('width', band.width)
      .attr('height', height)
      .append('title')
      .text(`${t('Step {0}', band.step)}${band.name ? `: ${shown(band.name, 120)}` : ''}`);
    if (!band.labelled) continue;
    group
      .append('text')
      .attr('x', band.x + band.width / 2)
      .attr('y', 13)
      .attr('text-anchor', 'middle')
      .text(band.step);
  }
}

function grid(plot: Group, layout: TimelineLayout): void {
  const group = plot.append('g').attr('class', 'grid');
  const tick = (y: number, bytes: number): void => {
    group.append('line').attr('x2', layout.width).attr('y1', y).attr('y2', y);
    group
      .append('text')
      .attr('x', -8)
      .attr('y', y)
      .attr('dy', '0.32em')
      .attr('text-anchor', 'end')
      .text(formatBytes(bytes));
  };
  for (const { y, bytes } of layout.heapTicks) tick(PANELS.heap.top + y, bytes);
  for (const { y, bytes } of layout.rssTicks) tick(PANELS.rss.top + y, bytes);
  for (const { x, t: time } of layout.timeTicks) {
    group
      .append('text')
      .attr('x', Math.min(layout.width - 14, Math.max(6, x)))
      .attr('y', PANELS.axis.top + 14)
      .attr('text-anchor', 'middle')
      .text(time === 0 ? '0' : formatDuration(time));
  }
}

/** What each panel shows, at its left. */
function names(plot: Group, layout: TimelineLayout): void {
  const group = plot.append('g').attr('class', 'names');
  const name = (text: string, y: number): void => {
    group.append('text').attr('x', -8).attr('y', y).attr('text-anchor', 'end').text(t(text));
  };
  if (layout.bands.length) name('step', PANELS.steps.top + 13);
  if (layout.pins.length) name('snapshot', PANELS.pins.top + 15);
  name('RSS', PANELS.rss.top + PANELS.rss.height - 4);
  name('GC', PANELS.gc.top + 12);
  name(layout.longestGcMs ? `≤ ${formatDuration(layout.longestGcMs)}` : 'none', PANELS.gc.top + 26);
}

/** The time from the first of the marked snapshots to the last. */
function between(plot: Group, layout: TimelineLayout, marked: readonly number[]): void {
  const chosen = layout.pins.filter(({ mark }) => marked.includes(mark.index)).map(({ x }) => x);
  if (chosen.length < 2) return;
  const [from, to] = [Math.max(0, Math.min(...chosen)), Math.min(layout.width, Math.max(...chosen))];
  plot
    .append('rect')
    .attr('class', 'between')
    .attr('x', from)
    .attr('width', Math.max(0, to - from))
    .attr('y', PANELS.pins.top)
    .attr('height', PANELS.axis.top - PANELS.pins.top);
}

/** Where a budget was passed: a line, broken, with its sentence. */
function budgets(plot: Group, layout: TimelineLayout): void {
  const group = plot.append('g').attr('class', 'budget-marks');
  for (const { x, mark } of layout.budgets) {
    group
      .append('line')
      .attr('class', `budget ${mark.level}`)
      .attr('x1', x)
      .attr('x2', x)
      .attr('y1', PANELS.heap.top)
      .attr('y2', PANELS.axis.top)
      .append('title')
      .text(shown(budgetCrossed(mark), 300));
  }
}

/** Snapshots: a pin, a line through all panels, and the pause, hatched. */
function pins(plot: Group, layout: TimelineLayout, marked: readonly number[]): void {
  const group = plot.append('g').attr('class', 'pins');
  const { top, height } = PANELS.pins;
  for (const { x, pauseWidth, mark } of layout.pins) {
    const pin = group.append('g').attr('class', marked.includes(mark.index) ? 'pin marked' : 'pin');
    pin
      .append('rect')
      .attr('class', 'pause')
      .attr('x', x)
      .attr('y', PANELS.heap.top)
      .attr('width', Math.max(0, Math.min(pauseWidth, layout.width - x)))
      .attr('height', PANELS.axis.top - PANELS.heap.top);
    pin
      .append('line')
      .attr('x1', x)
      .attr('x2', x)
      .attr('y1', top + height - 4)
      .attr('y2', PANELS.axis.top);
    const at = Math.min(layout.width - 10, Math.max(10, x));
    pin.append('path').attr('d', `M${at - 9},${top}h18v14h-6l-3,5l-3,-5h-6z`);
    pin
      .append('text')
      .attr('x', at)
      .attr('y', top + 11)
      .attr('text-anchor', 'middle')
      .text(mark.index);
    pin
      .append('title')
      .text(
        t(
          'Snapshot {0} ({1}) at {2}, pause {3}, file {4}',
          mark.index,
          t(mark.reason),
          formatDuration(mark.t),
          formatDuration(mark.pauseMs),
          formatBytes(mark.bytes),
        ),
      );
  }
}
