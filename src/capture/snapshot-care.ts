/** Care that snapshots, ours and V8's own, do no harm: whether they fit, and what is kept where they don't. */
import type { SnapshotReason } from '../protocol/recording.ts';
import type { RecordingWriter } from '../recording/writer.ts';
import type { GivenBack } from './budget-keeper.ts';
import type { SampledProfile } from './cdp-types.ts';
import type { Inspector } from './inspector.ts';
import type { NearLimit } from './near-limit.ts';
import type { Moment, Schedule } from './schedule.ts';
import type { ScriptCollector } from './scripts.ts';
import { settle } from './settling.ts';
import { leftOutError, type SnapshotRoom } from './snapshot-room.ts';
import type { Probe, TargetFacts } from './target.ts';
import type { Urgency } from './urgency.ts';

/** What of a recorder it takes. */
export interface CareDeps {
  inspector: Inspector;
  probe: Probe;
  writer: RecordingWriter;
  schedule: Schedule;
  room: SnapshotRoom;
  urgency: Urgency;
  scripts: ScriptCollector;
  samplingInterval: number;
  nearLimit?: NearLimit;
  /** By us, on this machine. */
  launched: boolean;
  clock(): number;
  /** Reads memory anew. Bytes. */
  read(): Promise<{ heapUsed: number; rss: number }>;
  moment(): Moment;
  /** The program stood still because of us, from `began` on: in all so many milliseconds. */
  stood(ms: number, began: number): void;
}

export class SnapshotCare {
  constructor(private readonly deps: CareDeps) {}

  /**
   * Where there is room for it, V8 takes one by itself at its limit, when nobody else is heard any longer.
   * @throws HeaplineError `target-gone`
   */
  async begin({ heapLimit, memoryLimit, process }: TargetFacts): Promise<void> {
    const { nearLimit, launched, room, schedule, probe } = this.deps;
    // Of a program that we did not start, the number may be that of another machine or container.
    room.target = { pid: launched ? process?.pid : undefined, memoryLimit };
    if (!nearLimit || !heapLimit || room.lack(schedule.expectedBytes(heapLimit), heapLimit)) return;
    schedule.leaveLimit();
    await probe.call('armNearLimit');
  }

  /** One was taken: resident memory before and after, in bytes. */
  took(before: number, after: number): void {
    this.deps.room.took(before, after);
  }

  /**
   * What V8 took near its limit becomes part of the recording; what is not whole goes.
   * @returns how many there were @throws HeaplineError of the disk
   */
  async adopt(): Promise<number> {
    const { nearLimit, writer, clock, schedule, moment } = this.deps;
    let count = 0;
    for (const { path, bytes, ago, pauseMs } of nearLimit?.found() ?? []) {
      const began = Math.max(0, clock() - ago);
      const file = writer.adoptSnapshot(path);
      if (!(await file.isWhole(bytes))) {
        await file.abort();
        continue;
      }
      const now = moment();
      const facts = { t: began, pauseMs, reason: 'limit' as const, step: now.steps || undefined };
      const { index } = await writer.commitSnapshot(file, facts);
      this.deps.stood(pauseMs, began);
      for (const dropped of schedule.add({ ...now, index, bytes, pauseMs, reason: 'limit' }))
        writer.dropSnapshot(dropped, clock());
      count++;
    }
    return count;
  }

  /**
   * Leaves a snapshot out where there is no room for it in memory or on disk: a sampling profile stands in its place.
   * @returns true where it is left out
   * @throws HeaplineError `too-large` for the first one, and for one that was asked for by hand
   */
  async leavesOut(reason: SnapshotReason): Promise<boolean> {
    const { activeMs } = this.deps.moment();
    const { room, writer, clock, inspector, samplingInterval, urgency } = this.deps;
    if (reason !== 'manual' && reason !== 'end' && !room.mayTry(activeMs)) return true;
    let lack = await this.lack();
    // What is read of the heap counts garbage, too.
    if (lack && !urgency.now) {
      await this.collect();
      lack = await this.lack();
    }
    if (!lack) return false;
    const isFirst = room.leftOut(activeMs);
    const t = clock();
    writer.event({ type: 'left-out', t, reason, ...lack });
    const { profile } = await inspector.send('HeapProfiler.getSamplingProfile');
    writer.profile(profile, { t, samplingInterval, ordinal: highestOrdinal(profile) });
    await this.deps.scripts.collect();
    if (isFirst || reason === 'manual') throw leftOutError(lack);
    return true;
  }

  /** Collects garbage. @returns undefined where the program does not let it */
  async collect(): Promise<GivenBack | undefined> {
    const { urgency, probe, inspector, clock } = this.deps;
    const before = await this.deps.read();
    const began = clock();
    const pausedMs = await settle(urgency, probe, inspector, true);
    this.deps.stood(pausedMs, began);
    const after = await this.deps.read();
    if (!pausedMs) return undefined;
    return {
      heapBefore: before.heapUsed,
      heapAfter: after.heapUsed,
      rssBefore: before.rss,
      rssAfter: after.rss,
    };
  }

  private async lack() {
    const { room, schedule, read } = this.deps;
    const { heapUsed, rss } = await read();
    return room.lack(schedule.expectedBytes(heapUsed), rss);
  }
}

export function highestOrdinal({ samples }: Pick<SampledProfile, 'samples'>): number {
  return samples.reduce((highest, { ordinal }) => Math.max(highest, ordinal), 0);
}
