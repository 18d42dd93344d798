import { formatBytes } from '../base/units.ts';
import type { SnapshotEntry } from '../protocol/recording.ts';
import { WorkMeter } from '../recording/work-meter.ts';
import type { AnalysisSource } from './input-types.ts';

/** Snapshots that must be left: with two the verdict is open, which is better than wrong. */
const LEAST = 2;
/** An agent that was seen at work until then: what follows it is the end. */
const MOST = 0.75;
/** Bytes: a fall below it is none. */
const NOISE = 65_536;
/**
 * A program that has come to its end has often let go of what it held all along: `main` has returned. Such a last
 * snapshot would hide any leak. It is left out where the heap, after a full collection each, fell by more than noise;
 * and so are those before it that come after the last of its work and saw the fall.
 */
export function withoutReleasedEnd(source: AnalysisSource): AnalysisSource {
  const { snapshots, files } = source;
  const last = snapshots.length - 1;
  if (snapshots.at(-1)?.reason !== 'end' || last < LEAST) return source;
  const done = workEnd(source);
  let begin = last;
  while (begin > LEAST && atEnd(snapshots[begin - 1], snapshots[last], done)) begin--;
  for (let at = begin; at <= last; at++) {
    const fall = fallTo(source, at);
    if (fall === undefined) continue;
    const which = at === last ? 'The snapshot' : `The last ${last - at + 1} snapshots`;
    const were = at === last ? 'was' : 'were';
    const before = snapshots[at - 1];
    const worked = Math.min(done ?? Number.POSITIVE_INFINITY, snapshots[at].t) - before.t - before.pauseMs;
    return {
      ...source,
      unseenMs: Math.max(0, worked),
      snapshots: snapshots.slice(0, at),
      files: files.slice(0, at),
      endFile: files[last],
      releasedFile: files[at],
      warnings: [
        ...source.warnings,
        `${which} at the program's end ${were} left out: by then it had let go of ${formatBytes(fall)}.`,
      ],
    };
  }
  return source;
}

/** Whether the program had done with its work: no step came after, nor anything worth mention allocated. */
function atEnd({ step, t }: SnapshotEntry, end: SnapshotEntry, done: number | undefined): boolean {
  return step === undefined ? done !== undefined && t >= done : step === end.step;
}

/**
 * From when on, in milliseconds, the agent is not seen to do anything, or the program to allocate more than next to
 * nothing. Undefined where too little is known.
 */
function workEnd({ events, snapshots }: AnalysisSource): number | undefined {
  const acted = events.findLast(({ type }) => type === 'span' || type === 'span-end')?.t;
  // Who was at work for most of the time.
  if (acted !== undefined && acted > MOST * snapshots[snapshots.length - 1].t) return acted;
  const end = events.findIndex((event) => event.type === 'snapshot' && event.reason === 'end');
  // The last reading before is of a program that ends, which is work of another kind.
  const ending = events.findLastIndex(({ type }, i) => type === 'memory' && i < end);
  const meter = new WorkMeter();
  events.forEach((event, i) => {
    if (event.type === 'snapshot') meter.snapshot();
    else if (event.type === 'memory' && i !== ending) meter.reading(event.t, event.heapUsed);
  });
  return meter.workedUntil();
}

/** Bytes by which the heap fell between the snapshot before and this one; undefined for none, noise, or unknown. */
function fallTo(source: AnalysisSource, at: number): number | undefined {
  const { snapshots } = source;
  // What was garbage when the memory was read is not in the file.
  if (snapshots[at].bytes >= snapshots[at - 1].bytes) return undefined;
  // Against the gain since the middle: before that lies what was loaded.
  const middle = at >> 1;
  const [first, before, then] = [middle, at - 1, at].map((i) => heapAfter(source, snapshots[i].index));
  if (first === undefined || before === undefined || then === undefined) return undefined;
  const fall = before - then;
  // Who gains again works on.
  const regained = Math.max(
    ...snapshots.slice(at).map(({ index }) => (heapAfter(source, index) ?? then) - then),
  );
  return fall < Math.max(NOISE, 0.25 * (before - first)) || regained > 0.5 * fall ? undefined : fall;
}

/** heapUsed as read right after a snapshot, which collects all garbage. */
function heapAfter({ events }: AnalysisSource, snapshot: number): number | undefined {
  const at = events.findIndex((event) => event.type === 'snapshot' && event.index === snapshot);
  if (at < 0) return undefined;
  const next = events.slice(at + 1).find(({ type }) => type === 'memory' || type === 'snapshot');
  return next?.type === 'memory' ? next.heapUsed : undefined;
}
