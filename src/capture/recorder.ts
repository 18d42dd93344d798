import { HeaplineError } from '../base/errors.ts';
import type { SnapshotEntry, SnapshotReason } from '../protocol/recording.ts';
import { WorkMeter } from '../recording/work-meter.ts';
import type { RecordingWriter } from '../recording/writer.ts';
import { AgentSpans } from './agent/spans.ts';
import { askSnapshot } from './asked-snapshot.ts';
import { withBoundaries } from './boundaries.ts';
import { BudgetKeeper, type GivenBack } from './budget-keeper.ts';
import type { LastSeen } from './end-cause.ts';
import { keepWaiting } from './hold.ts';
import type { Inspector } from './inspector.ts';
import { KeptIds } from './kept-ids.ts';
import { installProbe } from './probe.ts';
import { noRoom } from './recorder-errors.ts';
import type { RecorderEnd, RecorderStart } from './recorder-types.ts';
import { SampleCounter } from './sampled.ts';
import { type Moment, Schedule, type ScheduleOptions } from './schedule.ts';
import { ScriptCollector } from './scripts.ts';
import { settle } from './settling.ts';
import { SnapshotTaker, type TakingProgress } from './snapshot.ts';
import { highestOrdinal, SnapshotCare } from './snapshot-care.ts';
import { SnapshotRoom } from './snapshot-room.ts';
import type { Probe, Reading, TargetFacts, TargetMessage } from './target.ts';
import { gcEvents, memoryEvent, sampleEvery, toMicroseconds } from './timeline.ts';
import { Turns } from './turns.ts';
import { Urgency } from './urgency.ts';
import { Watches } from './watches.ts';

/** 32 KB: within noise on Node 24, 16 % of a loop that only allocates on Node 20. */
export const SAMPLING_INTERVAL = 32_768;
/** The user's debugger has work with each sample that comes through it. */
const SHARED_SAMPLE_MS = 500;
/** How long a target may take to be let go. */
const LAST_WORD_MS = 2000;

/** Records one target from attach to end. All that the target is asked goes through one queue. */
export class Recorder {
  /** Resolves when nothing more will be written by us. */
  readonly done: Promise<RecorderEnd>;
  /** What verdicts on this recording name can be watched. */
  readonly watches: Watches;
  /** The first thing that hindered the recording. */
  failure?: HeaplineError;
  private resolveDone: (end: RecorderEnd) => void = () => {};
  private readonly turns = new Turns((error) => this.fail(error));
  private readonly enqueue = (work: () => Promise<unknown>): Promise<void> => this.turns.add(work);
  private timer?: NodeJS.Timeout;
  private readonly schedule: Schedule;
  private readonly work = new WorkMeter();
  private readonly samplingInterval: number;
  private probe!: Probe;
  private sampled!: SampleCounter;
  private scripts!: ScriptCollector;
  private taker!: SnapshotTaker;
  private care!: SnapshotCare;
  private limits: Pick<TargetFacts, 'heapLimit' | 'memoryLimit'> = {};
  private ids!: KeptIds;
  private manual: boolean;
  /** Gives up the snapshot under way. */
  private current?: AbortController;
  /** Told by the program, or by its output. */
  private steps = 0;
  /** Seen at work: counted where snapshots go by steps and none are told. */
  private seenSteps = 0;
  readonly agent: AgentSpans;
  /** One that goes by what the agent does waits for its turn, or is under way. */
  private awaitsAligned = false;
  private pausedMs = 0;
  private heapUsed = 0;
  private rss = 0;
  /** No more snapshots: the disk takes none. */
  private diskFull = false;
  /** None but the last: one took more than the disk budget had left. */
  private overBudget = false;
  private ending = false;
  /** What snapshots hold is still to be told. */
  private telling: Promise<void> = Promise.resolve();
  private readonly urgency = new Urgency();
  private readonly budgets?: BudgetKeeper;

