/** Rows that are asked for as they come into sight. */

import type { ProgressReading } from '../src/base/progress.ts';
import type { Branch } from './layout/branches.ts';

const PAGE = 100;
/** Of the pages seen so many stay. */
const MOST_PAGES = 60;

export interface Fetched<T> {
  total: number;
  rows: T[];
}

export interface FetchTask {
  signal: AbortSignal;
  report(reading: ProgressReading): void;
}

/** A branch that can be given up, and says how far it is. */
export interface RemoteBranch<T> extends Branch<T> {
  reading?: ProgressReading;
  /** Called when `reading` changes. */
  onReading?(): void;
  cancel?(): void;
}

/** @param fetch rows from `start` on @param total where it is known already */
export function remoteBranch<T>(
  fetch: (range: { start: number; count: number }, task: FetchTask) => Promise<Fetched<T>>,
): RemoteBranch<T> {
  const pages = new Map<number, readonly T[]>();
  const asked = new Map<number, Promise<void>>();
  const branch: RemoteBranch<T> = {
    at(place) {
      return pages.get(Math.floor(place / PAGE))?.[place % PAGE];
    },
    open: new Map(),
    load(place) {
      const page = Math.max(0, Math.floor(place / PAGE));
      let loading = asked.get(page);
      if (!loading) {
        loading = ask(page).finally(() => asked.delete(page));
        asked.set(page, loading);
      }
      return loading;
    },
  };
  const ask = async (page: number): Promise<void> => {
    const aborting = new AbortController();
    branch.cancel = () => aborting.abort();
    branch.error = undefined;
    const report = (reading: ProgressReading): void => {
      branch.reading = reading;
      branch.onReading?.();
    };
    try {
      const { total, rows } = await fetch(
        { start: page * PAGE, count: PAGE },
        { signal: aborting.signal, report },
      );
      branch.total = total;
      pages.delete(page);
      pages.set(page, rows);
      for (const oldest of pages.keys()) {
        if (pages.size <= MOST_PAGES) break;
        pages.delete(oldest);
      }
    } catch (error) {
      // What is seen stays.
      if (pages.size === 0) branch.error = error instanceof Error ? error.message : String(error);
    }
    branch.cancel = undefined;
    branch.reading = undefined;
  };
  return branch;
}
