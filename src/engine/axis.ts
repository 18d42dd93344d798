import type { RecordingEvent, SnapshotEntry } from '../protocol/recording.ts';

/** What growth is measured against: the program's progress at each snapshot. */
export interface Axis {
  unit: 'step' | 'allocated' | 'active' | 'index';
  /** Steps; bytes allocated so far; milliseconds of the program's own time; or snapshot numbers. */
  xs: number[];
}

/**
 * The best known measure of progress: steps; else bytes allocated so far (time in which nothing happens is no
 * evidence of anything); else active time.
 */
export function progressAxis(snapshots: readonly SnapshotEntry[], events: readonly RecordingEvent[]): Axis {
  const steps = snapshots.map((snapshot) => snapshot.step ?? Number.NaN);
  const distinct = new Set(steps.filter((step) => !Number.isNaN(step))).size;
  if (steps.every((step) => !Number.isNaN(step)) && distinct >= Math.max(3, snapshots.length - 1)) {
    return { unit: 'step', xs: steps };
  }
  const allocated = allocatedAt(snapshots, events);
  if (allocated) return { unit: 'allocated', xs: allocated };
  return { unit: 'active', xs: snapshots.map((snapshot) => snapshot.activeMs) };
}

function allocatedAt(
  snapshots: readonly SnapshotEntry[],
  events: readonly RecordingEvent[],
): number[] | undefined {
  const known: [number, number][] = [];
  for (const event of events) {
    if (event.type === 'memory' && event.allocated !== undefined) known.push([event.t, event.allocated]);
  }
  if (known.length < snapshots.length || snapshots.length < 2) return undefined;
  const xs = snapshots.map(({ t }) => {
    const after = known.findIndex(([time]) => time >= t);
    if (after < 0) return known[known.length - 1][1];
    if (after === 0) return known[0][1];
    const [t0, a0] = known[after - 1];
    const [t1, a1] = known[after];
    return t1 > t0 ? a0 + ((a1 - a0) * (t - t0)) / (t1 - t0) : a1;
  });
  const total = xs[xs.length - 1] - xs[0];
  // Worth something only if it moves between nearly all snapshots.
  const moves = xs.filter((x, i) => i > 0 && x - xs[i - 1] > total * 0.002).length;
  return total > 0 && moves >= Math.min(xs.length - 1, 3) ? xs : undefined;
}
