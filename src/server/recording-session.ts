import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HeaplineError } from '../base/errors.ts';
import type { ProgressReading } from '../base/progress.ts';
import { LiveRecording } from '../capture/live.ts';
import type { SnapshotProgress } from '../capture/recorder-types.ts';
import { Follower } from '../engine/follower.ts';
import { MeanwhileVerdict } from '../engine/meanwhile.ts';
import { noteCrossing } from '../protocol/budget-words.ts';
import type { ContainerWatch, Findings, PassedBudget } from '../protocol/findings.ts';
import type { RecordingEvent, SnapshotEntry } from '../protocol/recording.ts';
import type { ReportData } from '../protocol/report.ts';
import type { RecordingInfo, RecordingOptions, RecordingState } from '../protocol/server.ts';
import { briefOf } from '../protocol/sessions.ts';
import type { Analyst, Engine } from './analyst.ts';
import type { Asked } from './asked.ts';
import { budgetsFor } from './budgets.ts';
import { deleteRecording, nameOf } from './catalogue.ts';
import { makeFolder } from './folder-name.ts';
import type { Ignores } from './ignores.ts';
import { KeptTarget } from './kept-target.ts';
import type { Target } from './target.ts';
import { Throttle } from './throttle.ts';
import type { Verdicts } from './verdicts.ts';
import { watchContainer } from './watching.ts';

const TELL_EVERY_MS = 250;
/** How long a target may take to give back what is ours, where nobody watches it. */
const PARTING_MS = 500;
const MOST_PROBLEMS = 20;
/** A last snapshot at Stop: taken anyway below so many; else where the one before stopped the program no longer. */
const ENOUGH = 6;
const SHORT_PAUSE_MS = 1500;
/** Share of the recording that must lie between the last two. */
const LITTLE = 0.05;
const WAITING =
  'The snapshot begins when the program lets it: it is busy, or stands at a breakpoint. Continue it, or wait.';

export interface SessionContext {
  analyst: Analyst;
  createEngine(): Engine;
  verdicts: Verdicts;
  ignores: Ignores;
  /** Heapline's own version. */
  version: string;
  changed(info: RecordingInfo): void;
  note(level: 'info' | 'warning' | 'error', message: string): void;
}

/** One recording from its start until its verdict. */
export class RecordingSession {
  /** Settles, never rejects, when nothing more is written and the target is let go. */
  recorded!: Promise<void>;
  /** Settles, never rejects, when the verdict is there, too, or given up. */
  ended!: Promise<RecordingInfo>;
  private live!: LiveRecording;
  private readonly facts: Omit<RecordingInfo, 'durationMs'>;
  private readonly began = performance.now();
  private endedAfter?: number;
  private pausedMs = 0;
  private readonly tell: Throttle;
  private readonly reports = new Set<(reading: ProgressReading) => void>();
  private readonly meanwhile: MeanwhileVerdict;
  private readonly follower: Follower;
  private readonly analysis = new AbortController();
  /** The target, once it is no longer recorded. */
  private kept?: KeptTarget;
  /** Findings whose containers are watched. */
  private readonly watched = new Set<string>();
  /** The verdict with what is ignored. */
  private whole?: { findings: Findings; cwd?: string };
  private discarded = false;
  private closing = false;
  private readonly passed = new Map<string, PassedBudget>();
  /** Budgets that the latest verdict found passed. */
  private measured: PassedBudget[] = [];

  private constructor(
    dir: string,
    private readonly target: Target,
    private readonly release: () => void,
    mode: RecordingOptions['mode'],
    private readonly context: SessionContext,
  ) {
    const { spec, pid } = target.info;
    this.facts = {
      dir,
      name: nameOf(dir),
      createdAt: new Date().toISOString(),
      state: 'recording',
      target: spec.id,
      mode,
      title: spec.name,
      pid,
      steps: 0,
      snapshots: [],
      final: false,
      problems: [],
    };
    this.follower = new Follower(context.createEngine);
    this.tell = new Throttle(TELL_EVERY_MS, () => context.changed(this.info));
    this.meanwhile = new MeanwhileVerdict(
      (signal) => this.analyseSoFar(signal),
      (data) => {
        // What a tap allocates spoils the measure, until the watch is known: then it is judged again.
        if (!this.watched.size) this.judged(data, false);
      },
    );
  }

