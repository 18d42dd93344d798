import type { ProgressReading } from '../base/progress.ts';

/** What a request is given beside its parameters. */
export interface Asked {
  signal?: AbortSignal;
  report?(reading: ProgressReading): void;
}
