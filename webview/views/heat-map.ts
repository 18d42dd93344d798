/** Which steps' memory is still alive: a row for each function that allocated it, a column for each step. */

import { pointer, select } from 'd3';
import { formatBytes } from '../../src/base/units.ts';
import type { HeatMap } from '../../src/protocol/ledger.ts';
import type { ReportData } from '../../src/protocol/report.ts';
import { siteLabel } from '../../src/protocol/wording.ts';
import type { Host } from '../host.ts';
import { AXIS_HEIGHT, type HeatLayout, layoutHeat, ROW_HEIGHT, stepsLabel } from '../layout/heat.ts';
import { type StepWords, stepWords } from '../step-words.ts';
import { t } from '../text.ts';
import { siteLink } from './code.ts';
import { asTable, h, longText, onWidth, section, shown, table } from './dom.ts';

/** Rows that are drawn. */
const MOST = 16;

export function heatMapView({ ledger, recording }: ReportData, host: Host): HTMLElement | undefined {
  if (!ledger) return undefined;
  const { cwd } = recording;
  const heat: HeatMap = { ...ledger.heat, rows: ledger.heat.rows.slice(0, MOST) };
  if (!heat.rows.length || heat.columns.length < 2) return undefined;
  const names = h(
    'ol',
    { class: 'heat-names' },
    ...heat.rows.map((row) => h('li', {}, siteLink(row.site, host, h('code', {}, row.function)))),
  );
  const frame = h('div', { class: 'chart heat-cells' });
  const words = stepWords(ledger.steps.rows[0]?.kind);
  const status = h('p', { class: 'dim', role: 'status' });
  const survivors = h('div', { class: 'survivors', 'aria-live': 'polite' });
  const svg = select(frame)
    .append('svg')
    .attr('role', 'img')
    .attr('tabindex', 0)
    .attr(
      'aria-label',
      t(
        'Live bytes by the function that allocated them and by step. Arrow keys read cell by cell, Enter lists what is alive of it; the table says the same',
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
    status.textContent = sentence(heat, at.row, at.column, words);
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
  const list = (): void => {
    if (at) survivors.replaceChildren(survivorsView(heat, at, words, cwd, host));
  };
  svg.on('click', list);
  svg.on('keydown', (event: KeyboardEvent) => {
    const moves: Record<string, [number, number]> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
    };
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      list();
      return;
    }
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
      longText(
        t(
          'Memory that was allocated in a step and is still alive, by the function that allocated it: a row that stays filled is a leak. Click a cell for what is alive of its step.',
        ),
      ),
    ),
    h('div', { class: 'heat' }, names, frame),
    status,
    survivors,
    asTable(() => heatTable(heat, words)),
  );
}

function heatTable(heat: HeatMap, words: StepWords): HTMLElement {
  return table(
    'Live bytes by step',
    [words.one(), 'Live bytes', 'Most of it from'],
    heat.columns.map((column, i) => {
      const rows = heat.rows.filter(({ cells }) => cells[i] > 0).sort((a, b) => b.cells[i] - a.cells[i]);
      const total = rows.reduce((sum, { cells }) => sum + cells[i], 0);
      const most = rows.slice(0, 3).map((row) => `${row.function} ${formatBytes(row.cells[i])}`);
      return [stepsLabel(column), formatBytes(total), most.join(', ')];
    }),
  );
}

/** What is alive of a column's steps, by the function that allocated it; that of the cell first. */
function survivorsView(
  heat: HeatMap,
  { row, column }: { row: number; column: number },
  words: StepWords,
  cwd: string | undefined,
  host: Host,
): HTMLElement {
  const steps = words.numbered(stepsLabel(heat.columns[column]));
  const alive = heat.rows.filter(({ cells }) => cells[column] > 0);
  alive.sort((a, b) => b.cells[column] - a.cells[column]);
  const [chosen] = alive.splice(alive.indexOf(heat.rows[row]), alive.includes(heat.rows[row]) ? 1 : 0);
  if (chosen) alive.unshift(chosen);
  if (!alive.length)
    return h('p', { class: 'dim' }, t('Of {0} nothing is alive, as far as samples tell.', steps));
  return table(
    t('Alive of {0}', steps),
    ['Function', 'Place', 'Live bytes'],
    alive.map((found) => [
      h(found === chosen ? 'strong' : 'span', {}, h('code', {}, found.function)),
      found.site && siteLink(found.site, host, h('code', {}, longText(siteLabel(found.site, cwd)))),
      formatBytes(found.cells[column]),
    ]),
  );
}

function sentence({ columns, rows }: HeatMap, row: number, column: number, words: StepWords): string {
  return t(
    '{0}: {1} from {2} alive',
    words.numbered(stepsLabel(columns[column])),
    formatBytes(rows[row].cells[column]),
    shown(rows[row].function),
  );
}
