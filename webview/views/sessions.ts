/** Pools of agents and sessions: a table, each with its entries over time; and sessions that are over and still held. */

import { select } from 'd3';
import { formatBytes, formatCount, formatDuration } from '../../src/base/units.ts';
import { capacityOf, span } from '../../src/protocol/capacity.ts';
import type { ReportData } from '../../src/protocol/report.ts';
import {
  closedSentence,
  evictionSentence,
  heldSentence,
  useSentence,
} from '../../src/protocol/session-words.ts';
import type { ClosedSessions, SessionPool, SessionsReport } from '../../src/protocol/sessions.ts';
import { layoutPool, POOL_SIZE } from '../layout/sessions.ts';
import { t } from '../text.ts';
import { asTable, h, onWidth, prose, section, table } from './dom.ts';

const HEADS = ['Pool', 'Entries', 'Active', 'Idle', 'Retained', 'Median', 'p90', 'New a minute'];
/** Pools that are told in full. */
const IN_FULL = 3;

export function sessionsView({ sessions }: ReportData): HTMLElement | undefined {
  if (!sessions) return undefined;
  const { pools, closed } = sessions;
  return section(
    'sessions',
    'Agents and sessions',
    pools.length > 0 && table('Pools in the last snapshot', HEADS, pools.map(cells)),
    ...pools.slice(0, IN_FULL).map((pool) => poolView(sessions, pool)),
    closed && closedView(closed),
  );
}

function cells(pool: SessionPool): (Node | string)[] {
  const name = h('span', {}, h('code', {}, pool.name), ` (${pool.className})`);
  return [
    name,
    formatCount(pool.entries),
    pool.use ? formatCount(pool.use.active) : '',
    pool.use ? formatCount(pool.use.idle) : '',
    formatBytes(pool.bytes),
    formatBytes(pool.size.median),
    formatBytes(pool.size.p90),
    pool.newPerMinute === undefined ? '' : formatCount(pool.newPerMinute, pool.newPerMinute < 10 ? 1 : 0),
  ];
}

function poolView(report: SessionsReport, pool: SessionPool): HTMLElement {
  const capacity = pool.with === undefined ? capacityOf(report, pool) : undefined;
  const facts: [string, string | undefined][] = [
    ['In use', pool.use && useSentence(pool.use)],
    ['Eviction', evictionSentence(pool.eviction, pool.entries)],
    ['Capacity', capacity?.formula],
    [
      'Pauses',
      capacity?.ttl?.tooShort
        ? `sessions went on after up to ${span(report.longestPauseMs ?? 0)}: that TTL would end some`
        : undefined,
    ],
    ['Evidence', pool.evidence.join(' ')],
  ];
  return h(
    'div',
    { class: 'pool' },
    h('h3', {}, h('code', {}, pool.name)),
    pool.points.length > 1 && chart(pool),
    h(
      'dl',
      {},
      ...facts.flatMap(([label, text]) =>
        text === undefined ? [] : [h('dt', {}, t(label)), h('dd', {}, prose(text))],
      ),
    ),
  );
}

function chart({ points, eviction, name }: SessionPool): HTMLElement {
  const frame = h('div', { class: 'chart' });
  const svg = select(frame).append('svg').attr('role', 'img').attr('height', POOL_SIZE.height);
  svg.attr('aria-label', t('{0}: entries over time, {1} at last', name, points.at(-1)!.entries));
  onWidth(frame, (width) => {
    const layout = layoutPool(points, width, eviction.max);
    svg.attr('width', width).attr('viewBox', `0 0 ${width} ${POOL_SIZE.height}`);
    svg.selectAll('*').remove();
    const grid = svg.append('g').attr('class', 'grid');
    for (const { y, value } of layout.yTicks) {
      grid
        .append('line')
        .attr('x1', POOL_SIZE.left)
        .attr('x2', width - POOL_SIZE.right)
        .attr('y1', y)
        .attr('y2', y);
      const text = grid
        .append('text')
        .attr('x', POOL_SIZE.left - 6)
        .attr('y', y + 4)
        .attr('text-anchor', 'end');
      text.text(formatCount(value));
    }
    for (const { x, value } of layout.xTicks) {
      const text = svg
        .append('text')
        .attr('x', x)
        .attr('y', POOL_SIZE.height - 4)
        .attr('text-anchor', 'middle');
      text.text(formatDuration(value));
    }
    svg.append('path').attr('class', 'heap-area').attr('d', layout.area);
    svg.append('path').attr('class', 'heap-line').attr('d', layout.entries);
    for (const { x, y, point } of layout.points) {
      const mark = svg.append('circle').attr('class', point.left ? 'point fell' : 'point');
      mark.attr('cx', x).attr('cy', y).attr('r', 3.5);
      mark
        .append('title')
        .text(
          t(
            'Snapshot {0}: {1} entries, {2} came, {3} left',
            point.snapshot,
            formatCount(point.entries),
            formatCount(point.came),
            formatCount(point.left),
          ),
        );
    }
  });
  return h(
    'div',
    {},
    frame,
    asTable(() =>
      table(
        'Entries by snapshot',
        ['Snapshot', 'Time', 'Entries', 'Came', 'Left', 'Size'],
        points.map((point) => [
          point.snapshot,
          formatDuration(point.t),
          formatCount(point.entries),
          formatCount(point.came),
          formatCount(point.left),
          formatBytes(point.bytes),
        ]),
      ),
    ),
  );
}

function closedView(closed: ClosedSessions): HTMLElement {
  return h(
    'div',
    { class: 'closed-sessions' },
    h('p', {}, h('strong', {}, prose(closedSentence(closed)))),
    closed.held.length > 0 &&
      h(
        'ul',
        { class: 'reasons' },
        ...closed.held.slice(0, 10).map((held) => h('li', {}, prose(heldSentence(held)))),
      ),
  );
}
