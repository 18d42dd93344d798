/** Memory outside the JavaScript heap: WebAssembly, Buffers, native allocations that V8 is told of. */
import { judgeSeries, type SeriesPoint, type TrendVerdict } from '../analysis/growth-verdict.ts';
import type { RecordingEvent, SnapshotEntry } from '../protocol/recording.ts';

export interface ExternalGrowth {
  points: SeriesPoint[];
  verdict: TrendVerdict;
  gain: number;
}

const LEAST = { objects: Number.POSITIVE_INFINITY, bytes: 1_000_000 };

/**
 * `external` of the memory samples at the snapshots: a snapshot collects all garbage, so the first sample after
 * it (or, at the end, the last before) tells what is kept.
 */
export function externalGrowth(
  snapshots: readonly SnapshotEntry[],
  xs: readonly number[],
  events: readonly RecordingEvent[],
): ExternalGrowth | undefined {
  const memory = events.filter((event) => event.type === 'memory');
  if (!memory.length || snapshots.length < 2) return undefined;
  const points = snapshots.map((snapshot, i) => {
    const done = snapshot.t + snapshot.pauseMs;
    const sample = memory.find((event) => event.t >= done - 1) ?? memory[memory.length - 1];
    return { x: xs[i], objects: 0, bytes: sample.external };
  });
  const gain = points[points.length - 1].bytes - points[0].bytes;
  return { points, verdict: judgeSeries(points, LEAST), gain };
}
