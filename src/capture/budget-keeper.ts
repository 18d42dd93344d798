/** Watches a recording's budgets while it is made, and does on a crossing what was asked for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { BudgetWatch } from '../protocol/budget-watch.ts';
import type { BudgetName, Budgets } from '../protocol/budgets.ts';
import type { BudgetCrossing, RecordingEvent } from '../protocol/recording.ts';
import { liveBySite, surelyGrown } from '../recording/sampled-sites.ts';
import type { RecordingWriter } from '../recording/writer.ts';
import type { SampledProfile } from './cdp-types.ts';

/** What is done when a level is passed, besides telling. */
export interface BudgetActions {
  /** Force a collection, and tell what came back. */
  collect?: boolean;
  snapshot?: boolean;
  /** A command line for the system's shell. Only ever the user's own: never from a file of a workspace. */
  command?: string;
}

export interface BudgetOptions {
  limits: Budgets;
  on?: BudgetActions;
}

/** Bytes. */
export interface GivenBack {
  heapBefore: number;
  heapAfter: number;
  rssBefore: number;
  rssAfter: number;
}

/** What of a recorder it takes. */
export interface BudgetTarget {
  /** Undefined where the program did not let it. */
  collect(): Promise<GivenBack | undefined>;
  takeSnapshot(signal: undefined, reason: 'budget'): Promise<unknown>;
}

/**
 * Where a collection or a snapshot says something: not of how often and how long V8 collects, nor of a site, which a
 * snapshot has just told.
 */
const ANSWERED: readonly BudgetName[] = ['rss', 'heapUsed', 'sessions', 'childProcesses', 'sessionTokens'];
/** A command that takes longer is ended. */
const COMMAND_MS = 60_000;

export class BudgetKeeper {
  private readonly watch: BudgetWatch;
  private before?: Map<string, number>;
  /** Collecting, or taking a snapshot: one at a time. */
  private acting = false;
  /** Passed meanwhile. */
  private next?: BudgetName;
  private command?: ChildProcess;

  constructor(
    private readonly options: BudgetOptions,
    private readonly writer: RecordingWriter,
    private readonly clock: () => number,
    private readonly target: BudgetTarget,
  ) {
    this.watch = new BudgetWatch(options.limits);
    writer.alsoTell((event) => this.hear(event));
  }

  /** See BudgetWatch.ours. */
  ours(from: number, to: number): void {
    this.watch.ours(from, to);
  }

  /** The sampling profile of a snapshot. @param interval mean bytes between two samples */
  hearProfile(profile: SampledProfile, t: number, interval: number): void {
    const after = liveBySite(profile);
    const { before } = this;
    this.before = after;
    if (before) this.pass(this.watch.hearSites(surelyGrown(before, after, interval), t), t);
  }

  private hear(event: RecordingEvent): void {
    if (event.type !== 'budget') this.pass(this.watch.hear(event), event.t);
  }

  private pass(crossings: readonly BudgetCrossing[], t: number): void {
    for (const crossing of crossings) {
      this.writer.event({ type: 'budget', t, ...crossing });
      if (crossing.level === 'back') continue;
      this.run(crossing);
      void this.act(crossing.budget);
    }
  }

  private async act(budget: BudgetName): Promise<void> {
    const { collect, snapshot } = this.options.on ?? {};
    if (!ANSWERED.includes(budget)) return;
    if (this.acting) {
      this.next = budget;
      return;
    }
    this.acting = true;
    try {
      const given = collect ? await this.target.collect() : undefined;
      if (given) this.writer.event({ type: 'collected', t: this.clock(), budget, ...given });
      if (snapshot) await this.target.takeSnapshot(undefined, 'budget');
    } catch {
      // It is in the recording's notes, or the program is gone.
    } finally {
      this.acting = false;
    }
    const { next } = this;
    this.next = undefined;
    if (next) await this.act(next);
  }

  /** What it is about goes by environment variables: no text of the program's gets into a shell. */
  private run({ budget, level, value, limit }: BudgetCrossing): void {
    const { command } = this.options.on ?? {};
    if (!command || this.command) return;
    const child = spawn(command, {
      shell: true,
      stdio: 'ignore',
      windowsHide: true,
      timeout: COMMAND_MS,
      env: {
        ...process.env,
        HEAPLINE_BUDGET: budget,
        HEAPLINE_LEVEL: level,
        HEAPLINE_VALUE: String(value),
        HEAPLINE_LIMIT: String(limit),
        HEAPLINE_RECORDING: this.writer.dir,
      },
    });
    // It may outlive us.
    child.unref();
    this.command = child;
    child.once('error', (error) => this.ran(error.message));
    child.once('exit', (code, signal) =>
      this.ran(code === 0 ? undefined : `It ended with ${code ?? signal}.`),
    );
  }

  private ran(problem: string | undefined): void {
    if (!this.command) return;
    this.command = undefined;
    const message = `The command for a budget failed. ${problem}`;
    if (problem) this.writer.event({ type: 'note', t: this.clock(), level: 'warning', message });
  }
}
