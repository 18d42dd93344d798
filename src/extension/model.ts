/** What the extension knows: targets and recordings, as the server tells. The view, the marks and commands read it. */
import type { Disposable } from '../base/disposable.ts';
import type { Finding, Findings } from '../protocol/findings.ts';
import type { SourceExcerpt } from '../protocol/report.ts';
import type { MemoryReading, RecordingInfo, TargetInfo, TargetSpec } from '../protocol/server.ts';
import { withoutPid } from './debug-sessions.ts';
import { Emitter } from './emitter.ts';
import { withReading } from './readings.ts';

export interface Target {
  spec: TargetSpec;
  /** As the server sees it; absent until it was asked to look. */
  info?: TargetInfo;
  readings: readonly MemoryReading[];
}

/** A recording at its end. */
export interface EndedRecording extends RecordingInfo {
  /** The user has stopped the program. */
  stopped: boolean;
}

export type Change =
  /** One came or went. */
  | { what: 'targets' }
  | { what: 'target'; id: string }
  /** Its memory was read. */
  | { what: 'reading'; id: string }
  /** One came or went. */
  | { what: 'recordings' }
  | { what: 'recording'; dir: string };

/** Of so many recordings the source lines are kept, which are large: marks are shown for the latest only. */
const WITH_SOURCES = 3;

export class Model implements Disposable {
  private readonly targetsById = new Map<string, Target>();
  private readonly recordingsByDir = new Map<string, RecordingInfo>();
  private readonly changes = new Emitter<Change>();
  /** Which target a recording under way is, or was, of: it has none any longer while it is analysed. */
  private readonly recorded = new Map<string, string>();
  /** Folders of those that began since the last time that nothing was recorded. */
  private readonly run = new Set<string>();
  private onDisk = false;
  private listed = false;
  private readonly ends = new Emitter<EndedRecording>();
  /** Folders of recordings under way whose programs the user has stopped. */
  private readonly stopped = new Set<string>();

  readonly onDidChange = this.changes.event;
  /** A recording has its final verdict, or ended without one. It bears the target that it had. */
  readonly onDidEndRecording = this.ends.event;

  /** There are recordings, listed already or not. */
  get hasRecordings(): boolean {
    return this.onDisk || this.recordingsByDir.size > 0;
  }

  /** The folder has some that are not listed yet. */
  get unlisted(): boolean {
    return this.onDisk && !this.listed;
  }

  /** Whether the recordings folder has any, where they are not listed yet. */
  setOnDisk(onDisk: boolean): void {
    if (this.onDisk === onDisk) return;
    this.onDisk = onDisk;
    this.changes.fire({ what: 'recordings' });
  }

  /**
   * What is recorded at the moment, and what ended meanwhile, newest first; when nothing is, the recordings made last
   * in this window. Of one program that is recorded again, only the later one.
   */
  get current(): readonly RecordingInfo[] {
    const later = new Set<string>();
    return [...this.run].reverse().flatMap((dir) => {
      const recording = this.recordingsByDir.get(dir);
      if (!recording) return [];
      const program = withoutPid(recording.title);
      const isRepeated = later.has(program);
      later.add(program);
      return recording.state !== 'ended' || !isRepeated ? [recording] : [];
    });
  }

  /** In the order in which they came. */
  get targets(): readonly Target[] {
    return [...this.targetsById.values()];
  }

