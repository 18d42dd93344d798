import type { Disposable } from '../base/disposable.ts';
import type { RecordingEvent, RecordingManifest, SnapshotEntry } from '../protocol/recording.ts';
import type { ServedFolder } from '../protocol/server.ts';
import { RecordingWriter } from '../recording/writer.ts';
import { endCause, endSentence } from './end-cause.ts';
import type { Inspector } from './inspector.ts';
import { type CaptureOptions, type CaptureOutcome, optionsForManifest, RecordingClock } from './options.ts';
import { Recorder } from './recorder.ts';
import type { RecorderEnd, SnapshotFollower, SnapshotProgress } from './recorder-types.ts';
import type { ScheduleOptions } from './schedule.ts';
import type { Watches } from './watches.ts';

/**
 * 256 KB, so that nobody notices: a loop that only allocates keeps 98 % of its speed on Node 20 and on 24 (95 % at
 * 128 KB, 90 to 92 % at 64 KB), one that also computes all of it.
 */
const LIVE_SAMPLING_INTERVAL = 262_144;

/** `manual`: no snapshots but those asked for, and the last. `automatic`: by the schedule. */
export type LiveMode = 'manual' | 'automatic';

export interface LiveOptions extends CaptureOptions {
  mode: LiveMode;
  /** For the manifest. */
  target?: RecordingManifest['target'];
  /** Where the files of a page lie. */
  served?: ServedFolder;
  /** Containers can be watched after `stop`, too, until `letGo`. */
  keepIds?: boolean;
}

export interface LiveHooks {
  /** Hears each event as it is written. */
  onEvent?(event: RecordingEvent): void;
  /** Hears of the snapshot under way; undefined when it is over. */
  onSnapshot?(progress: SnapshotProgress | undefined): void;
  follower?: SnapshotFollower;
}

/**
 * A recording of a program that runs already, steered while it lasts. The program is left as it was: no handlers for
 * signals, and all of ours is taken out at the end.
 */
export class LiveRecording {
  /** Settles, and never fails, when nothing more is written. */
  readonly done: Promise<CaptureOutcome>;
  private abandoned = false;
  private schedule: ScheduleOptions;

  private constructor(
    readonly dir: string,
    private readonly writer: RecordingWriter,
    private readonly clock: RecordingClock,
    private readonly recorder: Recorder,
    options: LiveOptions,
  ) {
    this.schedule = options;
    this.done = recorder.done.then((end) => this.finish(end));
  }

  /**
   * Begins a recording over an inspector that stays the caller's: still connected after `stop`, unless the program
   * ended. One at a time for each target.
   * @throws HeaplineError `target-gone`, `connect-failed`, or what `RecordingWriter.create` throws: nothing is left
   */
  static async start(
    inspector: Inspector,
    options: LiveOptions,
    hooks: LiveHooks = {},
  ): Promise<LiveRecording> {
    const clock = new RecordingClock();
    const { out, version: heapline, target = {} } = options;
    let live: LiveRecording | undefined;
    const writer = await RecordingWriter.create(
      out,
      { heapline, target, options: optionsForManifest(options) },
      (event) => {
        hooks.onEvent?.(event);
        if (event.type === 'snapshot') live?.count(event.index);
      },
    );
    clock.start();
    try {
      const recorder = await Recorder.start(inspector, writer, clock.now, {
        ...options,
        samplingInterval: options.samplingInterval ?? LIVE_SAMPLING_INTERVAL,
        signals: false,
        hold: !inspector.shared,
        recorder: process.pid,
        manual: options.mode === 'manual',
        keepIds: options.keepIds,
        served: options.served,
        follower: hooks.follower,
        onSnapshot: hooks.onSnapshot?.bind(hooks),
      });
      live = new LiveRecording(out, writer, clock, recorder, options);
      return live;
    } catch (error) {
      writer.discard();
      throw error;
    }
  }

  get mode(): LiveMode {
    return this.recorder.isManual ? 'manual' : 'automatic';
  }

  /** @param schedule replaces the one before; left out, that goes on */
  setMode(mode: LiveMode, schedule?: ScheduleOptions): void {
    if (schedule) this.schedule = schedule;
    this.recorder.setManual(mode === 'manual', schedule);
  }

  /**
   * Takes a snapshot as soon as possible. Settles when it is whole on disk.
   * @param signal gives it up @throws HeaplineError `cancelled`, `target-gone`, or what else hindered it
   */
  takeSnapshot(signal?: AbortSignal): Promise<SnapshotEntry> {
    return this.recorder.takeSnapshot(signal);
  }

  /** Gives up the snapshot under way, whoever asked for it; what is written vanishes, the recording goes on. */
  cancelSnapshot(): void {
    this.recorder.cancelSnapshot();
  }

  /** While the recording is read: see RecordingWriter.keepFiles. */
  keepFiles(): Disposable {
    return this.writer.keepFiles();
  }

  /** Ends the recording, with a last snapshot unless told. */
  stop({ lastSnapshot = true } = {}): Promise<CaptureOutcome> {
    this.recorder.stop(!lastSnapshot);
    return this.done;
  }

  /** Ends it at once: what is under way is given up, what is whole stays. */
  abandon(): Promise<CaptureOutcome> {
    this.abandoned = true;
    this.recorder.abandon();
    return this.done;
  }

  /** Also after `stop`, with `keepIds`. */
  get watches(): Watches {
    return this.recorder.watches;
  }

  /** Once it is stopped, with `keepIds`: nothing of ours is left in the target. @throws HeaplineError `target-gone` */
  letGo(): Promise<void> {
    return this.recorder.forget();
  }

  /** So many were asked for: this one is the last. */
  private count(index: number): void {
    const { every, snapshots } = this.schedule;
    if (this.mode === 'automatic' && every !== undefined && index === snapshots) this.recorder.stop(true);
  }

  private finish(end: RecorderEnd): CaptureOutcome {
    const { writer, clock, recorder } = this;
    const { exitCode } = end.by === 'hold' ? end : {};
    const lost = end.by === 'gone' ? end.seen : end.by === 'stop' ? end.lost : undefined;
    const seen = this.abandoned ? undefined : lost;
    const reason = this.abandoned ? 'cancelled' : seen ? 'target-gone' : REASONS[end.by];
    const cause = seen && endCause(seen);
    if (seen) writer.event({ type: 'note', t: clock.now(), level: 'warning', message: endSentence(seen) });
    const snapshots = writer.snapshots.length;
    writer.end({ t: clock.now(), reason, cause, exitCode });
    const failure = recorder.failure ?? writer.failure;
    return { recordingDir: this.dir, snapshots, exitCode, reason, failure };
  }
}

const REASONS = { hold: 'exit', gone: 'target-gone', stop: 'detached' } as const;
