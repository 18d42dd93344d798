/** Where memory grew: in the heap, beside it, in the process at large, in its children. */
import { judgeSeries } from '../../analysis/growth-verdict.ts';
import type { MemoryParts } from '../../protocol/findings.ts';
import type { RecordingEvent, SnapshotEntry } from '../../protocol/recording.ts';
import { type Proc, runsAt, sizeAt } from './collect.ts';

type Memory = Extract<RecordingEvent, { type: 'memory' }>;

/** Native memory is noisy: allocators give back late, and in pieces. */
const LEAST_NATIVE = { objects: Number.POSITIVE_INFINITY, bytes: 4_000_000 };

/**
 * Until a process has settled, V8's own pools and code, and what snapshots leave behind, rise by tens of MB in a
 * sound program: a rate drawn from that would frighten for nothing.
 */
const SETTLED_MS = 60_000;
const LEAST_UNSETTLED = 100_000_000;

/** From the first of the snapshots to the last; undefined where memory was not read. */
export function memoryParts(
  snapshots: readonly SnapshotEntry[],
  xs: readonly number[],
  events: readonly RecordingEvent[],
  processes: readonly Proc[],
): MemoryParts | undefined {
  const memory = events.filter((event) => event.type === 'memory');
  if (snapshots.length < 2 || !memory.some(({ rss }) => rss > 0)) return undefined;
  const [first, last] = [snapshots[0], snapshots[snapshots.length - 1]];
  const [before, after] = [first, last].map((snapshot) => readAfter(memory, snapshot));
  const ms = last.activeMs - first.activeMs;
  const native = nativeGain(snapshots, events);
  const verdict = judgeSeries(
    native.map((bytes, i) => ({ x: xs[i], objects: 0, bytes })),
    LEAST_NATIVE,
  );
  const gain = native[native.length - 1];
  const childrenAt = (t: number): number =>
    processes.reduce((sum, one) => sum + (one.role === 'child' && runsAt(one, t) ? sizeAt(one, t) : 0), 0);
  return {
    ms: Math.round(ms),
    heap: after.heapUsed - before.heapUsed,
    buffers: after.arrayBuffers - before.arrayBuffers,
    external: after.external - after.arrayBuffers - (before.external - before.arrayBuffers),
    native: gain,
    ...(verdict.trend === 'leak' && ms > 0 && (ms >= SETTLED_MS || gain >= LEAST_UNSETTLED)
      ? { nativePerMinute: Math.round((60_000 * gain) / ms) }
      : {}),
    children: childrenAt(last.t) - childrenAt(first.t),
  };
}

/** What is kept: a snapshot collects all garbage. */
function readAfter(memory: readonly Memory[], { t, pauseMs }: SnapshotEntry): Memory {
  return memory.find((event) => event.t >= t + pauseMs - 1) ?? memory[memory.length - 1];
}

/** Readings after a snapshot that tell of what it, and what is asked after it, took. */
const DISTURBED = 1;

/**
 * Of each snapshot, what the remainder had gained since the first. A snapshot takes many times the heap, much of which
 * stays with the process: from the reading before one to some after it nothing is counted.
 */
function nativeGain(snapshots: readonly SnapshotEntry[], events: readonly RecordingEvent[]): number[] {
  const sums = new Map<number, number>();
  let sum = 0;
  let before: number | undefined;
  let disturbed = 0;
  for (const event of events) {
    if (event.type === 'snapshot') {
      sums.set(event.index, sum);
      before = undefined;
      disturbed = DISTURBED;
    } else if (event.type === 'memory' && disturbed-- <= 0) {
      const { rss, heapTotal, external } = event;
      const remainder = rss - heapTotal - external;
      if (before !== undefined) sum += remainder - before;
      before = remainder;
    }
  }
  const first = sums.get(snapshots[0].index) ?? 0;
  return snapshots.map(({ index }) => (sums.get(index) ?? first) - first);
}
