import type { ChildProcess } from 'node:child_process';
import { HeaplineError } from '../base/errors.ts';
import type { RecordingEvent } from '../protocol/recording.ts';
import { RecordingWriter } from '../recording/writer.ts';
import { isAlive } from './alive.ts';
import { type Announcement, LIMIT_FLAG, RENDEZVOUS, START_HOOK, withPreload } from './announcement.ts';
import { bundlePath } from './bundles.ts';
import { Inspector } from './inspector.ts';
import { type Launched, type LaunchOptions, launch } from './launch.ts';
import { NearLimit } from './near-limit.ts';
import {
  type CaptureHooks,
  type CaptureOptions,
  type CaptureOutcome,
  optionsForManifest,
  RecordingClock,
} from './options.ts';
import { outlived } from './outlived.ts';
import { Recorder } from './recorder.ts';
import type { RecorderEnd } from './recorder-types.ts';
import { Rendezvous } from './rendezvous.ts';
import { StepLines } from './steps.ts';

export interface RunOptions extends CaptureOptions, LaunchOptions {
  command: readonly string[];
  /** Each line of the program's standard output that matches ends a step. Makes standard output a pipe. */
  stepOn?: RegExp;
}

/** When to say that nothing has come yet. */
const NO_NODE_YET_MS = 10_000;
/** A signal that has no effect for so long goes to a program in a busy loop, which can't hear it. */
const DEAF_MS = 1000;

/**
 * Runs a command under Heapline and records the first Node process of it that is the program. The program's own
 * output, exit code and signals are as without us.
 * @throws HeaplineError `launch-failed`, or what `RecordingWriter.create` throws: then nothing was recorded
 */
export async function recordRun(options: RunOptions, hooks: CaptureHooks = {}): Promise<CaptureOutcome> {
  const clock = new RecordingClock();
  const { command, cwd } = options;
  const target = { command: [...command], cwd: cwd ?? process.cwd() };
  const writer = await RecordingWriter.create(
    options.out,
    { heapline: options.version, target, options: optionsForManifest(options) },
    hooks.onEvent?.bind(hooks),
  );
  const run = new Run(options, writer, clock, hooks);
  try {
    await run.start();
  } catch (error) {
    run.dispose();
    writer.discard();
    throw error;
  }
  const cancel = (): void => run.cancel();
  hooks.signal?.addEventListener('abort', cancel);
  if (hooks.signal?.aborted) cancel();
  hooks.controls?.listen((request) => {
    if (request.type === 'snapshot') run.snapshot();
    else if (request.type === 'stop') run.stop();
    else run.interrupt(request.signal);
  });
  try {
    return await run.finish();
  } finally {
    hooks.signal?.removeEventListener('abort', cancel);
    run.dispose();
  }
}