  private constructor(
    private readonly inspector: Inspector,
    private readonly writer: RecordingWriter,
    private readonly clock: () => number,
    private readonly options: RecorderStart,
  ) {
    this.schedule = new Schedule(options);
    this.manual = options.manual ?? false;
    this.samplingInterval = options.samplingInterval ?? SAMPLING_INTERVAL;
    this.done = new Promise((resolve) => {
      this.resolveDone = resolve;
    });
    this.agent = new AgentSpans(
      withBoundaries(
        (event) => writer.event(event),
        (...passed) => this.align(this.schedule.dueAt(...passed, this.moment())),
      ),
      (t, told, name) => (told ? this.step('mark', name, t) : this.seeStep()),
    );
    this.budgets = options.budgets && new BudgetKeeper(options.budgets, writer, clock, this);
    this.watches = new Watches(
      inspector,
      () => this.ids.areKept(),
      (facts) => writer.event({ type: 'watch', t: clock(), ...facts }),
    );
  }

  /**
   * Puts our agent into the target and begins to sample. The inspector stays the caller's: it is closed only to let
   * a program end that holds.
   * @param clock milliseconds since the recording began
   * @throws HeaplineError `target-gone` or `connect-failed`
   */
  static async start(
    inspector: Inspector,
    writer: RecordingWriter,
    clock: () => number,
    options: RecorderStart,
  ): Promise<Recorder> {
    const recorder = new Recorder(inspector, writer, clock, options);
    const { signals, hold, recorder: pid } = options;
    const { samplingInterval } = recorder;
    const hear = (message: TargetMessage): void => recorder.hear(message);
    const install = { signals, hold, recorder: pid, prompt: options.atRuns || options.atSessions };
    const probe = await installProbe(inspector, install, hear, options.served);
    recorder.probe = probe;
    recorder.ids = new KeptIds(probe);
    recorder.sampled = new SampleCounter(inspector, probe, samplingInterval, clock, (reading, ordinal) =>
      writer.event(memoryEvent(reading, recorder.agent.timeOf(reading.now), samplingInterval, ordinal)),
    );
    recorder.scripts = new ScriptCollector(writer, probe);
    recorder.taker = new SnapshotTaker(inspector, probe, writer);
    recorder.care = recorder.newCare();
    try {
      await inspector.send('HeapProfiler.startSampling', { samplingInterval });
      const facts = await probe.call('facts');
      recorder.describe(facts);
      await recorder.care.begin(facts);
    } catch (error) {
      await probe.uninstall().catch(() => {});
      throw error;
    }
    inspector.closed.then(() =>
      recorder.enqueue(async () => {
        await recorder.watches.end();
        await recorder.care.adopt();
        await recorder.telling;
        recorder.finishWith({ by: 'gone', seen: recorder.seen });
      }),
    );
    recorder.sampleLater();
    return recorder;
  }

  private newCare(): SnapshotCare {
    const { inspector, probe, writer, clock, schedule, urgency, scripts, samplingInterval, options } = this;
    const shared = { inspector, probe, writer, clock, schedule, urgency, scripts, samplingInterval };
    return new SnapshotCare({
      ...shared,
      room: new SnapshotRoom(writer.dir, options.room),
      launched: options.signals,
      nearLimit: options.beforeLimit === undefined ? options.nearLimit : undefined,
      read: () => this.read().then(() => ({ heapUsed: this.heapUsed, rss: this.rss })),
      moment: () => this.moment(),
      stood: (ms, began) => {
        this.pausedMs += ms;
        this.budgets?.ours(began, clock());
      },
    });
  }

  private get seen(): LastSeen {
    const { limits, heapUsed, rss, options } = this;
    return { ...limits, heapUsed, rss, tells: options.hold && this.probe.isNode };
  }

  /** A step has ended just now. What the program printed last may be read only after it said that it ends. */
  step(source: 'output' | 'mark', name?: string, t = this.clock()): void {
    this.steps++;
    this.writer.event({ type: 'step', t, step: this.steps, source, name });
    this.align(this.schedule.dueAtStep(this.moment()));
  }

  private seeStep(): void {
    if (this.steps || this.options.everySteps === undefined || this.options.stepsToCome) return;
    this.seenSteps++;
    this.align(this.schedule.dueAtStep(this.moment()));
  }