  /**
   * Begins a recording in a new folder within `parent`.
   * @throws HeaplineError `target-gone`, `connect-failed`, `disk-full`, `not-found`; then nothing is left
   */
  static async start(
    target: Target,
    parent: string,
    options: RecordingOptions,
    context: SessionContext,
  ): Promise<RecordingSession> {
    const { inspector, via, release } = await target.reach();
    let dir: string | undefined;
    try {
      dir = makeFolder(parent, target.info.spec.name, new Date());
      const session = new RecordingSession(dir, target, release, options.mode, context);
      const { mode, samplingInterval, forceGC } = options;
      const live = await LiveRecording.start(
        inspector,
        {
          out: dir,
          version: context.version,
          mode,
          samplingInterval,
          forceGC,
          keepIds: true,
          served: target.info.spec.served,
          budgets: budgetsFor(options.budgets, (text) => {
            session.problem(text);
            context.note('error', text);
          }),
          ...scheduleOf(options),
        },
        {
          onEvent: (event) => session.hear(event),
          onSnapshot: (progress) => session.taking(progress),
          follower: session.follower,
        },
      );
      target.recordedAs({ dir, via });
      session.live = live;
      session.recorded = session.record(inspector.closed);
      session.ended = session.recorded.then(() => session.conclude());
      session.tell.now();
      return session;
    } catch (error) {
      release();
      if (dir) await rm(dir, { recursive: true, force: true });
      throw error;
    }
  }

  get info(): RecordingInfo {
    const durationMs = this.endedAfter ?? Math.round(performance.now() - this.began);
    return {
      ...this.facts,
      snapshots: [...this.facts.snapshots],
      problems: [...this.facts.problems],
      durationMs,
    };
  }

  get dir(): string {
    return this.facts.dir;
  }

  get state(): RecordingState {
    return this.facts.state;
  }

  setMode(options: RecordingOptions): void {
    this.live.setMode(options.mode, scheduleOf(options));
    this.facts.mode = options.mode;
    this.tell.now();
  }

  /** Settles when the snapshot is whole on disk. @throws HeaplineError `cancelled`, `target-gone`, `disk-full`, ... */
  takeSnapshot(asked: Asked): Promise<SnapshotEntry> {
    return this.reporting(asked, () => this.live.takeSnapshot(asked.signal));
  }

  /** Ends it with a last snapshot. Cancelled: without that, or without the verdict, whichever is under way. */
  async stop(asked: Asked): Promise<RecordingInfo> {
    const cancel = (): void => {
      this.live.cancelSnapshot();
      this.analysis.abort();
    };
    asked.signal?.addEventListener('abort', cancel);
    try {
      return await this.reporting(asked, () => {
        if (this.state === 'recording') {
          this.set('stopping');
          void this.live.stop({ lastSnapshot: this.needsLast() });
        }
        return this.ended;
      });
    } finally {
      asked.signal?.removeEventListener('abort', cancel);
    }
  }

  /**
   * Whoever presses Stop waits for it: a last snapshot is taken where it adds something to the verdict for little
   * time, and never against the wish of who takes them by hand. One under way is finished, and is the last.
   */
  private needsLast(): boolean {
    const { snapshots, taking } = this.facts;
    const last = snapshots.at(-1);
    if (taking || this.live.mode === 'manual') return false;
    if (!last || snapshots.length < ENOUGH) return true;
    const since = performance.now() - this.began - last.t;
    return last.pauseMs <= SHORT_PAUSE_MS && since > LITTLE * (performance.now() - this.began);
  }

  /** Ends it, and takes it away. */
  async discard(): Promise<RecordingInfo> {
    this.discarded = true;
    this.analysis.abort();
    if (this.state === 'recording') {
      this.set('stopping');
      void this.live.stop({ lastSnapshot: false });
    } else this.live.cancelSnapshot();
    return this.ended;
  }

  /** We are to end: no last snapshot, no verdict; files whole, the target let go. @param patience ms for the target */
  async close(patience: number): Promise<void> {
    this.closing = true;
    this.analysis.abort();
    this.meanwhile.dispose();
    this.live.cancelSnapshot();
    void this.live.stop({ lastSnapshot: false });
    const timer = setTimeout(() => void this.live.abandon(), patience);
    await this.recorded;
    clearTimeout(timer);
  }

