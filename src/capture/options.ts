import type { Disposable } from '../base/disposable.ts';
import type { HeaplineError } from '../base/errors.ts';
import type { RecordingEvent } from '../protocol/recording.ts';
import type { CaptureControls } from './controls.ts';
import type { RecorderOptions, SnapshotFollower } from './recorder-types.ts';
import type { Watches } from './watches.ts';

/** What `run` and `attach` share. All that has to do with time is in milliseconds, sizes are in bytes. */
export interface CaptureOptions extends RecorderOptions {
  /** The recording's folder: new or empty. */
  out: string;
  /** Heapline's own version, for the manifest. */
  version: string;
}

export interface CaptureHooks {
  /** Hears each event as it is written. */
  onEvent?(event: RecordingEvent): void;
  /** Gives the recording up at once; a program that we started is killed. */
  signal?: AbortSignal;
  controls?: CaptureControls;
  follower?: SnapshotFollower;
  /** Hears once that the program is recorded. */
  onRecording?(recording: RecordingUnderWay): void;
}

export interface RecordingUnderWay {
  /** Watches what verdicts on it name. */
  readonly watches: Pick<Watches, 'watch'>;
  /** While it is read: see RecordingWriter.keepFiles. */
  keepFiles(): Disposable;
}

export interface CaptureOutcome {
  recordingDir: string;
  /** Snapshots in the recording. */
  snapshots: number;
  /** The command's own, under `run`. */
  exitCode?: number;
  signal?: string;
  reason: 'exit' | 'signal' | 'detached' | 'target-gone' | 'cancelled';
  /** What first hindered the recording; the program itself ran on. */
  failure?: HeaplineError;
}

/** The options as the manifest keeps them. */
export function optionsForManifest(options: RecorderOptions & { stepOn?: RegExp }): Record<string, unknown> {
  const { snapshots, every, everySteps, onGrowth, warmUp, beforeLimit, diskBudget, pauseBudget } = options;
  const { samplingInterval, forceGC, stepOn, budgets } = options;
  const schedule = { snapshots, every, everySteps, onGrowth, warmUp, beforeLimit, diskBudget, pauseBudget };
  const { atRuns, atSessions } = options;
  return {
    ...schedule,
    atRuns,
    atSessions,
    samplingInterval,
    forceGC,
    stepOn: stepOn?.toString(),
    budgets: budgets?.limits,
  };
}

/** A clock that stands at 0 until it is started. */
export class RecordingClock {
  private origin?: number;
  readonly now = (): number =>
    this.origin === undefined ? 0 : Math.round((performance.now() - this.origin) * 1000) / 1000;
  start(): void {
    this.origin ??= performance.now();
  }
}
