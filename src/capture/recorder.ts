import { HeaplineError } from '../base/errors.ts';
import type { SnapshotReason } from '../protocol/recording.ts';
import type { RecordingWriter } from '../recording/writer.ts';
import type { Inspector } from './inspector.ts';
import { Probe } from './probe.ts';
import { type Moment, Schedule, type ScheduleOptions } from './schedule.ts';
import { ScriptCollector } from './scripts.ts';
import { Forcer, streamSnapshot } from './snapshot.ts';
import type { InstallOptions, Reading, TargetFacts, TargetMessage } from './target.ts';
import { gcEvents, memoryEvent, sampleEvery } from './timeline.ts';

export interface RecorderOptions extends ScheduleOptions {
  /** Mean bytes between two samples of the heap profiler: 32768 unless told. */
  samplingInterval?: number;
}

/** How a recording came to its end. */
export type RecorderEnd =
  | { by: 'hold'; exitCode?: number; signal?: string }
  /** The connection was lost. */
  | { by: 'gone' }
  /** We were asked to. */
  | { by: 'stop' };

/** 32 KB: within noise on Node 24, 16 % of a loop that only allocates on Node 20. */
const SAMPLING_INTERVAL = 32_768;
const BEAT_MS = 1000;
/** How long a target may take to be let go. */
const LAST_WORD_MS = 2000;

/** How long a busy program is waited for, and how long its garbage collection. */
const SETTLE_MS = 250;
const COLLECT_MS = 10_000;

/** Records one target from attach to end. All that the target is asked goes through one queue. */
export class Recorder {
  /** Resolves when nothing more will be written by us. */
  readonly done: Promise<RecorderEnd>;
  /** The first thing that hindered the recording. */
  failure?: HeaplineError;
  private resolveDone: (end: RecorderEnd) => void = () => {};
  private queue: Promise<void> = Promise.resolve();
  private timer?: NodeJS.Timeout;
  private readonly schedule: Schedule;
  private readonly scripts: ScriptCollector;
  private probe!: Probe;
  /** V8 keeps ids of objects that move from the first snapshot on. */
  private baselineId?: string;
  private forcer!: Forcer;
  private steps = 0;
  private stepSnapshot = false;
  private pausedMs = 0;
  private heapUsed = 0;
  /** No more snapshots: the disk takes none. */
  private diskFull = false;
  /** None but the last: one took more than the disk budget had left. */
  private overBudget = false;
  private ending = false;
  private readonly urgency = { now: false, listeners: [] as (() => void)[] };

  private constructor(
    private readonly inspector: Inspector,
    private readonly writer: RecordingWriter,
    private readonly clock: () => number,
    private readonly options: RecorderOptions,
  ) {
    this.schedule = new Schedule(options);
    this.scripts = new ScriptCollector(writer);
    this.done = new Promise((resolve) => {
      this.resolveDone = resolve;
    });
  }

  /**
   * Puts our agent into the target and begins to sample.
   * @param clock milliseconds since the recording began
   * @throws HeaplineError `target-gone` or `connect-failed`
   */
  static async start(
    inspector: Inspector,
    writer: RecordingWriter,
    clock: () => number,
    options: RecorderOptions & InstallOptions,
  ): Promise<Recorder> {
    const recorder = new Recorder(inspector, writer, clock, options);
    const { signals, recorder: pid } = options;
    const samplingInterval = options.samplingInterval ?? SAMPLING_INTERVAL;
    const probe = await Probe.install(inspector, { signals, recorder: pid }, (message) =>
      recorder.hear(message),
    );
    recorder.probe = probe;
    await inspector.send('HeapProfiler.startSampling', { samplingInterval });
    recorder.describe(await probe.call('facts'));
    inspector.closed.then(() => recorder.enqueue(async () => recorder.finishWith({ by: 'gone' })));
    recorder.sampleLater();
    return recorder;
  }

  get stepCount(): number {
    return this.steps;
  }

  get snapshotCount(): number {
    return this.schedule.taken;
  }

  /** A step has ended just now. What the program printed last may be read only after it said that it ends. */
  step(source: 'output' | 'mark', name?: string, t = this.clock()): void {
    this.steps++;
    this.writer.event({ type: 'step', t, step: this.steps, source, name });
    const reason = this.schedule.dueAtStep(this.moment());
    // Steps that end while one is under way, or waits for its turn, come too late for one of their own.
    if (!reason || this.stepSnapshot) return;
    this.stepSnapshot = true;
    this.enqueue(() =>
      this.snapshot(reason).finally(() => {
        this.stepSnapshot = false;
      }),
    );
  }