  /** Settles when its containers can't be watched any longer, and none of its snapshots is being analysed. */
  get released(): Promise<unknown> {
    return Promise.all([this.kept?.released, this.follower.settled()]);
  }

  /** See Follower.analysing. */
  analysing(file: string): Promise<Pick<Engine, 'call'> | undefined> {
    return this.follower.analysing(file);
  }

  /** See watchContainer. */
  async watch(id: string, seconds: number, asked: Asked): Promise<ContainerWatch> {
    const finding = this.whole?.findings.findings.find((one) => one.id === id);
    if (!finding) {
      throw new HeaplineError('not-found', 'The latest verdict on this recording no longer names this leak.');
    }
    if (this.watched.has(id)) throw new HeaplineError('usage', 'This container is being watched already.');
    this.watched.add(id);
    try {
      const watch = (signal?: AbortSignal): Promise<ContainerWatch> =>
        watchContainer(this.live, finding, seconds, { ...asked, signal });
      const seen = await (this.kept
        ? this.kept.during((stopping) =>
            watch(asked.signal ? AbortSignal.any([asked.signal, stopping]) : stopping),
          )
        : watch(asked.signal));
      this.judgeAgain();
      return seen;
    } finally {
      this.watched.delete(id);
    }
  }

  /** What was watched is in the recording now, and belongs into the verdict. */
  private judgeAgain(): void {
    if (this.state === 'recording') this.meanwhile.consider(this.facts.snapshots.length);
    else if (this.state === 'ended' && !this.discarded && !this.closing) {
      this.context.verdicts.of(this.dir, { urgency: 'final', signal: this.analysis.signal }).then(
        (data) => {
          this.judged(data, true);
          // The throttle has ended with the recording.
          this.context.changed(this.info);
        },
        () => {}, // who opens the report meets what failed
      );
    }
  }

  /** Takes the last of ours out of the target, and leaves the recording's files alone. */
  async letGo(patienceMs?: number): Promise<void> {
    this.follower.dispose();
    await this.kept?.letGo(patienceMs);
  }

  /** What is read meanwhile stays on disk. */
  private async analyseSoFar(signal: AbortSignal): Promise<ReportData> {
    const files = this.live.keepFiles();
    try {
      const params = { recordingDir: this.dir };
      return await this.context.analyst.ask('analyse', params, { urgency: 'provisional', signal });
    } finally {
      files.dispose();
    }
  }

  private async record(connectionClosed: Promise<void>): Promise<void> {
    const { failure, reason } = await this.live.done;
    this.endedAfter = Math.round(performance.now() - this.began);
    this.facts.taking = undefined;
    this.meanwhile.dispose();
    if (this.discarded || this.closing) this.follower.dispose();
    if (failure && failure.code !== 'cancelled') this.problem(failure.toLine());
    this.kept = new KeptTarget(this.live, connectionClosed, this.release);
    if (reason !== 'detached' || this.discarded || this.closing) await this.kept.letGo(PARTING_MS);
    else this.target.keep(this.kept);
    this.target.recordedAs(undefined);
    this.facts.target = undefined;
  }

  private async conclude(): Promise<RecordingInfo> {
    if (!this.discarded && !this.closing) await this.judge();
    if (this.discarded) {
      this.follower.dispose();
      await deleteRecording(this.dir).catch((error: HeaplineError) => this.problem(error.toLine()));
    }
    // Not before: nobody waits for a verdict and opens a snapshot meanwhile.
    const last = this.facts.snapshots.at(-1);
    if (last && !this.discarded && !this.closing) this.follower.prepare(join(this.dir, last.file));
    this.set('ended');
    this.tell.dispose();
    return this.info;
  }

  private async judge(): Promise<void> {
    this.set('analysing');
    try {
      const data = await this.context.verdicts.of(this.dir, {
        urgency: 'final',
        signal: this.analysis.signal,
        report: (reading) => this.report(reading),
      });
      this.judged(data, true);
    } catch (error) {
      if (HeaplineError.is(error, 'cancelled')) return;
      this.problem(HeaplineError.is(error) ? error.toLine() : `Heapline failed: ${(error as Error).message}`);
      this.context.note('error', `${this.facts.name}: ${(error as Error).stack ?? String(error)}`);
    }
  }

