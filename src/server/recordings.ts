import { dirname, resolve } from 'node:path';
import { HeaplineError } from '../base/errors.ts';
import type { ContainerWatch } from '../protocol/findings.ts';
import type { SnapshotEntry } from '../protocol/recording.ts';
import type { ReportData } from '../protocol/report.ts';
import type { RecordingInfo, RecordingOptions } from '../protocol/server.ts';
import { abortable } from './abortable.ts';
import type { Engine } from './analyst.ts';
import type { Asked } from './asked.ts';
import { deleteRecording, describeRecording, recordingsIn } from './catalogue.ts';
import { RecordingSession, type SessionContext } from './recording-session.ts';
import type { Targets } from './targets.ts';

/** How long a target may take to be let go when we are to end, in milliseconds. */
const PARTING_MS = 900;

/** All recordings: those under way, by target, and those on disk. */
export class Recordings {
  /** Until their verdict is there, by folder. */
  private readonly sessions = new Map<string, RecordingSession>();
  /** Those that have ended, whose targets can still be watched. */
  private readonly kept = new Map<string, RecordingSession>();
  /** Those being recorded, by target; also while they begin. */
  private readonly recorded = new Map<string, Promise<RecordingSession>>();
  private closed = false;

  constructor(
    private readonly targets: Targets,
    private readonly context: SessionContext,
  ) {}

  /** Begins one; where one is under way, changes its mode. @throws HeaplineError as RecordingSession.start does */
  async start(
    target: string,
    folder: string,
    options: RecordingOptions,
    { signal }: Asked,
  ): Promise<RecordingInfo> {
    const { session, begun } = await this.sessionOf(target, folder, options, signal);
    if (!begun) session.setMode(options);
    return session.info;
  }

  /** @throws HeaplineError as the above; `cancelled`, then nothing half-written is left */
  async takeSnapshot(
    target: string,
    folder: string,
    options: RecordingOptions,
    asked: Asked,
  ): Promise<{ recording: RecordingInfo; snapshot: SnapshotEntry }> {
    const manual: RecordingOptions = { ...options, mode: 'manual' };
    const { session, begun } = await this.sessionOf(target, folder, manual, asked.signal);
    try {
      const snapshot = await session.takeSnapshot(asked);
      return { recording: session.info, snapshot };
    } catch (error) {
      if (begun && !session.info.snapshots.length) await session.discard();
      throw error;
    }
  }

  /** @throws HeaplineError of reading it, where it is none of ours */
  async stop(dir: string, discard: boolean, asked: Asked): Promise<RecordingInfo> {
    const session = this.sessions.get(resolve(dir));
    if (session) return discard ? session.discard() : session.stop(asked);
    const info = await this.describe(dir);
    if (discard) await this.delete(dir);
    return info;
  }

  /** Newest first. */
  async list(folder: string): Promise<RecordingInfo[]> {
    const dirs = await recordingsIn(resolve(folder));
    const infos: RecordingInfo[] = [];
    // One after the other: their events may be long.
    for (const dir of dirs) infos.push(this.sessions.get(dir)?.info ?? (await this.describe(dir)));
    return infos.sort((a, b) => b.createdAt.localeCompare(a.createdAt) || b.dir.localeCompare(a.dir));
  }

  /** @throws HeaplineError `usage` for one under way, `not-a-snapshot`, `not-found` */
  async delete(dir: string): Promise<void> {
    if (this.sessions.has(resolve(dir))) {
      throw new HeaplineError('usage', 'This recording is under way; it was left alone.', {
        hint: 'Stop it first.',
      });
    }
    await this.kept.get(resolve(dir))?.letGo();
    await deleteRecording(resolve(dir));
  }

