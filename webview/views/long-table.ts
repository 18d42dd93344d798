/** A table of any length: sought, ordered, and only the rows in sight are elements. */

import { formatCount } from '../../src/base/units.ts';
import { type Branch, localBranch } from '../layout/branches.ts';
import { chosenRows, type RowOrder } from '../layout/rows.ts';
import type { Store } from '../state.ts';
import { plural, t } from '../text.ts';
import { type Child, h } from './dom.ts';
import { type FilterBox, filterBox } from './filter-box.ts';
import { Grid } from './grid.ts';
import type { MenuItem } from './menu.ts';
import { Part, partCells } from './parts.ts';

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
  /** What a filter can ask for besides the name. */
  facts?: RowOrder<T>['facts'];
  /** Ordered by, until the reader says otherwise. */
  column: string;
  /** What lies in a row, and what can be done with it. */
  tree?: { opens(row: T): (() => Branch<Part>) | undefined; menu(row: T): MenuItem[] };
}

export function longTable<T>(table: LongTable<T>, store: Store): HTMLElement {
  const { id, rows, columns, tree } = table;
  const order: RowOrder<T> = {
    name: table.name,
    grown: table.grown,
    facts: table.facts,
    column: table.column,
    value: (row, key) => (columns.find((column) => column.key === key) ?? columns[0]).value(row),
  };
  const status = h('p', { class: 'dim', role: 'status' });
  const filter = filterBox(`${id}-filter`, store.state.table.filter, status, (text) =>
    store.dispatch({ type: 'table-filter', text }),
  );
  const nothing = h('p', { class: 'dim nothing' }, t('Nothing here matches.'));
  const heads = columns.map((column) => headView(column, table, store));
  const grid = new Grid<T | Part>({
    id,
    label: t(table.caption),
    heads,
    cells: (item) =>
      item instanceof Part
        ? partCells(item, columns.length)
        : columns.map((column) => ({ content: column.cell(item), tone: column.tone?.(item) })),
    tree: tree && {
      opens: (item) => (item instanceof Part ? item.open : tree.opens(item)),
      text: (item) => (item instanceof Part ? item.text : table.name(item)),
      menu: (item) => (item instanceof Part ? item.menu : tree.menu(item)),
    },
    onScroll: (top) => store.dispatch({ type: 'table-top', top }),
    onOpen: (open) => store.dispatch({ type: 'table-open', open }),
  });
  let shownBefore = false;
  const choose = (): void => {
    const { state } = store;
    const found = filter.attempt(() => chosenRows(rows, order, state.table));
    const chosen = found ?? [];
    if (found)
      status.textContent =
        chosen.length === rows.length
          ? plural(rows.length, '1 row', '{0} rows')
          : t('{0} of {1} rows', formatCount(chosen.length), formatCount(rows.length));
    nothing.hidden = chosen.length > 0 || !found;
    const by = state.table.column ?? table.column;
    for (const [i, head] of heads.entries()) {
      if (columns[i].key === by)
        head.setAttribute('aria-sort', state.table.descending ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    }
    grid.show(localBranch<T | Part>(chosen), state.table.top, shownBefore ? [] : state.table.open);
    shownBefore = true;
  };
  const parts = ({ table: { column, descending, filter, onlyGrown } }: Store['state']): string =>
    JSON.stringify([column, descending, filter, onlyGrown]);
  store.watch(parts, choose);
  return h('div', { class: 'long-table' }, barView(id, table, filter, status, store), grid.element, nothing);
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

function barView<T>(
  id: string,
  table: LongTable<T>,
  filter: FilterBox,
  status: HTMLElement,
  store: Store,
): HTMLElement {
  const only = h('input', { type: 'checkbox', id: `${id}-grown` });
  only.checked = store.state.table.onlyGrown;
  only.addEventListener('change', () => store.dispatch({ type: 'only-grown', only: only.checked }));
  return h(
    'div',
    { class: 'bar' },
    ...filter.parts,
    table.grown && h('label', { class: 'check' }, only, ` ${t('Only what grew')}`),
    status,
  );
}
