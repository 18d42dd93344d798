import { HeaplineError } from '../base/errors.ts';
import type { SnapshotEntry } from '../protocol/recording.ts';
import { tooLate } from './recorder-errors.ts';

/** What of a recorder it takes to ask for a snapshot. */
export interface AskedRecorder {
  /** Settles when the recording is over. */
  done: Promise<unknown>;
  isEnding(): boolean;
  /** Runs work in its turn. */
  enqueue(work: () => Promise<unknown>): void;
  /** @param onWhole called when it is whole on disk */
  take(onWhole: (entry: SnapshotEntry) => void): Promise<void>;
  /** Gives up the one under way. */
  cancel(): void;
  /** What first hindered the recording. */
  failure(): HeaplineError | undefined;
}

/**
 * Asks for a snapshot as soon as possible. Settles when it is whole on disk.
 * @param signal gives it up @throws HeaplineError `cancelled`, `target-gone`, or what else hindered it
 */
export function askSnapshot(recorder: AskedRecorder, signal?: AbortSignal): Promise<SnapshotEntry> {
  return new Promise((resolve, reject) => {
    if (recorder.isEnding()) {
      reject(tooLate());
      return;
    }
    let isUnderWay = false;
    const giveUp = (): void => {
      reject(new HeaplineError('cancelled', 'The snapshot was cancelled.'));
      if (isUnderWay) recorder.cancel();
    };
    signal?.addEventListener('abort', giveUp);
    if (signal?.aborted) giveUp();
    recorder.done.then(() => reject(tooLate()));
    recorder.enqueue(async () => {
      try {
        if (signal?.aborted) return;
        isUnderWay = true;
        await recorder.take(resolve);
        reject(recorder.isEnding() ? tooLate() : (recorder.failure() ?? tooLate()));
      } catch (error) {
        reject(error);
        throw error;
      } finally {
        signal?.removeEventListener('abort', giveUp);
      }
    });
  });
}