  /** See watchContainer. @throws HeaplineError also where the program that was recorded can't be asked any more */
  async watch(dir: string, finding: string, seconds: number, asked: Asked): Promise<ContainerWatch> {
    const session = this.sessions.get(resolve(dir)) ?? this.kept.get(resolve(dir));
    if (session) return session.watch(finding, seconds, asked);
    throw new HeaplineError(
      'target-gone',
      'What this recording names can no longer be found in the program: it has ended, or was let go.',
      { hint: 'Record it again, and watch what is found then.' },
    );
  }

  /** The verdict: of one under way a provisional one, of one that is being analysed the final one. */
  async verdict(folder: string, asked: Asked): Promise<ReportData> {
    const { analyst, verdicts } = this.context;
    const dir = resolve(folder);
    const session = this.sessions.get(dir);
    if (session?.state === 'recording')
      return this.withoutIgnored(dir, await analyst.ask('analyse', { recordingDir: dir }, asked));
    if (session) await abortable(session.ended, asked.signal);
    return this.withoutIgnored(dir, await verdicts.of(dir, asked));
  }

  /** See Follower.analysing; undefined for what is no snapshot of a recording under way, or hardly over. */
  analysing(file: string): Promise<Pick<Engine, 'call'> | undefined> | undefined {
    const dir = dirname(dirname(resolve(file)));
    return (this.sessions.get(dir) ?? this.kept.get(dir))?.analysing(file);
  }

  /** Tells recordings anew: what is ignored may have changed. */
  async refreshIgnores(dirs: readonly string[]): Promise<void> {
    for (const dir of dirs.map((one) => resolve(one))) {
      const session = this.sessions.get(dir) ?? this.kept.get(dir);
      if (session) session.applyIgnores();
      else this.context.changed(await this.describe(dir));
    }
  }

  private describe(dir: string): Promise<RecordingInfo> {
    return describeRecording(dir, this.context.ignores);
  }

  private withoutIgnored(dir: string, data: ReportData): ReportData {
    return { ...data, findings: this.context.ignores.apply(data.findings, data.recording.cwd, dir) };
  }

  /** Ends the recording of a target that nobody looks at any longer, with a last snapshot where it still runs. */
  release(target: string): void {
    this.recorded.get(target)?.then(
      (session) => session.stop({}),
      () => {},
    );
  }

  /** We are to end: all recordings are ended at once, their files whole, their targets let go. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([
      ...[...this.sessions.values()].map((session) => session.close(PARTING_MS)),
      ...[...this.kept.values()].map((session) => session.letGo(PARTING_MS)),
    ]);
  }

  private async sessionOf(
    target: string,
    folder: string,
    options: RecordingOptions,
    signal: AbortSignal | undefined,
  ): Promise<{ session: RecordingSession; begun: boolean }> {
    for (;;) {
      const known = this.recorded.get(target);
      if (!known) break;
      const session = await abortable(known, signal);
      if (session.state === 'recording') return { session, begun: false };
      await abortable(session.recorded, signal);
    }
    const starting = this.begin(target, folder, options);
    this.recorded.set(target, starting);
    try {
      return { session: await abortable(starting, signal), begun: true };
    } catch (error) {
      // Nobody waits for it any longer.
      starting.then(
        (session) => session.discard(),
        () => {},
      );
      throw error;
    }
  }

  private async keep(session: RecordingSession): Promise<void> {
    this.sessions.delete(session.dir);
    this.kept.set(session.dir, session);
    await session.released;
    this.kept.delete(session.dir);
  }

  private async begin(target: string, folder: string, options: RecordingOptions): Promise<RecordingSession> {
    const forget = (): void => {
      this.recorded.delete(target);
    };
    try {
      const session = await RecordingSession.start(
        this.targets.get(target),
        resolve(folder),
        options,
        this.context,
      );
      this.sessions.set(session.dir, session);
      void session.recorded.then(forget);
      void session.ended.then(() => this.keep(session));
      if (this.closed) await session.close(PARTING_MS);
      return session;
    } catch (error) {
      forget();
      throw error;
    }
  }
}