  private align(reason: SnapshotReason | undefined): void {
    // What ends while one is under way, or waits for its turn, comes too late for one of its own.
    if (!reason || this.awaitsAligned || this.manual) return;
    this.awaitsAligned = true;
    this.enqueue(() =>
      this.snapshot(reason).finally(() => {
        this.awaitsAligned = false;
      }),
    );
  }

  get isManual(): boolean {
    return this.manual;
  }

  /** @param schedule in place of the one before */
  setManual(manual: boolean, schedule?: ScheduleOptions): void {
    this.manual = manual;
    if (schedule) this.schedule.change(schedule);
  }

  /** See askSnapshot. */
  takeSnapshot(signal?: AbortSignal, reason: 'manual' | 'budget' = 'manual'): Promise<SnapshotEntry> {
    const asked = {
      done: this.done,
      isEnding: () => this.ending,
      enqueue: (work: () => Promise<unknown>) => this.enqueue(work),
      take: (onWhole: (entry: SnapshotEntry) => void) => this.snapshot(reason, onWhole),
      cancel: () => this.cancelSnapshot(),
      failure: () => this.failure,
    };
    return askSnapshot(asked, signal);
  }

  /** Collects garbage in its turn. @returns undefined where the program did not let it, or has ended */
  async collect(): Promise<GivenBack | undefined> {
    let given: GivenBack | undefined;
    await this.enqueue(async () => {
      if (!this.ending) given = await this.care.collect();
    });
    return given;
  }

  /** Gives up the snapshot under way: what is written vanishes. */
  cancelSnapshot(): void {
    this.current?.abort();
  }

  /** Takes the last snapshot (unless `abruptly`) and lets the target go. */
  stop(abruptly = false): void {
    this.end({ by: 'stop' }, !abruptly, () => this.letGo());
  }

  /** Ends at once: what is under way is given up. What the target is asked last, it may do when it comes to it. */
  abandon(): void {
    this.letGo().catch(() => {});
    this.finishWith({ by: 'stop' });
    this.cancelSnapshot();
  }

  /** For a program that can't hear the signal, in a busy loop: it ends by it after its last snapshot. */
  async endBySignal(signal: NodeJS.Signals): Promise<void> {
    if (this.ending || !(await this.probe.call('wouldEnd', signal)) || this.ending) return;
    this.end({ by: 'hold', signal }, true, () => this.probe.call('raise', signal));
  }

  /** After `stop` with `keepIds`: takes what is left of ours out of the target. @throws HeaplineError `target-gone` */
  async forget(): Promise<void> {
    await this.probe.uninstall();
  }

  private async letGo(): Promise<void> {
    const { probe, inspector } = this;
    await Promise.all([
      this.options.keepIds ? probe.retire() : probe.uninstall(),
      inspector.send('HeapProfiler.stopSampling'),
    ]);
  }

  private hear(message: TargetMessage): void {
    if (message.type === 'steps') {
      const offset = this.clock() - message.now;
      for (const { at, name } of message.steps) this.step('mark', name, this.agent.onClock(at, offset));
      return;
    }
    if (message.type === 'agent') {
      this.agent.hear(message.records, this.clock() - message.now);
      return;
    }
    const { exitCode, signal } = message;
    const beat = keepWaiting(this.probe, this.inspector);
    this.end({ by: 'hold', exitCode, signal }, true, async () => {
      beat.dispose();
      await this.probe.call('release');
    });
    this.done.then(() => beat.dispose());
  }

  private end(end: RecorderEnd, lastSnapshot: boolean, letGo: () => Promise<unknown>): void {
    if (this.ending) return;
    this.ending = true;
    clearTimeout(this.timer);
    // A program that holds never comes back to its event loop.
    if (end.by === 'hold') this.urgency.begin();
    // Nothing of ours is in the last snapshot.
    this.enqueue(() => this.watches.end());
    let isWhole = false;
    if (lastSnapshot) {
      this.enqueue(() => this.read());
      this.enqueue(() =>
        this.snapshot('end').then(() => {
          isWhole = true;
        }),
      );
    }
    this.enqueue(async () => {
      const patience = new Promise((resolve) => setTimeout(resolve, LAST_WORD_MS, false).unref());
      const lost = this.inspector.closed.then(() => true);
      const left = letGo().then(
        () => false,
        (error) => HeaplineError.is(error, 'target-gone'),
      );
      const isLost = await Promise.race([left, lost, patience]);
      // The program waits for that.
      if (end.by === 'hold') await this.inspector.close();
      await this.telling;
      // A session that is stopped takes its program along: either may be heard of first.
      this.finishWith(end.by === 'stop' && isLost && !isWhole ? { ...end, lost: this.seen } : end);
    });
  }

