import { formatBytes } from '../base/units.ts';
import type { SnapshotEntry } from '../protocol/recording.ts';
import type { AnalysisSource } from './input-types.ts';

/** Snapshots that must be left: with two the verdict is open, which is better than wrong. */
const LEAST = 2;
/** Bytes: a fall below it is none. */
const NOISE = 65_536;
/** Allocating at less than this share of its usual rate, the program only waits. */
const IDLE = 0.1;
/** Stretches between readings of the memory that tell its usual rate. */
const USUAL = 6;

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
 * From when on, in milliseconds, the program allocated next to nothing: its heap rose between two readings by far less
 * than is usual for it. Undefined where too little is known.
 */
function workEnd({ events }: AnalysisSource): number | undefined {
  const stretches: { end: number; rate: number }[] = [];
  let before: { t: number; heapUsed: number } | undefined;
  // What is allocated right after a snapshot is ours.
  let ours = true;
  for (const event of events) {
    if (event.type === 'snapshot') {
      ours = true;
      before = undefined;
    }
    if (event.type !== 'memory') continue;
    const rise = before && event.t > before.t ? event.heapUsed - before.heapUsed : -1;
    // A fall is a collection: what was allocated meanwhile is not known.
    if (before && rise >= 0 && !ours) stretches.push({ end: event.t, rate: rise / (event.t - before.t) });
    if (before) ours = false;
    before = event;
  }
  if (stretches.length < USUAL) return undefined;
  const rates = stretches.map(({ rate }) => rate).sort((a, b) => a - b);
  const usual = rates[rates.length >> 1];
  return stretches.findLast(({ rate }) => rate >= IDLE * usual)?.end;
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
  return fall < Math.max(NOISE, 0.25 * (before - first)) ? undefined : fall;
}

/** heapUsed as read right after a snapshot, which collects all garbage. */
function heapAfter({ events }: AnalysisSource, snapshot: number): number | undefined {
  const at = events.findIndex((event) => event.type === 'snapshot' && event.index === snapshot);
  if (at < 0) return undefined;
  const next = events.slice(at + 1).find(({ type }) => type === 'memory' || type === 'snapshot');
  return next?.type === 'memory' ? next.heapUsed : undefined;
}
