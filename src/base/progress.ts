import { HeaplineError } from './errors.ts';

/** A reading of long work. `total` is absent while unknown; units are the phase's own (bytes, nodes). */
export interface ProgressReading {
  phase: string;
  done: number;
  total?: number;
}

/** What long work is given: where to report, and how it learns that it is no longer wanted. */
export interface Task {
  report?(reading: ProgressReading): void;
  /** An `AbortSignal` fits. */
  signal?: { readonly aborted: boolean };
}

/** @throws HeaplineError `cancelled` once the task's signal is aborted. */
export function throwIfCancelled(task: Task | undefined): void {
  if (task?.signal?.aborted) throw new HeaplineError('cancelled', 'Cancelled.');
}