  private finishWith(end: RecorderEnd): void {
    this.ending = true;
    clearTimeout(this.timer);
    this.resolveDone(end);
  }

  private fail(error: HeaplineError): void {
    // A budget is the user's own wish: another failure tells more.
    if (!this.failure || this.failure.code === 'too-large') this.failure = error;
    this.note(error.code === 'too-large' ? 'warning' : 'error', error.toLine());
  }

  private note(level: 'info' | 'warning' | 'error', message: string): void {
    this.writer.event({ type: 'note', t: this.clock(), level, message });
  }

  private describe({ runtime, heapLimit, memoryLimit, process }: TargetFacts): void {
    this.limits = { heapLimit, memoryLimit };
    const { pid, ppid, argv, cwd } = process ?? {};
    this.writer.describe({ runtime, target: { pid, cwd, heapLimit, memoryLimit } });
    if (pid === undefined) return;
    this.agent.processes.of(pid, runtime.platform);
    this.writer.event({ type: 'process', t: this.clock(), event: 'start', role: 'target', pid, ppid, argv });
  }

  private sampleLater(): void {
    this.timer = setTimeout(
      () => {
        this.enqueue(() => this.sample());
        this.enqueue(async () => {
          if (!this.ending) this.sampleLater();
        });
      },
      Math.max(sampleEvery(this.clock()), this.inspector.shared ? SHARED_SAMPLE_MS : 0),
    );
  }

  private async sample(): Promise<void> {
    if (this.ending) return;
    const { gc, stands } = await this.read();
    // At a breakpoint nothing grows: what is taken there would push out what tells something.
    if (stands) return;
    const collected = gc.some((event) => event.kind === 'mark-compact');
    const reason = this.manual ? undefined : this.schedule.due(this.moment(), collected);
    // A program that waits does not grow: what is taken then would push out what tells something, too.
    if (reason === 'schedule' && this.work.waits()) return;
    if (reason && !this.ending) await this.snapshot(reason);
  }

  /** Writes what the target has to tell. */
  private async read(): Promise<{ gc: ReturnType<typeof gcEvents>; stands: boolean }> {
    const asked = this.clock();
    const reading: Reading = await this.probe.call('read');
    const t = this.clock();
    const { stoodMs = 0 } = reading;
    // At a breakpoint it answers at once: a program that waits in a call of its own, for a child say, does not.
    if (t - asked < stoodMs / 2) {
      this.pausedMs += stoodMs;
      this.writer.event({ type: 'stopped', t, ms: toMicroseconds(stoodMs) });
    }
    this.agent.hear(reading.agent ?? [], t - reading.now);
    this.agent.processes.look(this.clock);
    const gc = gcEvents(reading, t);
    for (const event of gc) this.writer.event(event);
    // On the clock of what the agent tells: the answer may have been on its way for long.
    const read = this.probe.isNode ? this.agent.timeOf(reading.now) : t;
    this.writer.event(memoryEvent(reading, read, this.samplingInterval));
    if (this.sampled.isDue(reading)) await this.sampled.count();
    this.heapUsed = reading.memory.heapUsed;
    this.work.reading(t, this.heapUsed);
    this.rss = reading.memory.rss;
    return { gc, stands: stoodMs > 0 };
  }

  private moment(): Moment {
    const elapsedMs = this.clock();
    const { heapUsed, limits } = this;
    const steps = this.steps || this.seenSteps;
    return { elapsedMs, activeMs: elapsedMs - this.pausedMs, steps, heapUsed, heapLimit: limits.heapLimit };
  }