  /** Newest first. */
  get recordings(): readonly RecordingInfo[] {
    return [...this.recordingsByDir.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  }

  target(id: string): Target | undefined {
    return this.targetsById.get(id);
  }

  recording(dir: string): RecordingInfo | undefined {
    return this.recordingsByDir.get(dir);
  }

  /** The recording of a target that is under way, or being ended and analysed. */
  recordingOf(id: string): RecordingInfo | undefined {
    return this.recordings.find((recording) => recording.target === id && recording.state !== 'ended');
  }

  /** A target is there; one that is known is given its new address. */
  addTarget(spec: TargetSpec): void {
    const known = this.targetsById.get(spec.id);
    this.targetsById.set(spec.id, { readings: [], ...known, spec });
    this.changes.fire(known ? { what: 'target', id: spec.id } : { what: 'targets' });
  }

  removeTarget(id: string): void {
    if (this.targetsById.delete(id)) this.changes.fire({ what: 'targets' });
  }

  /** The user stops or restarts its session: its end is no surprise. */
  noteStop(target: string): void {
    for (const [dir, id] of this.recorded) if (id === target) this.stopped.add(dir);
  }

  /** The server's word; of targets that are not there any longer it is not heeded. */
  setTarget(info: TargetInfo): void {
    const target = this.targetsById.get(info.spec.id);
    if (!target) return;
    this.targetsById.set(info.spec.id, { ...target, info });
    this.changes.fire({ what: 'target', id: info.spec.id });
  }

  addReading(id: string, reading: MemoryReading): void {
    const target = this.targetsById.get(id);
    if (!target) return;
    this.targetsById.set(id, { ...target, readings: withReading(target.readings, reading) });
    this.changes.fire({ what: 'reading', id });
  }

  setRecording(info: RecordingInfo): void {
    const known = this.recordingsByDir.get(info.dir);
    if (!known && info.state !== 'ended') {
      if (!this.recordings.some(({ state }) => state !== 'ended')) this.run.clear();
      this.run.add(info.dir);
    }
    this.recordingsByDir.set(info.dir, info);
    this.forgetSources();
    this.changes.fire(known ? { what: 'recording', dir: info.dir } : { what: 'recordings' });
    if (info.target && info.state !== 'ended') this.recorded.set(info.dir, info.target);
    if (!known || known.state === 'ended' || info.state !== 'ended') return;
    const target = this.recorded.get(info.dir);
    this.recorded.delete(info.dir);
    this.ends.fire({ ...info, target, stopped: this.stopped.delete(info.dir) });
  }

  /** The verdict of a recording that had ended without one. */
  setVerdict(dir: string, findings: Findings, sources: SourceExcerpt[] | undefined): void {
    const recording = this.recordingsByDir.get(dir);
    if (recording?.state !== 'ended' || recording.findings) return;
    this.setRecording({ ...recording, findings, sources, final: true });
  }

  /** Those of the folder: what is recorded at the moment stays as it is known. */
  setRecordings(listed: readonly RecordingInfo[]): void {
    this.listed = true;
    const live = this.recordings.filter((recording) => recording.state !== 'ended');
    this.recordingsByDir.clear();
    for (const recording of [...listed, ...live]) this.recordingsByDir.set(recording.dir, recording);
    this.forgetSources();
    this.changes.fire({ what: 'recordings' });
  }

  removeRecording(dir: string): void {
    if (this.recordingsByDir.delete(dir)) this.changes.fire({ what: 'recordings' });
  }

  /**
   * The server died and knows nothing any longer: nobody looks at the targets, and what was under way is cut off.
   * @returns the recordings that were
   */
  forgetServer(): RecordingInfo[] {
    for (const [id, target] of this.targetsById) this.targetsById.set(id, { ...target, info: undefined });
    const cut = this.recordings.filter((recording) => recording.state !== 'ended');
    for (const { dir } of cut) this.recordingsByDir.delete(dir);
    this.recorded.clear();
    this.stopped.clear();
    this.changes.fire({ what: 'targets' });
    return cut;
  }

  dispose(): void {
    this.changes.dispose();
    this.ends.dispose();
  }

  private forgetSources(): void {
    for (const recording of this.recordings.slice(WITH_SOURCES))
      if (recording.sources && recording.state === 'ended')
        this.recordingsByDir.set(recording.dir, { ...recording, sources: undefined });
  }
}

/** Whether the process that was recorded still lives, as far as the debugger knows. */
export function isProcessLive(model: Model, { target, pid }: RecordingInfo): boolean {
  if (target !== undefined) return model.target(target)?.info?.state === 'live';
  return pid !== undefined && model.targets.some(({ info }) => info?.state === 'live' && info.pid === pid);
}

/** What a verdict names as ignored. */
export function ignoredOf(recording: RecordingInfo | undefined): readonly Finding[] {
  return recording?.findings?.ignored ?? [];
}

/** The leaks that a verdict names, by growth, largest first: as it lists them. None unless it says leak. */
export function leaksOf(recording: RecordingInfo | undefined): readonly Finding[] {
  return recording?.findings?.verdict === 'leak' ? recording.findings.findings : [];
}
