import type { RecordingEvent } from '../protocol/recording.ts';
import type { MemoryNow, Reading } from './target.ts';

type GcEvent = Extract<RecordingEvent, { type: 'gc' }>;

/** V8's GCType, as `detail.kind` of Node's gc entries. */
const KINDS: Record<number, GcEvent['kind']> = {
  1: 'scavenge',
  2: 'minor-mark-sweep',
  4: 'mark-compact',
  8: 'incremental',
  16: 'weak',
};

/** The collections of a reading that arrived at `t`, on the recording's clock. */
export function gcEvents({ now, gc }: Reading, t: number): GcEvent[] {
  const events: GcEvent[] = [];
  for (let i = 0; i < gc.length; i += 3) {
    const kind = KINDS[gc[i + 2]];
    if (kind)
      events.push({
        type: 'gc',
        t: toMicroseconds(Math.max(0, t - now + gc[i])),
        kind,
        pauseMs: toMicroseconds(gc[i + 1]),
      });
  }
  return events;
}

/** @param interval bytes between two samples @param ordinal of the newest sample, where it is known */
export function memoryEvent(
  { memory, heap }: MemoryNow,
  t: number,
  interval: number,
  ordinal?: number,
): RecordingEvent {
  const { heapUsed, heapTotal, external, arrayBuffers, rss } = memory;
  const allocated = ordinal && ordinal * interval;
  const sums = { allocated, ordinal, heap };
  return { type: 'memory', t: toMicroseconds(t), heapUsed, heapTotal, external, arrayBuffers, rss, ...sums };
}

/** Milliseconds until the next memory sample: ten a second at first, one in five seconds after an hour. */
export function sampleEvery(elapsedMs: number): number {
  if (elapsedMs < 5000) return 100;
  if (elapsedMs < 60_000) return 250;
  if (elapsedMs < 600_000) return 500;
  return elapsedMs < 3_600_000 ? 1000 : 5000;
}

/** Milliseconds, as events keep them. */
export const toMicroseconds = (ms: number): number => Math.round(ms * 1000) / 1000;