  private judged({ findings, sources, sessions, recording }: ReportData, final: boolean): void {
    this.whole = { findings, cwd: recording.cwd };
    Object.assign(this.facts, { sources, final, sessions: sessions && briefOf(sessions) });
    this.measured = findings.budgets?.filter(({ t }) => t === undefined) ?? [];
    this.budgetsChanged();
    this.applyIgnores();
  }

  private budgetsChanged(): void {
    const budgets = [...this.passed.values(), ...this.measured].map((one) => ({ ...one }));
    if (budgets.length) this.facts.budgets = budgets;
  }

  /** What is ignored may have changed. */
  applyIgnores(): void {
    if (!this.whole) return;
    this.facts.findings = this.context.ignores.apply(this.whole.findings, this.whole.cwd, this.dir);
    this.tell.now();
  }

  private hear(event: RecordingEvent): void {
    switch (event.type) {
      case 'memory':
        this.target.tell(event);
        return;
      case 'process':
        if (event.event === 'start' && event.role === 'target') this.facts.pid = event.pid;
        return;
      case 'stopped':
        this.pausedMs += event.ms;
        return;
      case 'step':
        this.facts.steps = event.step;
        break;
      case 'snapshot': {
        const { type, ...facts } = event;
        this.facts.snapshots.push({ ...facts, activeMs: event.t - this.pausedMs });
        this.pausedMs += event.pauseMs;
        break;
      }
      case 'totals': {
        const { type, t, index, ...totals } = event;
        this.facts.snapshots = this.facts.snapshots.map((one) =>
          one.index === index ? { ...one, totals } : one,
        );
        this.tell.now();
        return;
      }
      case 'snapshot-dropped':
        this.facts.snapshots = this.facts.snapshots.filter(({ index }) => index !== event.index);
        break;
      case 'note':
        if (event.level === 'info') return;
        this.problem(event.message);
        if (event.level === 'error') this.context.note('error', event.message);
        break;
      case 'budget':
        noteCrossing(this.passed, event);
        this.budgetsChanged();
        break;
      case 'collected': {
        const { type, t, budget, ...collected } = event;
        for (const one of this.passed.values()) if (one.budget === budget) one.collected = collected;
        this.budgetsChanged();
        break;
      }
      case 'end': {
        const { type, ...end } = event;
        this.facts.end = end;
        break;
      }
      default:
        return;
    }
    this.tell.soon();
  }

  private taking(progress: SnapshotProgress | undefined): void {
    const before = this.facts.taking;
    if (!progress) {
      this.facts.taking = undefined;
      this.tell.now();
      if (this.state === 'recording') this.meanwhile.consider(this.facts.snapshots.length);
      return;
    }
    this.meanwhile.hold();
    const { reason, bytes, phase, done, total } = progress;
    const waiting = phase === 'waiting' ? WAITING : undefined;
    const since = before?.since ?? Date.now();
    this.facts.taking = { reason, since, bytes, waiting };
    if (before && before.waiting === waiting) this.tell.soon();
    else this.tell.now();
    const doing = phase === 'waiting' ? 'Waiting for the program' : 'Taking a snapshot';
    this.report(done !== undefined && total ? { phase: doing, done, total } : { phase: doing, done: bytes });
  }

  private problem(text: string): void {
    const { problems } = this.facts;
    if (problems.length < MOST_PROBLEMS && !problems.includes(text)) problems.push(text);
  }

  private set(state: RecordingState): void {
    this.facts.state = state;
    this.tell.now();
  }

  private report(reading: ProgressReading): void {
    for (const report of this.reports) report(reading);
  }

  private async reporting<T>({ report }: Asked, work: () => Promise<T>): Promise<T> {
    const listener = report && ((reading: ProgressReading): void => report(reading));
    if (listener) this.reports.add(listener);
    try {
      return await work();
    } finally {
      if (listener) this.reports.delete(listener);
    }
  }
}

function scheduleOf(options: RecordingOptions) {
  const { interval, snapshots, onGrowth, beforeLimit, warmUp, diskBudget } = options;
  return { every: interval, snapshots, onGrowth, beforeLimit, warmUp, diskBudget };
}
