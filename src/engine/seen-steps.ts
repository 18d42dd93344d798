import type { StepKind } from '../protocol/findings.ts';
import type { RecordingEvent, SnapshotEntry } from '../protocol/recording.ts';
import type { ReportTimeline } from '../protocol/report.ts';

/** Of what is as regular, the first. */
const KINDS: readonly StepKind[] = ['model', 'run', 'tool', 'session'];
/** Shares of the work that may lie elsewhere than steps of one size would have it: what is taken for as regular, and at most. */
const ALIKE = 0.1;
const MOST = 0.5;

export interface SeenSteps {
  kind: StepKind;
  /** The snapshots, each with how many there were by then. */
  snapshots: SnapshotEntry[];
}

/**
 * What counts as a step where nobody tells steps: the most regular of what the agent was seen to do, by the memory
 * that was allocated for each, or by the time. Undefined where steps are told, or nothing is regular.
 */
export function seenSteps(
  snapshots: readonly SnapshotEntry[],
  events: readonly RecordingEvent[],
): SeenSteps | undefined {
  if (events.some(({ type }) => type === 'step')) return undefined;
  const work = workOf(snapshots);
  const levels = KINDS.flatMap((kind) => {
    const times = timesOf(events, kind).map(({ t }) => t);
    const counts = snapshots.map((snapshot) => countUntil(times, snapshot.t));
    const error = moves(counts) ? unevenness(counts, work) : undefined;
    return error === undefined ? [] : [{ kind, counts, error }];
  });
  const best = Math.min(MOST, ...levels.map(({ error }) => error));
  const level = levels.find(({ error }) => error <= best + ALIKE && error <= MOST);
  if (!level) return undefined;
  return {
    kind: level.kind,
    snapshots: snapshots.map((snapshot, i) => ({ ...snapshot, step: level.counts[i] })),
  };
}

/** The steps of one kind, as a timeline shows those that are told. */
export function seenTimeline(events: readonly RecordingEvent[], kind: StepKind): ReportTimeline['steps'] {
  return timesOf(events, kind).map((one, i) => ({ ...one, step: i + 1 }));
}

/** When the steps ended, in order: as they are told, or of the kind that counts as a step. */
export function stepEnds(events: readonly RecordingEvent[], kind?: StepKind): number[] {
  const told = events.flatMap((event) => (event.type === 'step' ? [event.t] : []));
  if (told.length || kind === undefined || kind === 'session') return told;
  return timesOf(events, kind).map(({ t }) => t);
}

/** When each was done; of sessions, when they began: few tell that they end. */
function timesOf(events: readonly RecordingEvent[], kind: StepKind): { t: number; name?: string }[] {
  const open = new Map<number, string | undefined>();
  const times: { t: number; name?: string }[] = [];
  const add = (t: number, name: string | undefined): void => {
    times.push(name === undefined ? { t } : { t, name });
  };
  for (const event of events) {
    if (event.type === 'span' && event.kind === kind) {
      if (kind === 'session') add(event.t, event.name);
      else open.set(event.id, event.name);
    }
    if (event.type !== 'span-end' || !open.has(event.id)) continue;
    add(event.t, open.get(event.id));
    open.delete(event.id);
  }
  return times;
}

/** How many of `times`, which rise, are not after `t`. */
function countUntil(times: readonly number[], t: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether they rise in at least two intervals, and in all but one. */
function moves(counts: readonly number[]): boolean {
  const rising = counts.filter((count, i) => i > 0 && count > counts[i - 1]).length;
  return rising >= Math.max(2, counts.length - 2);
}

/** What was done by each snapshot: allocated, as far as known, else the time. */
function workOf(snapshots: readonly SnapshotEntry[]): number[] {
  let newest = 0;
  const allocated = snapshots.map(({ ordinal = 0 }) => {
    newest = Math.max(newest, ordinal);
    return newest;
  });
  return allocated[allocated.length - 1] > allocated[0]
    ? allocated
    : snapshots.map(({ activeMs }) => activeMs);
}

/** Share of the work that is in other intervals than it would be, were all steps alike. */
function unevenness(counts: readonly number[], work: readonly number[]): number {
  const last = counts.length - 1;
  const all = work[last] - work[0];
  const each = all / (counts[last] - counts[0]);
  let off = 0;
  for (let i = 1; i <= last; i++) off += Math.abs(work[i] - work[i - 1] - each * (counts[i] - counts[i - 1]));
  return all > 0 ? off / (2 * all) : 1;
}
