/** A table of any length: sought, ordered, and only the rows in sight are elements. */

import { formatCount } from '../../src/base/units.ts';
import { chosenRows, type RowOrder, visibleRows } from '../layout/rows.ts';
import type { Store } from '../state.ts';
import { plural, t } from '../text.ts';
import { append, type Child, h } from './dom.ts';

/** As in the style sheet. */
const ROW_HEIGHT = 26;

export interface Column<T> {
  key: string;
  /** English: translated here. */
  label: string;
  /** Orders by it; numbers come largest first. */
  value(row: T): string | number;
  cell(row: T): Child;
  /** The cell's class. */
  tone?(row: T): string;
}

export interface LongTable<T> {
  id: string;
  /** English: translated here. */
  caption: string;
  rows: readonly T[];
  /** The first names the row. */
  columns: readonly Column<T>[];
  name(row: T): string;
  grown?(row: T): boolean;
  /** Ordered by, until the reader says otherwise. */
  column: string;
}

export function longTable<T>(table: LongTable<T>, store: Store): HTMLElement {
  const { id, rows, columns } = table;
  const order: RowOrder<T> = {
    name: table.name,
    grown: table.grown,
    column: table.column,
    value: (row, key) => (columns.find((column) => column.key === key) ?? columns[0]).value(row),
  };
  const body = h('tbody');
  const view = h('div', { class: 'long', tabindex: 0, role: 'region', 'aria-label': t(table.caption) });
  const grid = h('table', { 'aria-label': t(table.caption), class: `columns-${columns.length}` });
  const status = h('p', { class: 'dim', role: 'status' });
  const nothing = h('p', { class: 'dim nothing' }, t('Nothing here matches.'));
  const heads = columns.map((column) => headView(column, table, store));
  append(grid, [h('thead', {}, h('tr', { 'aria-rowindex': 1 }, ...heads)), body]);
  append(view, [grid]);

  let chosen: T[] = [];
  let drawn = { from: -1, to: -1 };
  const draw = (): void => {
    const next = visibleRows(chosen.length, ROW_HEIGHT, view.scrollTop, view.clientHeight);
    if (next.from === drawn.from && next.to === drawn.to) return;
    drawn = next;
    body.replaceChildren(
      spacer(next.from),
      ...chosen.slice(next.from, next.to).map((row, i) => rowView(row, columns, next.from + i)),
      spacer(chosen.length - next.to),
    );
  };
  const choose = (): void => {
    const { state } = store;
    chosen = chosenRows(rows, order, state.table);
    grid.setAttribute('aria-rowcount', String(chosen.length + 1));
    status.textContent =
      chosen.length === rows.length
        ? plural(rows.length, '1 row', '{0} rows')
        : t('{0} of {1} rows', formatCount(chosen.length), formatCount(rows.length));
    nothing.hidden = chosen.length > 0;
    const by = state.table.column ?? table.column;
    for (const [i, head] of heads.entries()) {
      if (columns[i].key === by)
        head.setAttribute('aria-sort', state.table.descending ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    }
    drawn = { from: -1, to: -1 };
    draw();
    view.scrollTop = state.table.top;
    draw();
  };
  const parts = ({ table: { column, descending, filter, onlyGrown } }: Store['state']): string =>
    JSON.stringify([column, descending, filter, onlyGrown]);
  store.watch(parts, choose);
  // It is laid out, or the window's size changed.
  new ResizeObserver(() => {
    if (view.scrollTop === 0 && store.state.table.top > 0) view.scrollTop = store.state.table.top;
    draw();
  }).observe(view);
  view.addEventListener('scroll', () => {
    draw();
    store.dispatch({ type: 'table-top', top: view.scrollTop });
  });
  return h('div', { class: 'long-table' }, barView(id, table, status, store), view, nothing);
}

function headView<T>(column: Column<T>, table: LongTable<T>, store: Store): HTMLTableCellElement {
  const sort = (): void => {
    const { column: now, descending } = store.state.table;
    const same = (now ?? table.column) === column.key;
    const first = table.rows[0];
    const falling = first === undefined || typeof column.value(first) === 'number';
    store.dispatch({ type: 'table-sort', column: column.key, descending: same ? !descending : falling });
  };
  const button = h('button', { type: 'button', class: 'sort', onclick: sort }, t(column.label));
  return h('th', { scope: 'col' }, button);
}

function barView<T>(id: string, table: LongTable<T>, status: HTMLElement, store: Store): HTMLElement {
  const filter = h('input', {
    type: 'search',
    id: `${id}-filter`,
    autocomplete: 'off',
    spellcheck: 'false',
  });
  filter.value = store.state.table.filter;
  filter.addEventListener('input', () => store.dispatch({ type: 'table-filter', text: filter.value }));
  const only = h('input', { type: 'checkbox', id: `${id}-grown` });
  only.checked = store.state.table.onlyGrown;
  only.addEventListener('change', () => store.dispatch({ type: 'only-grown', only: only.checked }));
  return h(
    'div',
    { class: 'bar' },
    h('label', { for: `${id}-filter` }, t('Filter')),
    filter,
    table.grown && h('label', { class: 'check' }, only, ` ${t('Only what grew')}`),
    status,
  );
}

function rowView<T>(row: T, columns: readonly Column<T>[], index: number): HTMLElement {
  return h(
    'tr',
    { 'aria-rowindex': index + 2 },
    ...columns.map((column, i) =>
      i === 0
        ? h('th', { scope: 'row' }, column.cell(row))
        : h('td', { class: column.tone?.(row) }, column.cell(row)),
    ),
  );
}

/** Stands for `rows` rows that are out of sight. */
function spacer(rows: number): HTMLElement {
  const element = h('tr', { class: 'spacer', 'aria-hidden': 'true' }, h('td'));
  element.style.height = `${rows * ROW_HEIGHT}px`;
  return element;
}
