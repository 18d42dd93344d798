/** Memory over the time of the recording: panels, a cursor for pointer and keys, a strip to zoom with. */

import { brushX, type D3BrushEvent, pointer, select } from 'd3';
import { formatBytes, formatDuration } from '../../src/base/units.ts';
import type { ReportData, ReportTimeline } from '../../src/protocol/report.ts';
import {
  extent,
  floorPoints,
  layoutTimeline,
  nearest,
  overviewArea,
  PANELS,
  TIMELINE_HEIGHT,
  TIMELINE_MARGIN,
  type TimelineLayout,
  zoomed,
} from '../layout/timeline.ts';
import type { Store } from '../state.ts';
import { t } from '../text.ts';
import { asTable, h, onWidth, section, table } from './dom.ts';
import { drawTimeline } from './timeline-draw.ts';

const LEGEND: [string, string][] = [
  ['heap', 'Heap used'],
  ['floor', 'Floor: its lowest points'],
  ['external', 'External'],
  ['rss', 'RSS'],
  ['pause', 'Paused by Heapline'],
];

/** @param marked numbers of snapshots to point out */
export function timelineView(
  data: ReportData,
  store: Store,
  marked: readonly number[] = [],
): HTMLElement | undefined {
  const { timeline } = data;
  if (timeline.memory.length < 2) return undefined;
  const whole = extent(timeline);
  const frame = h('div', { class: 'chart timeline' });
  const tip = h('div', { class: 'tip', 'aria-hidden': 'true', hidden: true });
  const svg = select(frame).append('svg').attr('height', TIMELINE_HEIGHT);
  frame.append(tip);
  const root = svg.append('g').attr('transform', `translate(${TIMELINE_MARGIN.left},0)`);
  const plot = root.append('g').attr('aria-hidden', 'true');
  const cursor = root.append('g').attr('class', 'cursor').attr('aria-hidden', 'true').attr('display', 'none');
  cursor.append('line').attr('y1', PANELS.pins.top).attr('y2', PANELS.axis.top);
  cursor.append('circle').attr('r', 4);
  const surface = root
    .append('rect')
    .attr('class', 'surface')
    .attr('height', PANELS.axis.top)
    .attr('tabindex', 0)
    .attr('role', 'slider')
    .attr('aria-label', t('Time. Arrow keys move, plus and minus zoom, Escape shows everything'))
    .attr('aria-valuemin', 0)
    .attr('aria-valuemax', timeline.memory.length - 1);
  const strip = root
    .append('g')
    .attr('class', 'overview')
    .attr('transform', `translate(0,${PANELS.overview.top})`);
  const stripArea = strip.append('path').attr('class', 'heap-area');
  const stripBrush = strip.append('g').attr('aria-hidden', 'true');

  let layout: TimelineLayout | undefined;
  const drawCursor = (): void => {
    const time = store.state.cursor;
    const at = time === undefined ? -1 : nearest(timeline.memory, time);
    const point = timeline.memory[at];
    surface
      .attr('aria-valuenow', Math.max(0, at))
      .attr('aria-valuetext', point ? sentence(timeline, at) : t('No time chosen'));
    const visible = layout && point && point.t >= layout.window[0] && point.t <= layout.window[1];
    cursor.attr('display', visible ? null : 'none');
    tip.hidden = !visible;
    if (!layout || !visible) return;
    const x = layout.x(point.t);
    cursor.attr('transform', `translate(${x},0)`);
    cursor.select('circle').attr('cy', PANELS.heap.top + layout.heapY(point.heapUsed));
    tip.replaceChildren(
      h('strong', {}, heading(timeline, point.t)),
      h(
        'dl',
        {},
        ...values(timeline, at).flatMap(([label, value]) => [h('dt', {}, t(label)), h('dd', {}, value)]),
      ),
    );
    const left = TIMELINE_MARGIN.left + x;
    const side = x > layout.width / 2;
    tip.style.setProperty('left', side ? 'auto' : `${left + 12}px`);
    tip.style.setProperty('right', side ? `${layout.width - x + TIMELINE_MARGIN.right + 12}px` : 'auto');
  };
  const brush = brushX<unknown>().on('brush end', (event: D3BrushEvent<unknown>) => {
    if (!event.sourceEvent || !layout) return;
    const [a, b] = (event.selection ?? []) as number[];
    const scale = (whole[1] - whole[0]) / layout.width;
    const chosen =
      a === undefined || b - a < 3 ? undefined : ([whole[0] + a * scale, whole[0] + b * scale] as const);
    store.dispatch({ type: 'zoom', window: chosen });
  });
  const draw = (): void => {
    if (!layout) return;
    const { width } = layout;
    layout = layoutTimeline(timeline, store.state.window, width);
    drawTimeline(plot, layout, marked);
    const [from, to] = layout.window;
    const scale = width / (whole[1] - whole[0]);
    brush.move(stripBrush, store.state.window ? [(from - whole[0]) * scale, (to - whole[0]) * scale] : null);
    drawCursor();
  };
  onWidth(frame, (full) => {
    const width = Math.max(120, full - TIMELINE_MARGIN.left - TIMELINE_MARGIN.right);
    svg.attr('width', full).attr('viewBox', `0 0 ${full} ${TIMELINE_HEIGHT}`);
    surface.attr('width', width);
    stripArea.attr('d', overviewArea(timeline, width));
    brush.extent([
      [0, 0],
      [width, PANELS.overview.height],
    ]);
    stripBrush.call(brush);
    layout = layoutTimeline(timeline, store.state.window, width);
    draw();
  });
  store.watch((state) => state.window, draw);
  store.watch((state) => state.cursor, drawCursor);

  surface
    .on('pointermove', (event: PointerEvent) => {
      if (layout) store.dispatch({ type: 'cursor', t: layout.t(pointer(event)[0]) });
    })
    .on('pointerleave', () => store.dispatch({ type: 'cursor', t: undefined }))
    .on('dblclick', () => store.dispatch({ type: 'zoom', window: undefined }))
    .on('keydown', (event: KeyboardEvent) => key(event, timeline, store));

  const zoom = (factor: number) => () =>
    store.dispatch({ type: 'zoom', window: zoomed(whole, store.state.window, factor) });
  return section(
    'timeline',
    'Memory over time',
    h(
      'div',
      { class: 'bar' },
      h('ul', { class: 'legend' }, ...LEGEND.map(([key, label]) => h('li', { class: key }, t(label)))),
      h(
        'div',
        { class: 'zoom', role: 'group', 'aria-label': t('Zoom') },
        h('button', { type: 'button', class: 'button', 'aria-label': t('Zoom in'), onclick: zoom(0.5) }, '+'),
        h('button', { type: 'button', class: 'button', 'aria-label': t('Zoom out'), onclick: zoom(2) }, '−'),
        h(
          'button',
          {
            type: 'button',
            class: 'button',
            onclick: () => store.dispatch({ type: 'zoom', window: undefined }),
          },
          t('Show all'),
        ),
      ),
    ),
    frame,
    asTable(() => timelineTable(timeline)),
  );
}

