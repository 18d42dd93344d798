import type { Disposable } from '../base/disposable.ts';
import { HeaplineError } from '../base/errors.ts';
import type { RecordingUnderWay } from '../capture/options.ts';
import type { WatchLimits } from '../capture/watching.ts';
import { MeanwhileVerdict } from '../engine/meanwhile.ts';
import type { Finding } from '../protocol/findings.ts';
import type { RecordingEvent } from '../protocol/recording.ts';
import type { ReportData } from '../protocol/report.ts';
import { mayBeWatched } from '../protocol/watch.ts';
import { counted, printable } from '../protocol/wording.ts';
import type { Call } from './io.ts';

const LIMITS: WatchLimits = { seconds: 10, patienceSeconds: 30, inserts: 1000 };
/** Containers that are watched: those that leak most. */
const MOST = 3;
/** For one into which nothing came. */
const TRIES = 2;

/** `--prove`: while a program is recorded, what provisional verdicts name is watched. */
export class Prover implements Disposable {
  private readonly meanwhile: MeanwhileVerdict;
  private recording?: RecordingUnderWay;
  private snapshots = 0;
  /** By node id: how often it was watched, or for ever. */
  private readonly tries = new Map<number, number>();
  private readonly underWay = new Set<number>();
  private proved = 0;
  /** A verdict named something. */
  private named = false;
  private disposed = false;

  constructor(
    private readonly call: Call,
    folder: string,
  ) {
    this.meanwhile = new MeanwhileVerdict(
      (signal) => this.analyse(folder, signal),
      (data) => this.judged(data),
    );
  }

  begin(recording: RecordingUnderWay): void {
    this.recording = recording;
  }

  hear(event: RecordingEvent): void {
    if (event.type === 'snapshot-dropped') this.snapshots--;
    if (event.type === 'end') this.dispose();
    if (event.type !== 'snapshot') return;
    this.snapshots++;
    if (event.reason === 'end') this.dispose();
    else this.meanwhile.consider(this.snapshots);
  }

  /** Why there is no proof. */
  tell(): void {
    if (this.tries.size) return;
    this.call.progress.line(
      this.named
        ? 'Nothing was watched: what seems to leak is no array, map, set, emitter, event target or plain object.'
        : 'Nothing was watched: the program ended before anything was seen to leak. --prove needs a longer run.',
    );
  }

  dispose(): void {
    this.disposed = true;
    this.meanwhile.dispose();
  }

  private async analyse(folder: string, signal: AbortSignal): Promise<ReportData> {
    const engine = this.call.io.createEngine();
    const files = this.recording?.keepFiles();
    try {
      return await engine.call('analyse', { recordingDir: folder }, { signal });
    } finally {
      files?.dispose();
      engine.dispose();
    }
  }

  private judged({ findings: { findings } }: ReportData): void {
    this.named ||= findings.length > 0;
    const suspects = findings.filter(({ kind }) => mayBeWatched(kind));
    for (const finding of suspects.slice(0, MOST)) {
      const { nodeId } = finding.owner;
      const tries = this.tries.get(nodeId) ?? 0;
      if (this.disposed || this.underWay.has(nodeId) || tries >= TRIES) continue;
      if (this.proved + this.underWay.size >= MOST) return;
      this.tries.set(nodeId, tries + 1);
      void this.watch(finding);
    }
  }

  private async watch(finding: Finding): Promise<void> {
    const { nodeId, name } = finding.owner;
    const { progress } = this.call;
    const shown = printable(name);
    this.underWay.add(nodeId);
    try {
      progress.line(`Watching ${shown}.`);
      const seen = await this.recording!.watches.watch(finding, LIMITS);
      if (seen.inserts) {
        this.proved++;
        this.tries.set(nodeId, TRIES);
        progress.line(`Watched ${shown}: ${counted(seen.inserts, 'insert')}, ${seen.removes} removed.`);
      } else progress.line(`Nothing was seen to be inserted into ${shown}.`);
      if (this.proved >= MOST) this.meanwhile.dispose();
    } catch (error) {
      if (HeaplineError.is(error, 'target-gone')) return;
      if (HeaplineError.is(error, 'usage')) this.tries.set(nodeId, TRIES);
      const why = HeaplineError.is(error) ? error.toLine() : String(error);
      progress.line(`${shown} is not watched. ${printable(why)}`);
    } finally {
      this.underWay.delete(nodeId);
    }
  }
}
