/** A table, or a tree in a table, of any length: only the rows in sight are elements. */

import {
  type Branch,
  branchAt,
  indexOf,
  lengthOf,
  openPaths,
  type Row,
  rowAt,
  scaleOf,
} from '../layout/branches.ts';
import { visibleRows } from '../layout/rows.ts';
import type { RemoteBranch } from '../remote-rows.ts';
import { t } from '../text.ts';
import { append, type Child, h, longText } from './dom.ts';
import { type GridKeys, onKeys } from './grid-keys.ts';
import { type MenuItem, showMenu } from './menu.ts';

/** As in the style sheet. */
const ROW_HEIGHT = 26;
/** Answers that come sooner are not said to be on their way. */
const SOON_MS = 1000;

export interface Cell {
  content: Child;
  tone?: string;
  /** Columns that it takes. */
  span?: number;
}

export interface GridOptions<T> {
  id: string;
  /** Translated. */
  label: string;
  heads: readonly HTMLElement[];
  /** The first names the row. */
  cells(item: T): readonly Cell[];
  /** What lies in a row. Absent in a plain table. */
  tree?: {
    opens(item: T): (() => Branch<T>) | undefined;
    /** For type-ahead. */
    text(item: T): string;
    menu(item: T): MenuItem[];
  };
  onScroll?(top: number): void;
  /** Something was folded or unfolded. */
  onOpen?(paths: number[][]): void;
}

export class Grid<T> {
  readonly element: HTMLElement;
  private readonly body = h('tbody');
  private readonly table: HTMLTableElement;
  private root: Branch<T> = { total: 0, at: () => undefined, open: new Map() };
  private drawn = { from: -1, to: -1, top: -1 };
  /** Pixels of all rows that lie above. */
  private top = 0;
  /** Where our own scrolling has put it. */
  private expected = -1;
  private active: number[] = [0];
  /** Paths to unfold as their rows arrive. */
  private toOpen: number[][] = [];

  constructor(private readonly options: GridOptions<T>) {
    const { id, label, heads, tree } = options;
    this.table = h('table', {
      'aria-label': label,
      class: `columns-${heads.length}`,
      id: `${id}-grid`,
      ...(tree && { role: 'treegrid', tabindex: 0, 'aria-colcount': heads.length }),
    });
    append(this.table, [h('thead', {}, h('tr', { 'aria-rowindex': 1 }, ...heads)), this.body]);
    this.element = h(
      'div',
      {
        class: tree ? 'long tree' : 'long',
        role: 'region',
        'aria-label': label,
        ...(!tree && { tabindex: 0 }),
      },
      this.table,
    );
    this.element.addEventListener('scroll', () => this.scrolled());
    this.element.addEventListener('wheel', (event) => this.wheeled(event), { passive: false });
    // It is laid out, or the window's size changed.
    new ResizeObserver(() => {
      if (this.element.scrollTop === 0 && this.top > 0) this.place();
      this.draw();
    }).observe(this.element);
    if (!tree) return;
    onKeys(this.table, this.keys());
    this.table.addEventListener('focus', () => this.mark());
    this.table.addEventListener('blur', () => this.mark());
  }

  /** Shows other rows. @param open paths to unfold */
  show(root: Branch<T>, top = 0, open: readonly number[][] = []): void {
    this.root = root;
    this.top = top;
    this.active = [0];
    this.toOpen = [...open];
    this.openMore();
    this.redraw();
    this.place();
    this.redraw();
  }

  redraw(): void {
    this.drawn = { from: -1, to: -1, top: -1 };
    this.draw();
  }

  private get rows(): number {
    return this.root.total === 0 ? 0 : lengthOf(this.root);
  }

  private get scale(): number {
    return scaleOf(this.rows, ROW_HEIGHT, this.element.clientHeight).scale;
  }

  private scrolled(): void {
    const { scrollTop } = this.element;
    if (Math.abs(scrollTop - this.expected) > 1) this.top = scrollTop * this.scale;
    this.expected = -1;
    this.draw();
    this.options.onScroll?.(this.top);
  }