  /** Takes a snapshot as soon as possible. */
  snapshotNow(): void {
    if (!this.ending) this.enqueue(() => this.snapshot('manual'));
  }

  /** Takes the last snapshot (unless `abruptly`) and lets the target go. */
  stop(abruptly = false): void {
    this.end({ by: 'stop' }, !abruptly, async () => {
      await this.probe.uninstall();
      await this.inspector.send('HeapProfiler.stopSampling');
    });
  }

  /** Lets go of the target at once: what is under way is given up. */
  abandon(): void {
    this.ending = true;
    clearTimeout(this.timer);
    this.inspector.close().catch(() => {});
  }

  /** For a program that can't hear the signal, in a busy loop: it ends by it after its last snapshot. */
  async endBySignal(signal: NodeJS.Signals): Promise<void> {
    if (this.ending || !(await this.probe.call('wouldEnd', signal)) || this.ending) return;
    this.end({ by: 'hold', signal }, true, () => this.probe.call('raise', signal));
  }

  private hear(message: TargetMessage): void {
    if (message.type === 'steps') {
      const offset = this.clock() - message.now;
      for (const { at, name } of message.steps) this.step('mark', name, Math.max(0, at + offset));
      return;
    }
    const { exitCode, signal } = message;
    const beat = setInterval(() => this.probe.call('beat').catch(() => {}), BEAT_MS);
    // The program may end within a call of ours: that one is answered never, and all later ones are.
    const before = this.inspector.unanswered();
    this.probe.call('beat').then(
      () => this.inspector.giveUp(before),
      () => {},
    );
    this.end({ by: 'hold', exitCode, signal }, true, async () => {
      clearInterval(beat);
      await this.probe.call('release');
    });
    this.done.then(() => clearInterval(beat));
  }

  private end(end: RecorderEnd, lastSnapshot: boolean, letGo: () => Promise<unknown>): void {
    if (this.ending) return;
    this.ending = true;
    clearTimeout(this.timer);
    // A program that holds never comes back to its event loop.
    this.urgency.now = end.by === 'hold';
    if (this.urgency.now) for (const listener of this.urgency.listeners.splice(0)) listener();
    if (lastSnapshot) {
      this.enqueue(() => this.read());
      this.enqueue(() => this.snapshot('end'));
    }
    this.enqueue(async () => {
      const patience = new Promise((resolve) => setTimeout(resolve, LAST_WORD_MS).unref());
      await Promise.race([letGo().catch(() => {}), this.inspector.closed, patience]);
      await this.inspector.close();
      this.finishWith(end);
    });
  }

  private finishWith(end: RecorderEnd): void {
    this.ending = true;
    clearTimeout(this.timer);
    this.resolveDone(end);
  }

  /** Runs `work` after all that was asked for before. What fails is noted; a target that is gone shows by itself. */
  private enqueue(work: () => Promise<unknown>): void {
    this.queue = this.queue.then(work).then(
      () => {},
      (error) => {
        if (HeaplineError.is(error, 'target-gone')) return;
        this.fail(
          HeaplineError.is(error) ? error : new HeaplineError('internal', String(error), { cause: error }),
        );
      },
    );
  }

  private fail(error: HeaplineError): void {
    // A budget is the user's own wish: another failure tells more.
    if (!this.failure || this.failure.code === 'too-large') this.failure = error;
    this.note(error.code === 'too-large' ? 'warning' : 'error', error.toLine());
  }

  private note(level: 'info' | 'warning' | 'error', message: string): void {
    this.writer.event({ type: 'note', t: this.clock(), level, message });
  }

  private describe({ pid, ppid, argv, cwd, ...runtime }: TargetFacts): void {
    this.forcer = new Forcer(this.inspector, Number(/\d+/.exec(runtime.version)?.[0]));
    this.writer.describe({ runtime: { name: 'node', ...runtime }, target: { pid, cwd } });
    this.writer.event({ type: 'process', t: this.clock(), event: 'start', role: 'target', pid, ppid, argv });
  }

  private sampleLater(): void {
    this.timer = setTimeout(() => {
      this.enqueue(() => this.sample());
      this.enqueue(async () => {
        if (!this.ending) this.sampleLater();
      });
    }, sampleEvery(this.clock()));
  }

  private async sample(): Promise<void> {
    if (this.ending) return;
    const { gc } = await this.read();
    const collected = gc.some((event) => event.kind === 'mark-compact');
    const reason = this.schedule.due(this.moment(), collected);
    if (reason && !this.ending) await this.snapshot(reason);
  }

