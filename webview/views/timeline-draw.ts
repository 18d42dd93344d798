/** Draws a timeline's layout into an SVG group. */

import type { Selection } from 'd3';
import { formatBytes, formatCount, formatDuration } from '../../src/base/units.ts';
import { budgetCrossed } from '../../src/protocol/budget-words.ts';
import type { StepKind } from '../../src/protocol/findings.ts';
import { ROW_HEIGHT } from '../layout/agent-lanes.ts';
import type { Panels, TimelineLayout } from '../layout/timeline.ts';
import { stepWords } from '../step-words.ts';
import { t } from '../text.ts';
import { shown } from './dom.ts';

export type Group = Selection<SVGGElement, unknown, null, undefined>;

/**
 * Replaces what `plot` holds.
 * @param marked numbers of snapshots to point out: the time between them is shaded
 * @param stepKind what the steps are
 */
export function drawTimeline(
  plot: Group,
  layout: TimelineLayout,
  marked: readonly number[],
  stepKind: StepKind | undefined,
): void {
  plot.selectAll('*').remove();
  between(plot, layout, marked);
  steps(plot, layout, stepKind);
  grid(plot, layout);
  const heap = panel(plot, 'heap', layout);
  heap.append('path').attr('class', 'heap-area').attr('d', layout.heapArea);
  heap.append('path').attr('class', 'external').attr('d', layout.externalLine);
  heap.append('path').attr('class', 'heap-line').attr('d', layout.heapLine);
  heap.append('path').attr('class', 'floor').attr('d', layout.floorLine);
  panel(plot, 'rss', layout).append('path').attr('class', 'rss-area').attr('d', layout.rssArea);
  const gc = panel(plot, 'gc', layout);
  for (const pause of layout.gc) {
    gc.append('line')
      .attr('class', pause.kind === 'mark-compact' ? 'gc major' : 'gc')
      .attr('x1', pause.x)
      .attr('x2', pause.x)
      .attr('y1', layout.panels.gc.height)
      .attr('y2', layout.panels.gc.height - pause.height);
  }
  budgets(plot, layout);
  agent(plot, layout);
  names(plot, layout, stepKind);
  pins(plot, layout, marked);
}

function panel(plot: Group, name: keyof Panels, { width, panels }: TimelineLayout): Group {
  const { top, height } = panels[name];
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
function steps(plot: Group, layout: TimelineLayout, kind: StepKind | undefined): void {
  const group = plot.append('g').attr('class', 'steps');
  const height = layout.panels.axis.top - layout.panels.steps.top;
  for (const band of layout.bands) {
    if (band.drawn)
      group
        .append('rect')
        .attr('class', band.step % 2 ? 'band odd' : 'band')
        .attr('x', band.x)
        .attr('width', band.width)
        .attr('height', height)
        .append('title')
        .text(`${stepWords(kind).numbered(band.step)}${band.name ? `: ${shown(band.name, 120)}` : ''}`);
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
  for (const { y, bytes } of layout.heapTicks) tick(layout.panels.heap.top + y, bytes);
  for (const { y, bytes } of layout.rssTicks) tick(layout.panels.rss.top + y, bytes);
  for (const { x, t: time } of layout.timeTicks) {
    group
      .append('text')
      .attr('x', Math.min(layout.width - 14, Math.max(6, x)))
      .attr('y', layout.panels.axis.top + 14)
      .attr('text-anchor', 'middle')
      .text(time === 0 ? '0' : formatDuration(time));
  }
}

/** What each panel shows, at its left. */
function names(plot: Group, layout: TimelineLayout, kind: StepKind | undefined): void {
  const group = plot.append('g').attr('class', 'names');
  const name = (text: string, y: number): void => {
    group.append('text').attr('x', -8).attr('y', y).attr('text-anchor', 'end').text(text);
  };
  if (layout.bands.length) name(stepWords(kind).many(), layout.panels.steps.top + 13);
  if (layout.pins.length) name(t('snapshot'), layout.panels.pins.top + 15);
  name(t('RSS'), layout.panels.rss.top + layout.panels.rss.height - 4);
  name(t('GC'), layout.panels.gc.top + 12);
  name(layout.longestGcMs ? `≤ ${formatDuration(layout.longestGcMs)}` : t('none'), layout.panels.gc.top + 26);
  for (const lane of layout.lanes)
    name(stepWords(lane.kind).many(), layout.panels.agent.top + lane.top + ROW_HEIGHT - 3);
}

/**
 * What the agent did: of each kind one path, however many bands it has, names where there is room, failures
 * underlined: as much of a band as their share of what it stands for.
 */
function agent(plot: Group, layout: TimelineLayout): void {
  if (!layout.lanes.length) return;
  const group = panel(plot, 'agent', layout).classed('agent', true);
  for (const { kind, top, shapes } of layout.lanes) {
    const lane = group.append('g').attr('class', `doing ${kind}`).attr('transform', `translate(0,${top})`);
    const high = ROW_HEIGHT - 2;
    const boxes = shapes.map(
      ({ x, y, width }) => `M${round(x)},${y}h${round(width)}v${high}h${-round(width)}z`,
    );
    lane.append('path').attr('class', 'bands').attr('d', boxes.join(''));
    const failed = shapes.filter(({ band }) => band.failed);
    const lines = failed.map(({ x, y, width, band }) => {
      const share = (band.failed ?? 0) / (band.count ?? 1);
      return `M${round(x)},${y + high - 1}h${round(Math.max(2, width * share))}`;
    });
    if (lines.length) lane.append('path').attr('class', 'failed').attr('d', lines.join(''));
    for (const { x, y, letters, band } of shapes) {
      const name =
        band.count === undefined ? (band.name ?? '') : stepWords(kind).counted(formatCount(band.count));
      if (letters < 4 || !name) continue;
      lane
        .append('text')
        .attr('x', x + 4)
        .attr('y', y + high - 2)
        .text(shown(name, letters));
    }
  }
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
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
    .attr('y', layout.panels.pins.top)
    .attr('height', layout.panels.axis.top - layout.panels.pins.top);
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
      .attr('y1', layout.panels.heap.top)
      .attr('y2', layout.panels.axis.top)
      .append('title')
      .text(shown(budgetCrossed(mark), 300));
  }
}

/** Snapshots: a pin, a line through all panels, and the pause, hatched. */
function pins(plot: Group, layout: TimelineLayout, marked: readonly number[]): void {
  const group = plot.append('g').attr('class', 'pins');
  const { top, height } = layout.panels.pins;
  for (const { x, pauseWidth, mark } of layout.pins) {
    const pin = group.append('g').attr('class', marked.includes(mark.index) ? 'pin marked' : 'pin');
    pin
      .append('rect')
      .attr('class', 'pause')
      .attr('x', Math.max(0, x))
      .attr('y', layout.panels.heap.top)
      .attr('width', Math.max(0, Math.min(x + pauseWidth, layout.width) - Math.max(0, x)))
      .attr('height', layout.panels.axis.top - layout.panels.heap.top);
    // It began before what is in view.
    if (x < 0) continue;
    pin
      .append('line')
      .attr('x1', x)
      .attr('x2', x)
      .attr('y1', top + height - 4)
      .attr('y2', layout.panels.axis.top);
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
