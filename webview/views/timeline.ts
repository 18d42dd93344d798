/** Memory over the time of the recording: panels, a cursor for pointer and keys, a strip to zoom with. */

import { brushX, type D3BrushEvent, pointer, select } from 'd3';
import type { ReportData } from '../../src/protocol/report.ts';
import { lanesOf } from '../layout/agent-lanes.ts';
import {
  extent,
  layoutTimeline,
  nearest,
  overviewArea,
  panelsOf,
  TIMELINE_MARGIN,
  type TimelineLayout,
  zoomed,
} from '../layout/timeline.ts';
import type { Store } from '../state.ts';
import { t } from '../text.ts';
import { h, onWidth, section } from './dom.ts';
import { type Ends, endsBrush, endsLists } from './ends.ts';
import { drawTimeline } from './timeline-draw.ts';
import { onKey, onPointer } from './timeline-input.ts';
import { doing, heading, mergedNote, sentence, timelineTables, values } from './timeline-words.ts';

const LEGEND: [string, string][] = [
  ['heap', 'Heap used'],
  ['floor', 'Floor: its lowest points'],
  ['external', 'External'],
  ['rss', 'RSS'],
  ['pause', 'Paused by Heapline'],
];

export interface TimelineOptions {
  /** The snapshots that are compared. */
  chosen?: Ends;
  /** Compares two others, where that can be done. */
  compare?: (before: number, after: number) => void;
}

export function timelineView(
  data: ReportData,
  store: Store,
  { chosen, compare }: TimelineOptions = {},
): HTMLElement | undefined {
  const { timeline } = data;
  const { stepKind } = data.findings.growth;
  const marked = chosen ? [chosen.before, chosen.after] : [];
  const { panels, height } = panelsOf(lanesOf(timeline.agent?.bands ?? []));
  const comparing = timeline.snapshots.length > 1 ? compare : undefined;
  if (timeline.memory.length < 2) return undefined;
  const whole = extent(timeline);
  const frame = h('div', { class: 'chart timeline' });
  const tip = h('div', { class: 'tip', 'aria-hidden': 'true', hidden: true });
  const svg = select(frame).append('svg').attr('height', height);
  frame.append(tip);
  const root = svg.append('g').attr('transform', `translate(${TIMELINE_MARGIN.left},0)`);
  const plot = root.append('g').attr('aria-hidden', 'true');
  const cursor = root.append('g').attr('class', 'cursor').attr('aria-hidden', 'true').attr('display', 'none');
  cursor.append('line').attr('y1', panels.pins.top).attr('y2', panels.axis.top);
  cursor.append('circle').attr('r', 4);
  const surface = root
    .append('rect')
    .attr('class', 'surface')
    .attr('height', panels.axis.top)
    .attr('tabindex', 0)
    .attr('role', 'slider')
    .attr(
      'aria-label',
      t('Time. Arrow keys move, with Shift the view, plus and minus zoom, Escape shows everything'),
    )
    .attr('aria-valuemin', 0)
    .attr('aria-valuemax', timeline.memory.length - 1);
  const ends =
    comparing &&
    endsBrush(
      root.append('g').attr('class', 'ends-brush').attr('aria-hidden', 'true'),
      timeline.snapshots,
      chosen,
      comparing,
    );
  const strip = root
    .append('g')
    .attr('class', 'overview')
    .attr('transform', `translate(0,${panels.overview.top})`);
  const stripArea = strip.append('path').attr('class', 'heap-area');
  const stripBrush = strip.append('g').attr('aria-hidden', 'true');

  let layout: TimelineLayout | undefined;
  const drawCursor = (): void => {
    const time = store.state.cursor;
    const at = time === undefined ? -1 : nearest(timeline.memory, time);
    const point = timeline.memory[at];
    surface
      .attr('aria-valuenow', Math.max(0, at))
      .attr('aria-valuetext', point ? sentence(timeline, at, stepKind) : t('No time chosen'));
    const visible = layout && point && point.t >= layout.window[0] && point.t <= layout.window[1];
    cursor.attr('display', visible ? null : 'none');
    tip.hidden = !visible;
    if (!layout || !visible) return;
    const x = layout.x(point.t);
    cursor.attr('transform', `translate(${x},0)`);
    cursor.select('circle').attr('cy', panels.heap.top + layout.heapY(point.heapUsed));
    tip.replaceChildren(
      h('strong', {}, heading(timeline, point.t, stepKind)),
      h(
        'dl',
        {},
        ...values(timeline, at).flatMap(([label, value]) => [h('dt', {}, t(label)), h('dd', {}, value)]),
      ),
      ...doing(timeline, point.t).map((text) => h('p', {}, text)),
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
    drawTimeline(plot, layout, marked, stepKind);
    ends?.draw(layout);
    const [from, to] = layout.window;
    const scale = width / (whole[1] - whole[0]);
    brush.move(stripBrush, store.state.window ? [(from - whole[0]) * scale, (to - whole[0]) * scale] : null);
    drawCursor();
  };
  onWidth(frame, (full) => {
    const width = Math.max(120, full - TIMELINE_MARGIN.left - TIMELINE_MARGIN.right);
    svg.attr('width', full).attr('viewBox', `0 0 ${full} ${height}`);
    surface.attr('width', width);
    stripArea.attr('d', overviewArea(timeline, width));
    brush.extent([
      [0, 0],
      [width, panels.overview.height],
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
    .on('keydown', (event: KeyboardEvent) => onKey(event, timeline, store));
  onPointer(surface.node()!, timeline, store, () => layout);

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
    timeline.agent && mergedNote(timeline.agent),
    comparing &&
      endsLists(
        timeline.snapshots.map(({ index }) => index),
        {
          id: 'ends',
          chosen,
          compare: comparing,
          note: t('or drag from one number to another in the picture'),
        },
      ),
    timelineTables(timeline, stepKind),
  );
}