  /** Writes what the target has to tell. @param allocated bytes since its start, where known */
  private async read(allocated?: number): Promise<{ gc: ReturnType<typeof gcEvents> }> {
    const reading: Reading = await this.probe.call('read');
    const t = this.clock();
    const gc = gcEvents(reading, t);
    for (const event of gc) this.writer.event(event);
    this.writer.event(memoryEvent(reading, t, allocated));
    this.heapUsed = reading.memory.heapUsed;
    return { gc };
  }

  private moment(): Moment {
    const elapsedMs = this.clock();
    return { elapsedMs, activeMs: elapsedMs - this.pausedMs, steps: this.steps, heapUsed: this.heapUsed };
  }

  private async snapshot(reason: SnapshotReason): Promise<void> {
    if (this.diskFull || ((this.ending || this.overBudget) && reason !== 'end')) return;
    const room = this.schedule.makeRoom(this.moment(), reason);
    if (!room) {
      if (this.failure?.code !== 'too-large') this.fail(noRoom());
      return;
    }
    for (const index of room.drop) this.writer.dropSnapshot(index, this.clock());
    await this.discardConsole();
    await this.checkIds();
    if (!this.urgency.now) await this.settle();
    const moment = this.moment();
    const sink = this.writer.openSnapshot(room.limit);
    const urgency = {
      now: this.urgency.now,
      onNow: (listener: () => void) => this.urgency.listeners.push(listener),
    };
    const profile = await streamSnapshot(this.inspector, sink, urgency, this.forcer).catch(async (error) => {
      await sink.abort();
      throw error;
    });
    this.urgency.listeners.length = 0;
    const t = moment.elapsedMs;
    // A program that holds makes no steps: those heard since belong before.
    const step = (reason === 'end' ? this.steps : moment.steps) || undefined;
    const pauseMs = this.clock() - t;
    this.pausedMs += pauseMs;
    const ordinal = profile.samples.reduce((highest, sample) => Math.max(highest, sample.ordinal), 0);
    const facts = { t, pauseMs, reason, step, ordinal };
    const entry = await this.writer.commitSnapshot(sink, facts).catch((error) => {
      if (HeaplineError.is(error, 'too-large')) this.overBudget = true;
      else this.diskFull = true;
      throw error;
    });
    const samplingInterval = this.options.samplingInterval ?? SAMPLING_INTERVAL;
    this.baselineId = await this.probe.heapObjectId();
    await this.read(ordinal * samplingInterval);
    const taken = {
      ...moment,
      heapUsed: this.heapUsed,
      index: entry.index,
      bytes: entry.bytes,
      pauseMs,
      reason,
    };
    for (const index of this.schedule.add(taken)) this.writer.dropSnapshot(index, this.clock());
    this.writer.profile(profile, { t, samplingInterval, ordinal });
    await this.scripts.collect(this.inspector);
  }

  /**
   * Collects garbage and lets the program's event loop come round: finalization registries hold what they were given
   * for dead objects until their callbacks have run, and a snapshot's own collection leaves no time for that. V8
   * collects in a task of its own, which never comes in a busy loop: such a program is left as it is.
   */
  private async settle(): Promise<void> {
    if (!(await this.within(SETTLE_MS, this.probe.call('settle')))) return;
    const began = this.clock();
    if (!(await this.within(COLLECT_MS, this.inspector.send('HeapProfiler.collectGarbage')))) return;
    this.pausedMs += this.clock() - began;
    await this.within(SETTLE_MS, this.probe.call('settle'));
  }

  /** True when the work was done in time; false, too, as soon as the program holds. */
  private async within(ms: number, work: Promise<unknown>): Promise<boolean> {
    if (this.urgency.now) return false;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), ms);
      this.urgency.listeners.push(() => resolve(false));
    });
    work.catch(() => {}); // it may fail after we stopped waiting
    try {
      return await Promise.race([work.then(() => true), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** What the program gave to `console.*` is kept alive by the inspector alone. */
  private async discardConsole(): Promise<void> {
    await this.inspector.send('Runtime.discardConsoleEntries');
    await this.inspector.send('Runtime.releaseObjectGroup', { objectGroup: 'console' });
  }

  private async checkIds(): Promise<void> {
    const id = await this.probe.heapObjectId();
    if (id === this.baselineId || this.baselineId === undefined) return;
    this.writer.event({ type: 'id-reset', t: this.clock(), beforeSnapshot: this.writer.nextSnapshot });
    this.note('warning', 'Another client of the inspector has reset the object ids.');
  }
}

function noRoom(): HeaplineError {
  return new HeaplineError('too-large', 'The next snapshot would not fit into the disk budget.', {
    hint: 'Give more with --disk-budget.',
  });
}
