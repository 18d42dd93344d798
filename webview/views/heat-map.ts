/** Which steps' memory is still alive: a row for each function that allocated it, a column for each step. */

import { pointer, select } from 'd3';
import { formatBytes } from '../../src/base/units.ts';
import type { HeatMap } from '../../src/protocol/ledger.ts';
import type { ReportData } from '../../src/protocol/report.ts';
import type { Host } from '../host.ts';
import { AXIS_HEIGHT, type HeatLayout, layoutHeat, ROW_HEIGHT, stepsLabel } from '../layout/heat.ts';
import { t } from '../text.ts';
import { siteLink } from './code.ts';
import { asTable, h, onWidth, section, shown, table } from './dom.ts';

/** Rows that are drawn. */
const MOST = 16;

export function heatMapView({ ledger }: ReportData, host: Host): HTMLElement | undefined {
  if (!ledger) return undefined;
  const heat: HeatMap = { ...ledger.heat, rows: ledger.heat.rows.slice(0, MOST) };
  if (!heat.rows.length || heat.columns.length < 2) return undefined;
  const names = h(
    'ol',
    { class: 'heat-names' },
    ...heat.rows.map((row) => h('li', {}, siteLink(row.site, host, h('code', {}, row.function)))),
  );
  const frame = h('div', { class: 'chart heat-cells' });
  const status = h('p', { class: 'dim', role: 'status' });
  const svg = select(frame)
    .append('svg')
    .attr('role', 'img')
    .attr('tabindex', 0)
    .attr(
      'aria-label',
      t(
        'Live bytes by the function that allocated them and by step. Arrow keys read cell by cell; the table says the same',
      ),
    )
    .attr('height', heat.rows.length * ROW_HEIGHT + AXIS_HEIGHT);
  const plot = svg.append('g');
  const mark = svg
    .append('rect')
    .attr('class', 'heat-mark')
    .attr('height', ROW_HEIGHT)
    .attr('display', 'none');
  let layout: HeatLayout | undefined;
  let at: { row: number; column: number } | undefined;
  const choose = (row: number, column: number): void => {
    at = {
      row: Math.min(heat.rows.length - 1, Math.max(0, row)),
      column: Math.min(heat.columns.length - 1, Math.max(0, column)),
    };
    status.textContent = sentence(heat, at.row, at.column);
    if (!layout) return;
    const width = layout.width / heat.columns.length;
    mark
      .attr('display', null)
      .attr('x', at.column * width)
      .attr('y', at.row * ROW_HEIGHT)
      .attr('width', Math.max(2, width));
  };
  svg.on('pointermove', (event: PointerEvent) => {
    const [x, y] = pointer(event);
    if (layout) choose(layout.rowAt(y), layout.columnAt(x));
  });
  svg.on('keydown', (event: KeyboardEvent) => {
    const moves: Record<string, [number, number]> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
    };
    const move = moves[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    choose((at?.row ?? -move[0]) + move[0], (at?.column ?? -move[1]) + move[1]);
  });
  onWidth(frame, (width) => {
    layout = layoutHeat(heat, width);
    svg.attr('width', width).attr('viewBox', `0 0 ${width} ${layout.height}`);
    plot
      .selectAll('rect')
      .data(layout.cells)
      .join('rect')
      .attr('class', 'heat-cell')
      .attr('x', ({ x }) => x)
      .attr('y', ({ y }) => y)
      .attr('width', (cell) => cell.width)
      .attr('height', ({ height }) => height)
      .attr('fill-opacity', ({ strength }) => strength);
    plot
      .selectAll('text')
      .data(layout.labels)
      .join('text')
      .attr('x', ({ x }) => x)
      .attr('y', layout.height - 6)
      .attr('text-anchor', 'middle')
      .text(({ text }) => text);
    if (at) choose(at.row, at.column);
  });
  return section(
    'heat-map',
    'What each step left behind',
    h(
      'p',
      { class: 'dim' },
      t(
        'Memory that was allocated in a step and is still alive, by the function that allocated it: a row that stays filled is a leak.',
      ),
    ),
    h('div', { class: 'heat' }, names, frame),
    status,
    asTable(() => heatTable(heat)),
  );
}

function heatTable(heat: HeatMap): HTMLElement {
  return table(
    'Live bytes by step',
    ['Step', 'Live bytes', 'Most of it from'],
    heat.columns.map((column, i) => {
      const rows = heat.rows.filter(({ cells }) => cells[i] > 0).sort((a, b) => b.cells[i] - a.cells[i]);
      const total = rows.reduce((sum, { cells }) => sum + cells[i], 0);
      const most = rows.slice(0, 3).map((row) => `${row.function} ${formatBytes(row.cells[i])}`);
      return [stepsLabel(column), formatBytes(total), most.join(', ')];
    }),
  );
}

function sentence({ columns, rows }: HeatMap, row: number, column: number): string {
  const steps = stepsLabel(columns[column]);
  return t(
    'Step {0}: {1} from {2} alive',
    steps,
    formatBytes(rows[row].cells[column]),
    shown(rows[row].function),
  );
}
