/** What the reader has chosen to see, apart from how it is drawn. Pure but for the list of listeners. */

import { type Disposable, toDisposable } from '../src/base/disposable.ts';

export type ClassColumn = 'className' | 'count' | 'countDelta' | 'size' | 'sizeDelta';

export interface ViewState {
  /** Milliseconds of the timeline in view; the whole of it when absent. */
  window?: readonly [number, number];
  /** Millisecond that the timeline's cursor stands on. */
  cursor?: number;
  measure: 'bytes' | 'objects';
  classSort: { column: ClassColumn; descending: boolean };
  classFilter: string;
  allClasses: boolean;
  /** Findings (by position) that are unfolded. */
  open: ReadonlySet<number>;
}

export type Action =
  | { type: 'zoom'; window: readonly [number, number] | undefined }
  | { type: 'cursor'; t: number | undefined }
  | { type: 'measure'; measure: ViewState['measure'] }
  | { type: 'sort'; column: ClassColumn }
  | { type: 'filter'; text: string }
  | { type: 'all-classes'; all: boolean }
  | { type: 'toggle-finding'; index: number; open: boolean };

export const INITIAL_STATE: ViewState = {
  measure: 'bytes',
  classSort: { column: 'sizeDelta', descending: true },
  classFilter: '',
  allClasses: false,
  open: new Set([0]),
};

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
    case 'toggle-finding': {
      if (state.open.has(action.index) === action.open) return state;
      const open = new Set(state.open);
      if (action.open) open.add(action.index);
      else open.delete(action.index);
      return { ...state, open };
    }
  }
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
