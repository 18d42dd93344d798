import { HeaplineError } from '../base/errors.ts';

/** Work that is done one after the other. */
export class Turns {
  private queue: Promise<void> = Promise.resolve();

  /** @param failed told what went wrong; not of a target that is gone, which shows by itself, nor of what was cancelled */
  constructor(private readonly failed: (error: HeaplineError) => void) {}

  /** Runs `work` after all that was asked for before. Settles, and never fails, when it is over. */
  add(work: () => Promise<unknown>): Promise<void> {
    this.queue = this.queue.then(work).then(
      () => {},
      (error) => {
        if (HeaplineError.is(error, 'target-gone') || HeaplineError.is(error, 'cancelled')) return;
        this.failed(
          HeaplineError.is(error) ? error : new HeaplineError('internal', String(error), { cause: error }),
        );
      },
    );
    return this.queue;
  }
}
