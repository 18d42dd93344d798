/** What the reader has chosen to see, apart from how it is drawn. Pure but for the list of listeners. */

import { type Disposable, toDisposable } from '../src/base/disposable.ts';

export type ClassColumn = 'className' | 'count' | 'countDelta' | 'size' | 'sizeDelta';

/** An object that was looked at. */
export interface Seen {
  nodeId: number;
  /** Of two snapshots, in the earlier one. */
  earlier?: true;
}

export interface ViewState {
  /** Milliseconds of the timeline in view; the whole of it when absent. */
  window?: readonly [number, number];
  /** Millisecond that the timeline's cursor stands on. */
  cursor?: number;
  measure: 'bytes' | 'objects';
  classSort: { column: ClassColumn; descending: boolean };
  classFilter: string;
  allClasses: boolean;
  /** Findings (by id) that were folded or unfolded; of the others the first is unfolded. */
  open: Readonly<Record<string, boolean>>;
  /** Of the long table: its order (the table's own when absent), what is sought in it, whether only growth is shown. */
  table: {
    column?: string;
    descending: boolean;
    filter: string;
    onlyGrown: boolean;
    top: number;
    open: number[][];
  };
  /** What was last asked for in words. */
  query: string;
  /** Objects that the inspector showed, and which of them it shows. */
  inspected: { seen: readonly Seen[]; at: number };
  /** Id of the finding whose retaining path the comparison shows; the first when absent. */
  owner?: string;
}

export type Action =
  | { type: 'zoom'; window: readonly [number, number] | undefined }
  | { type: 'cursor'; t: number | undefined }
  | { type: 'measure'; measure: ViewState['measure'] }
  | { type: 'sort'; column: ClassColumn }
  | { type: 'filter'; text: string }
  | { type: 'all-classes'; all: boolean }
  | { type: 'toggle-finding'; id: string; open: boolean }
  | { type: 'table-sort'; column: string; descending: boolean }
  | { type: 'table-filter'; text: string }
  | { type: 'only-grown'; only: boolean }
  | { type: 'table-top'; top: number }
  | { type: 'table-open'; open: number[][] }
  | { type: 'query'; text: string }
  | { type: 'inspect'; seen: readonly Seen[]; at: number }
  | { type: 'owner'; id: string };

export const INITIAL_STATE: ViewState = {
  measure: 'bytes',
  classSort: { column: 'sizeDelta', descending: true },
  classFilter: '',
  allClasses: false,
  open: {},
  table: { descending: true, filter: '', onlyGrown: false, top: 0, open: [] },
  query: '',
  inspected: { seen: [], at: -1 },
};

/** Whether a finding shows its card. */
export function isOpen(state: ViewState, id: string, index: number): boolean {
  return state.open[id] ?? index === 0;
}

/** The state after an action; the same object when nothing changes. */
export function reduce(state: ViewState, action: Action): ViewState {
  switch (action.type) {
    case 'zoom':
      return { ...state, window: action.window };
    case 'cursor':
      return action.t === state.cursor ? state : { ...state, cursor: action.t };
    case 'measure':
      return action.measure === state.measure ? state : { ...state, measure: action.measure };
    case 'sort': {
      const same = state.classSort.column === action.column;
      const descending = same ? !state.classSort.descending : action.column !== 'className';
      return { ...state, classSort: { column: action.column, descending } };
    }
    case 'filter':
      return action.text === state.classFilter ? state : { ...state, classFilter: action.text };
    case 'all-classes':
      return { ...state, allClasses: action.all };
    case 'toggle-finding':
      if (state.open[action.id] === action.open) return state;
      return { ...state, open: { ...state.open, [action.id]: action.open } };
    case 'table-sort':
      return withTable(state, { column: action.column, descending: action.descending, top: 0, open: [] });
    case 'table-filter':
      return withTable(state, { filter: action.text, top: 0, open: [] });
    case 'only-grown':
      return withTable(state, { onlyGrown: action.only, top: 0, open: [] });
    case 'table-top':
      return withTable(state, { top: action.top });
    case 'table-open':
      return withTable(state, { open: action.open });
    case 'query':
      return { ...state, query: action.text };
    case 'inspect':
      return { ...state, inspected: { seen: action.seen, at: action.at } };
    case 'owner':
      return { ...state, owner: action.id };
  }
}

function withTable(state: ViewState, change: Partial<ViewState['table']>): ViewState {
  return { ...state, table: { ...state.table, ...change } };
}

/** The state as it is kept: all but the cursor, which goes with the pointer. */
export function packState({ cursor, ...kept }: ViewState): unknown {
  return kept;
}

/** What was kept, as far as it is of this version's form. */
export function unpackState(kept: unknown): ViewState {
  if (typeof kept !== 'object' || kept === null) return INITIAL_STATE;
  const state = { ...INITIAL_STATE, ...(kept as Partial<ViewState>) };
  const sound =
    typeof state.classFilter === 'string' &&
    typeof state.classSort?.column === 'string' &&
    typeof state.table?.filter === 'string' &&
    typeof state.table.top === 'number' &&
    Array.isArray(state.table.open) &&
    typeof state.query === 'string' &&
    Array.isArray(state.inspected?.seen) &&
    typeof state.inspected.at === 'number' &&
    typeof state.open === 'object' &&
    state.open !== null &&
    (state.window === undefined || (Array.isArray(state.window) && state.window.every(Number.isFinite)));
  return sound ? state : INITIAL_STATE;
}

/** Holds the state and tells views when it changed. */
export class Store {
  private current: ViewState;
  private readonly listeners = new Set<() => void>();

  constructor(initial: ViewState) {
    this.current = initial;
  }

  get state(): ViewState {
    return this.current;
  }

  dispatch(action: Action): void {
    const next = reduce(this.current, action);
    if (next === this.current) return;
    this.current = next;
    for (const listener of [...this.listeners]) listener();
  }

  /** Calls `render` with what `select` picks: now, and whenever that changes. */
  watch<T>(select: (state: ViewState) => T, render: (value: T) => void): Disposable {
    let last = select(this.current);
    const listener = (): void => {
      const next = select(this.current);
      if (Object.is(next, last)) return;
      last = next;
      render(next);
    };
    this.listeners.add(listener);
    render(last);
    return toDisposable(() => this.listeners.delete(listener));
  }
}