  /** Where a pixel stands for many rows, the wheel goes on as in any list. */
  private wheeled(event: WheelEvent): void {
    if (this.scale === 1 || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    const delta = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * ROW_HEIGHT;
    this.moveTo(this.top + delta);
  }

  private moveTo(top: number): void {
    const most = Math.max(0, (this.rows + 1) * ROW_HEIGHT - this.element.clientHeight);
    this.top = Math.min(most, Math.max(0, top));
    this.place();
    this.draw();
    this.options.onScroll?.(this.top);
  }

  private place(): void {
    const wanted = this.top / this.scale;
    this.element.scrollTop = wanted;
    this.expected = this.element.scrollTop;
  }

  private draw(): void {
    const { rows } = this;
    const { clientHeight, scrollTop } = this.element;
    const { height, scale } = scaleOf(rows, ROW_HEIGHT, clientHeight);
    const { from, to } = visibleRows(rows, ROW_HEIGHT, this.top, clientHeight);
    const above = scale === 1 ? from * ROW_HEIGHT : Math.max(0, scrollTop - (this.top - from * ROW_HEIGHT));
    if (from === this.drawn.from && to === this.drawn.to && above === this.drawn.top) return;
    this.drawn = { from, to, top: above };
    const all: HTMLElement[] = [];
    const wanted = new Map<Branch<T>, number>();
    for (let index = from; index < to; index++) {
      const row = rowAt(this.root, index);
      const { branch, path } = row;
      if (!row.item && branch.load && !branch.error && branch.total !== 0) wanted.set(branch, path.at(-1)!);
      all.push(this.rowView(row, index));
    }
    this.table.setAttribute('aria-rowcount', String(rows + 1));
    this.body.replaceChildren(
      spacer(above),
      ...all,
      spacer(Math.max(0, height - above - (to - from) * ROW_HEIGHT)),
    );
    this.mark();
    for (const [branch, place] of wanted) this.load(branch, place);
  }

  private load(branch: Branch<T>, place: number): void {
    const remote: RemoteBranch<T> = branch;
    const later = setTimeout(() => this.redraw(), SOON_MS);
    remote.onReading = () => this.redraw();
    branch.load!(place).finally(() => {
      clearTimeout(later);
      this.openMore();
      this.redraw();
    });
  }

  private rowView({ branch, path, item }: Row<T>, index: number): HTMLElement {
    const { heads, tree, cells, id } = this.options;
    const level = path.length;
    const place = path.at(-1)!;
    const row = h('tr', { 'aria-rowindex': index + 2, id: `${id}-row-${index}` });
    if (tree) {
      row.setAttribute('aria-level', String(level));
      row.setAttribute('aria-setsize', String(branch.total || 1));
      row.setAttribute('aria-posinset', String(Math.max(0, place) + 1));
      row.addEventListener('contextmenu', (event) => {
        event.preventDefault();
        this.go(path);
        this.menu({ x: event.clientX, y: event.clientY });
      });
      row.addEventListener('click', () => this.go(path));
      row.addEventListener('dblclick', () => this.act());
    }
    if (item === undefined) {
      append(row, [h('th', { scope: 'row', colspan: heads.length, class: 'note' }, ...this.note(branch))]);
      return indented(row, level);
    }
    const opens = tree?.opens(item);
    if (opens) row.setAttribute('aria-expanded', String(branch.open.has(place)));
    const toggle =
      opens &&
      h('span', {
        class: 'twisty',
        'aria-hidden': 'true',
        onclick: (event) => {
          event.stopPropagation();
          this.go(path);
          this.toggle(path);
        },
      });
    const views = cells(item).map(({ content, tone, span }, i) =>
      i === 0
        ? h('th', { scope: 'row', ...(span && { colspan: span }) }, toggle, content)
        : h('td', { class: tone, ...(span && { colspan: span }) }, content),
    );
    append(row, views);
    return tree ? indented(row, level) : row;
  }

  private note(branch: RemoteBranch<T>): Child[] {
    if (branch.error)
      return [
        longText(branch.error),
        ' ',
        h(
          'button',
          {
            type: 'button',
            class: 'button',
            tabindex: -1,
            onclick: () => {
              branch.error = undefined;
              this.redraw();
            },
          },
          t('Try again'),
        ),
      ];
    if (branch.total === 0) return [t('Nothing here.')];
    const { reading, cancel } = branch;
    return [
      reading ? longText(t(reading.phase)) : t('Asking the engine...'),
      ' ',
      cancel !== undefined &&
        h('button', { type: 'button', class: 'button', tabindex: -1, onclick: () => cancel() }, t('Cancel')),
    ];
  }

  private toggle(path: readonly number[]): void {
    const branch = branchAt(this.root, path);
    const place = path.at(-1)!;
    const item = branch?.at(place);
    if (!branch || item === undefined) return;
    if (!branch.open.delete(place)) {
      const opened = this.options.tree?.opens(item)?.();
      if (opened) branch.open.set(place, opened);
    }
    this.redraw();
    this.options.onOpen?.(openPaths(this.root));
  }

  /** Unfolds what was unfolded before, as far as its rows are there. */
  private openMore(): void {
    const rest: number[][] = [];
    for (const path of this.toOpen) {
      const branch = branchAt(this.root, path);
      const place = path.at(-1)!;
      const item = branch?.at(place);
      const opened = item === undefined ? undefined : this.options.tree?.opens(item)?.();
      if (branch && opened) branch.open.set(place, opened);
      else rest.push(path);
    }
    this.toOpen = rest;
  }

  private go(path: readonly number[]): void {
    this.active = [...path];
    this.mark();
  }

  /** Makes the active row known to assistive technology, and seen. */
  private mark(): void {
    if (!this.options.tree || this.rows === 0) return;
    const index = indexOf(this.root, this.active);
    const id = `${this.options.id}-row-${index}`;
    const focused = document.activeElement === this.table;
    let there = false;
    for (const row of this.body.children) {
      row.classList.toggle('active', focused && row.id === id);
      there ||= row.id === id;
    }
    if (there) this.table.setAttribute('aria-activedescendant', id);
    else this.table.removeAttribute('aria-activedescendant');
  }

  private moveToRow(index: number): void {
    const to = Math.min(this.rows - 1, Math.max(0, index));
    this.active = rowAt(this.root, to).path;
    // The head stands above.
    const seen = this.element.clientHeight - 2 * ROW_HEIGHT;
    const at = to * ROW_HEIGHT;
    if (at < this.top) this.moveTo(at);
    else if (at > this.top + seen) this.moveTo(at - seen);
    this.mark();
  }

  private act(): void {
    const item = branchAt(this.root, this.active)?.at(this.active.at(-1)!);
    if (item === undefined) return;
    const main = this.options.tree!.menu(item).find((each) => each.main);
    if (main) main.act();
    else this.toggle(this.active);
  }

  private menu(at?: { x: number; y: number }): void {
    const item = branchAt(this.root, this.active)?.at(this.active.at(-1)!);
    const items = item === undefined ? [] : this.options.tree!.menu(item);
    if (!items.length) return;
    const row = this.body.querySelector('.active') ?? this.table;
    const { left, bottom } = row.getBoundingClientRect();
    showMenu(items, at ?? { x: left + 24, y: bottom }, () => this.table.focus({ preventScroll: true }));
  }

  private keys(): GridKeys {
    const index = (): number => indexOf(this.root, this.active);
    const isOpen = (): boolean => branchAt(this.root, this.active)?.open.has(this.active.at(-1)!) ?? false;
    const canOpen = (): boolean => {
      const item = branchAt(this.root, this.active)?.at(this.active.at(-1)!);
      return item !== undefined && this.options.tree!.opens(item) !== undefined;
    };
    return {
      move: (by) => this.moveToRow(index() + by),
      page: () => Math.max(1, Math.floor(this.element.clientHeight / ROW_HEIGHT) - 2),
      first: () => this.moveToRow(0),
      last: () => this.moveToRow(this.rows - 1),
      right: () => {
        if (isOpen()) this.moveToRow(index() + 1);
        else if (canOpen()) this.toggle(this.active);
      },
      left: () => {
        if (isOpen()) this.toggle(this.active);
        else if (this.active.length > 1) this.moveToRow(indexOf(this.root, this.active.slice(0, -1)));
      },
      act: () => this.act(),
      menu: () => this.menu(),
      find: (text) => {
        const { rows } = this;
        const from = index() + (text.length === 1 ? 1 : 0);
        for (let i = 0; i < Math.min(rows, MOST_SOUGHT); i++) {
          const { item } = rowAt(this.root, (from + i) % rows);
          if (item !== undefined && this.options.tree!.text(item).toLowerCase().startsWith(text)) {
            this.moveToRow((from + i) % rows);
            return;
          }
        }
      },
    };
  }
}

const MOST_SOUGHT = 20_000;

/** As much as the tree's level says. */
function indented(row: HTMLElement, level: number): HTMLElement {
  const first = row.firstElementChild as HTMLElement;
  first.style.paddingLeft = `${10 + 16 * Math.min(level - 1, 12)}px`;
  return row;
}

/** Stands for rows that are out of sight. */
function spacer(height: number): HTMLElement {
  const element = h('tr', { class: 'spacer', 'aria-hidden': 'true' }, h('td'));
  element.style.height = `${height}px`;
  return element;
}