  /** @param onWhole called when it is whole on disk, before what else belongs to it */
  private async snapshot(reason: SnapshotReason, onWhole?: (entry: SnapshotEntry) => void): Promise<void> {
    // Who asks by hand may have made room.
    if (reason === 'manual') this.diskFull = this.overBudget = false;
    if (this.diskFull || ((this.ending || this.overBudget) && reason !== 'end')) return;
    if ((await this.care.adopt()) && reason === 'schedule') return;
    if (await this.care.leavesOut(reason)) return;
    const { rss } = this;
    const room = this.schedule.makeRoom(this.moment(), reason);
    if (!room) {
      if (this.failure?.code !== 'too-large') this.fail(noRoom());
      return;
    }
    for (const index of room.drop) this.writer.dropSnapshot(index, this.clock());
    const { moment, profile, entry, step } = await this.take(reason, room.limit);
    onWhole?.(entry);
    const { index, bytes, t, pauseMs, ordinal = 0 } = entry;
    const { samplingInterval } = this;
    await this.ids.note();
    this.work.snapshot();
    await this.sampled.count();
    await this.read();
    this.care.took(rss, this.rss);
    this.budgets?.hearProfile(profile, t, samplingInterval);
    const taken = { ...moment, steps: step, heapUsed: this.heapUsed, index, bytes, pauseMs, reason };
    for (const dropped of this.schedule.add(taken)) this.writer.dropSnapshot(dropped, this.clock());
    this.writer.profile(profile, { t, samplingInterval, ordinal });
    await this.scripts.collect();
  }

  private async take(reason: SnapshotReason, limit: number) {
    const began = this.clock();
    const index = this.writer.nextSnapshot;
    const controller = new AbortController();
    const { signal } = controller;
    let waits = false;
    const report = (progress: TakingProgress): void => {
      this.options.onSnapshot?.({ index, reason, ...progress });
      if (progress.phase !== 'waiting' || waits) return;
      waits = true;
      this.note('info', 'The program is busy: the snapshot begins when it comes back to its event loop.');
    };
    this.current = controller;
    report({ phase: 'taking', bytes: 0 });
    try {
      await this.checkIds();
      const { urgency, probe, inspector } = this;
      this.pausedMs += await settle(urgency, probe, inspector, this.options.forceGC !== false);
      const moment = this.moment();
      const taken = await this.taker.take({
        limit,
        signal,
        holding: this.urgency.now,
        report,
        begin: (file) => this.options.follower?.begin(file),
      });
      if (signal.aborted) await taken.file.abort();
      signal.throwIfAborted();
      const t = toMicroseconds(moment.elapsedMs + taken.waitedMs);
      // A program that holds makes no steps: those heard since belong before.
      const step = reason === 'end' || !this.steps ? this.steps : moment.steps;
      const { profile } = taken;
      const pauseMs = toMicroseconds(taken.pauseMs);
      this.pausedMs += pauseMs;
      this.budgets?.ours(began, this.clock());
      const ordinal = highestOrdinal(profile);
      const facts = { t, pauseMs, reason, step: step || undefined, ordinal };
      const entry = await this.writer.commitSnapshot(taken.file, facts).catch((error) => {
        if (HeaplineError.is(error, 'too-large')) this.overBudget = true;
        else this.diskFull = true;
        throw error;
      });
      this.tellTotals(entry);
      return { moment, profile, entry, step };
    } catch (error) {
      this.options.follower?.giveUp();
      if (HeaplineError.is(error, 'disk-full')) this.diskFull = true;
      if (signal.aborted) throw new HeaplineError('cancelled', 'The snapshot was cancelled.');
      throw error;
    } finally {
      this.current = undefined;
      this.options.onSnapshot?.(undefined);
    }
  }

  private tellTotals({ index, file, reason }: SnapshotEntry): void {
    const told = this.options.follower?.whole(index, this.writer.pathOf(file), reason).then((facts) => {
      if (facts) this.writer.event({ type: 'totals', t: this.clock(), index, ...facts });
    });
    if (told) this.telling = this.telling.then(() => told);
  }

  private async checkIds(): Promise<void> {
    if (!(await this.ids.wereReset())) return;
    this.writer.event({ type: 'id-reset', t: this.clock(), beforeSnapshot: this.writer.nextSnapshot });
    this.note('warning', 'Another client of the inspector has reset the object ids.');
  }
}