function key(event: KeyboardEvent, timeline: ReportTimeline, store: Store): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { memory } = timeline;
  const { window, cursor } = store.state;
  const at = cursor === undefined ? -1 : nearest(memory, cursor);
  const move = (to: number): void => {
    const time = memory[Math.min(memory.length - 1, Math.max(0, to))].t;
    store.dispatch({ type: 'cursor', t: time });
    // The view follows the cursor.
    const now = store.state.window;
    if (now && (time < now[0] || time > now[1])) {
      const size = now[1] - now[0];
      const [from, to] = extent(timeline);
      const start = Math.min(Math.max(from, time - size / 2), to - size);
      store.dispatch({ type: 'zoom', window: [start, start + size] });
    }
  };
  const big = Math.max(1, Math.round(memory.length / 20));
  const zoomTo = (factor: number): void =>
    store.dispatch({ type: 'zoom', window: zoomed(extent(timeline), window, factor, cursor) });
  const actions: Record<string, () => void> = {
    ArrowRight: () => move(at + 1),
    ArrowLeft: () => move(at < 0 ? 0 : at - 1),
    ArrowUp: () => move(at + 1),
    ArrowDown: () => move(at < 0 ? 0 : at - 1),
    PageUp: () => move(at + big),
    PageDown: () => move(at - big),
    Home: () => move(0),
    End: () => move(memory.length - 1),
    '+': () => zoomTo(0.5),
    '=': () => zoomTo(0.5),
    '-': () => zoomTo(2),
    Escape: () => store.dispatch({ type: 'zoom', window: undefined }),
  };
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

function values(timeline: ReportTimeline, at: number): [string, string][] {
  const point = timeline.memory[at];
  const gc = timeline.gc[nearest(timeline.gc, point.t)];
  const near = gc && Math.abs(gc.t - point.t) <= gap(timeline, at);
  return [
    ['Heap used', formatBytes(point.heapUsed)],
    ['Heap total', formatBytes(point.heapTotal)],
    ['External', formatBytes(point.external)],
    ['Array buffers', formatBytes(point.arrayBuffers)],
    ['RSS', formatBytes(point.rss)],
    ...(near ? [[`GC, ${gc.kind}`, `${gc.pauseMs.toFixed(1)} ms`] as [string, string]] : []),
  ];
}

/** Milliseconds between samples around here. */
function gap({ memory }: ReportTimeline, at: number): number {
  return Math.abs((memory[at + 1] ?? memory[at]).t - (memory[at - 1] ?? memory[at]).t) / 2;
}

function heading(timeline: ReportTimeline, at: number): string {
  const step = timeline.steps.find((end) => end.t >= at)?.step;
  return `${formatDuration(at)}${step === undefined ? '' : `, ${t('step {0}', step)}`}`;
}

function sentence(timeline: ReportTimeline, at: number): string {
  return [
    heading(timeline, timeline.memory[at].t),
    ...values(timeline, at).map(([label, value]) => `${t(label)} ${value}`),
  ].join(', ');
}

/** The floor's points, then the snapshots: what the picture says, in few rows. */
function timelineTable(timeline: ReportTimeline): HTMLElement {
  const rows = [
    ...floorPoints(timeline).map((point) => ({ time: point.t, event: t('least heap') })),
    ...timeline.snapshots.map((mark) => ({ time: mark.t, event: t('snapshot {0}', mark.index) })),
  ].sort((a, b) => a.time - b.time);
  return table(
    'Memory over time',
    ['Time', 'What', 'Step', 'Heap used', 'External', 'RSS'],
    rows.map(({ time, event }) => {
      const point = timeline.memory[nearest(timeline.memory, time)];
      const step = timeline.steps.find((end) => end.t >= time)?.step ?? '';
      return [
        formatDuration(time),
        event,
        step,
        formatBytes(point.heapUsed),
        formatBytes(point.external),
        formatBytes(point.rss),
      ];
    }),
  );
}