class Run {
  recorder?: Recorder;
  private launched!: Launched;
  private readonly rendezvous: Rendezvous;
  private targetPid?: number;
  private recording?: Promise<RecorderEnd | undefined>;
  private failure?: HeaplineError;
  private interrupts = 0;
  private cancelled = false;
  private snapshotFirst = false;
  private nearLimit?: NearLimit;
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly options: RunOptions,
    private readonly writer: RecordingWriter,
    private readonly clock: RecordingClock,
    private readonly hooks: CaptureHooks,
  ) {
    this.rendezvous = new Rendezvous((announcement) => this.meet(announcement));
  }

  async start(): Promise<void> {
    const { command, stepOn } = this.options;
    const own = this.options.env ?? process.env;
    this.nearLimit = NearLimit.for(this.writer, command, own.NODE_OPTIONS);
    const env = {
      ...own,
      NODE_OPTIONS: withPreload(own.NODE_OPTIONS, bundlePath('preload.cjs'), this.nearLimit?.flag),
      [RENDEZVOUS]: this.rendezvous.folder,
      ...(this.nearLimit ? { [LIMIT_FLAG]: this.nearLimit.flag } : {}),
    };
    const lines = stepOn && new StepLines(stepOn, (name) => this.recorder?.step('output', name));
    this.launched = await launch(command, { ...this.options, env }, lines && ((chunk) => lines.write(chunk)));
    this.later(NO_NODE_YET_MS, () => {
      if (this.targetPid === undefined) this.note('info', 'No Node process of the command has started yet.');
    });
  }

  async finish(): Promise<CaptureOutcome> {
    const { ended } = this.launched;
    await Promise.race([ended, this.targetMet()]);
    this.rendezvous.look();
    const end = await this.recording;
    if (end?.by === 'gone') await this.explainLoss();
    if (end?.by === 'stop') this.kill('SIGTERM');
    const { exitCode, signal } = await ended;
    this.nearLimit?.close(this.options.cwd ?? process.cwd());
    this.rendezvous.look();
    const reason = this.reason(end, signal);
    const outcome = { recordingDir: this.options.out, exitCode, signal, reason };
    if (this.targetPid === undefined) {
      this.failure ??= new HeaplineError(
        'launch-failed',
        'The command ended without starting a Node program.',
        {
          hint: 'Give a command that runs Node: heapline run -- node agent.mjs.',
        },
      );
    }
    if (!end) {
      this.writer.discard();
      return { ...outcome, snapshots: 0, failure: this.failure };
    }
    const own = end.by === 'hold' ? { exitCode: end.exitCode, signal: end.signal } : { exitCode, signal };
    const pid = this.targetPid!;
    this.writer.event({ type: 'process', t: this.clock.now(), event: 'exit', role: 'target', pid, ...own });
    if (this.recorder) await outlived(this.recorder.agent.processes, this.clock.now);
    const snapshots = this.writer.snapshots.length;
    this.writer.end({ t: this.clock.now(), reason, ...own });
    return { ...outcome, snapshots, failure: this.failure ?? this.recorder?.failure ?? this.writer.failure };
  }

  /** First the program's own end, then a hard one. */
  interrupt(signal: NodeJS.Signals): void {
    if (this.interrupts++ > 0) {
      this.kill('SIGKILL');
      return;
    }
    // Ctrl-C in a terminal has reached the program, too; on Windows a signal sent to it is a hard end.
    const heard = process.platform === 'win32' || (signal === 'SIGINT' && process.stdin.isTTY);
    if (!heard) this.kill(signal);
    this.later(DEAF_MS, () => this.recorder?.endBySignal(signal).catch(() => {}));
  }

  /** Now, or as soon as the program runs. */
  snapshot(): void {
    // What fails is in the recording's notes.
    if (this.recorder) this.recorder.takeSnapshot().catch(() => {});
    else this.snapshotFirst = true;
  }

  stop(): void {
    if (this.recorder) this.recorder.stop();
    else this.kill('SIGTERM');
  }

  cancel(): void {
    this.cancelled = true;
    this.recorder?.abandon();
    this.kill('SIGKILL');
  }

  dispose(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.rendezvous.dispose();
  }

  private markMet: () => void = () => {};
  private targetMet(): Promise<void> {
    return new Promise((resolve) => {
      this.markMet = resolve;
      if (this.recording) resolve();
    });
  }

  private meet(announcement: Announcement): void {
    const { role, pid, ppid, argv } = announcement;
    if (role === 'target') {
      this.targetPid = pid;
      this.recording = this.record(announcement).catch((error) => {
        this.failure = HeaplineError.is(error)
          ? error
          : new HeaplineError('internal', String(error), { cause: error });
        this.kill('SIGKILL');
        return undefined;
      });
      this.markMet();
      return;
    }
    const event: RecordingEvent = {
      type: 'process',
      t: this.clock.now(),
      event: 'start',
      role,
      pid,
      ppid,
      argv,
    };
    this.writer.event(event);
  }

  private async record({ url, error }: Announcement): Promise<RecorderEnd> {
    if (error !== undefined || !url) {
      throw new HeaplineError('launch-failed', `The program could not open its inspector: ${error}.`, {
        hint: 'Is it run with --permission or without inspector support?',
      });
    }
    const inspector = await Inspector.connect(url);
    this.clock.start();
    const settings = {
      ...this.options,
      signals: true,
      hold: true,
      recorder: process.pid,
      follower: this.hooks.follower,
      nearLimit: this.nearLimit,
      stepsToCome: this.options.stepOn !== undefined,
    };
    this.recorder = await Recorder.start(inspector, this.writer, this.clock.now, settings);
    await inspector.send('Runtime.evaluate', { expression: `${START_HOOK}()\n//# sourceURL=heapline:start` });
    this.hooks.onRecording?.({ watches: this.recorder.watches, keepFiles: () => this.writer.keepFiles() });
    if (this.snapshotFirst) this.snapshot();
    const end = await this.recorder.done;
    await inspector.close();
    return end;
  }

  /** The connection went away: with the program, or without it. */
  private async explainLoss(): Promise<void> {
    const pid = this.targetPid!;
    for (let turn = 0; turn < 20 && isAlive(pid); turn++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const kept = `${this.writer.snapshots.length} snapshots were kept.`;
    if (isAlive(pid))
      this.note('warning', `The program closed its inspector: the recording ends here. ${kept}`);
    else if (!this.cancelled) this.note('warning', `The program died before a last snapshot. ${kept}`);
  }

  private reason(end: RecorderEnd | undefined, signal: string | undefined): CaptureOutcome['reason'] {
    if (this.cancelled) return 'cancelled';
    if (end?.by === 'stop') return 'detached';
    if (signal || (end?.by === 'hold' && end.signal)) return 'signal';
    return end?.by === 'gone' ? 'target-gone' : 'exit';
  }

  /** Signals the program itself: wrappers pass some on, and some not. */
  private kill(signal: NodeJS.Signals): void {
    const { child } = this.launched;
    if (this.targetPid !== undefined) {
      try {
        process.kill(this.targetPid, signal);
      } catch {
        // It is gone already.
      }
    }
    if (this.targetPid === undefined || signal === 'SIGKILL') killChild(child, signal);
  }

  private note(level: 'info' | 'warning', message: string): void {
    this.writer.event({ type: 'note', t: this.clock.now(), level, message });
  }

  private later(ms: number, work: () => void): void {
    this.timers.push(setTimeout(work, ms).unref());
  }
}

function killChild(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
}
