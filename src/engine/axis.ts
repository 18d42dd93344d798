import type { RecordingEvent, SnapshotEntry } from '../protocol/recording.ts';

/** What growth is measured against: the program's progress at each snapshot. */
export interface Axis {
  unit: 'step' | 'allocated' | 'active' | 'order';
  /**
   * Steps; a number that rises with the bytes allocated; milliseconds of the program's own time; or, of bare files,
   * which come without times, their order.
   */
  xs: number[];
}

/**
 * The best known measure of progress: steps; else what was allocated so far, in samples of the heap profiler
 * (time in which nothing happens is no evidence of anything); else active time, where there are times.
 * What a wire-tap allocates to note its stacks is no progress of the program's: then active time, too.
 */
export function progressAxis(
  snapshots: readonly SnapshotEntry[],
  events: readonly RecordingEvent[] = [],
): Axis {
  // A snapshot before the first step's end knows of none.
  const stepped = snapshots.some(({ step }) => step !== undefined);
  const steps = snapshots.map(({ step }) => (stepped ? (step ?? 0) : undefined));
  if (rises(steps, snapshots.length - 1)) return { unit: 'step', xs: steps };
  // The newest live sample may have died since.
  let newest = 0;
  const ordinals = snapshots.map(({ ordinal }) => {
    newest = Math.max(newest, ordinal ?? 0);
    return ordinal === undefined ? undefined : newest;
  });
  if (!isWatched(snapshots, events) && rises(ordinals, snapshots.length - 1))
    return { unit: 'allocated', xs: ordinals };
  const times = snapshots.map((snapshot) => snapshot.activeMs);
  if (times[times.length - 1] > times[0]) return { unit: 'active', xs: times };
  return { unit: 'order', xs: snapshots.map((_, i) => i) };
}

/** Whether anything was inserted into a watched container between the first snapshot and the last. */
function isWatched(snapshots: readonly SnapshotEntry[], events: readonly RecordingEvent[]): boolean {
  const [from, to] = [snapshots[0].t, snapshots[snapshots.length - 1].t];
  return events.some(
    (event) =>
      event.type === 'watch' && event.inserts > 0 && event.t > from && event.t - 1000 * event.seconds < to,
  );
}

/** Whether all values are known and they move in at least two and `most - 1` intervals. */
function rises(values: (number | undefined)[], most: number): values is number[] {
  if (values.some((value) => value === undefined)) return false;
  const moves = values.filter((value, i) => i > 0 && value! > values[i - 1]!).length;
  return moves >= Math.max(2, most - 1);
}
