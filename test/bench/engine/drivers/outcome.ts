/** What a driver, one fresh process for one measurement, tells the bench. Used by the drivers and by the bench. */
import { writeFileSync } from 'node:fs';

/** `again`: ours only, a snapshot whose columns are kept; its phases are the opening, the table, the first query. */
export type Operation = 'summary' | 'diff' | 'again';

/** Name, objects, shallow and retained bytes; retained is null where the engine has none for classes. */
export type ClassRow = [name: string, count: number, self: number, retained: number | null];
/** Name, objects and bytes added, then removed. */
export type DiffRow = [name: string, added: number, addedSize: number, removed: number, removedSize: number];

export interface Result {
  /** Of the (later) snapshot; null where the engine does not tell. */
  nodes: number | null;
  edges: number | null;
  totalSize: number | null;
  classes?: ClassRow[];
  diff?: DiffRow[];
}

/** Moments as `now()` has them. */
export interface Marks {
  graph?: number;
  retained?: number;
  done: number;
}

export interface Outcome {
  marks: Marks;
  /** User and system time of all threads, in seconds. */
  cpu: number;
  /** Bytes. */
  peakRss: number;
  /** When each phase that the engine told of began. */
  phases?: [name: string, at: number][];
}

/** Milliseconds since 1970, comparable between processes, with fractions. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Prints what was measured as the last line and leaves the result in a file; then ends the process. */
export function tell(
  resultFile: string,
  marks: Marks,
  result: () => Result,
  phases?: [string, number][],
): never {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const outcome: Outcome = {
    marks,
    cpu: (userCPUTime + systemCPUTime) / 1e6,
    peakRss: maxRSS * 1024,
    phases,
  };
  writeFileSync(resultFile, JSON.stringify(result()));
  writeFileSync(1, `${JSON.stringify(outcome)}\n`);
  process.exit(0);
}
