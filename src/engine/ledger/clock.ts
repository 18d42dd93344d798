import type { HeapReading, RecordingEvent } from '../../protocol/recording.ts';

/** Moments of which something is known, as columns; NaN for what is not. */
interface Readings {
  times: Float64Array;
  used: Float64Array;
  /** All that was allocated since it is counted, and all handles that were made. */
  counted: Float64Array;
  handles: Float64Array;
}

interface Anchor {
  reading: number;
  value: number;
}

/** By how many standard errors, and by how many, there may be more samples than bytes have it: handles are of other things, too. */
const SIGMAS = 3;

/**
 * Tells how far the sampling profiler had counted at any time, and how much had been allocated: known at some moments,
 * between them told by what there was more of at each reading. Where that is not known (the heap was collected, and
 * nobody counted), such stretches share what is left by their time.
 */
export class SampleClock {
  private readonly times: Float64Array;
  private readonly ordinals: Float64Array;
  private readonly bytes: Float64Array;
  private at = 0;

  /** @param events in order of time @param interval bytes between two samples */
  constructor(events: readonly RecordingEvent[], interval: number) {
    const readings = readingsOf(events);
    this.times = readings.times;
    const active = activeTimes(this.times, events);
    const bytes = bytesBetween(readings, events);
    const samples = samplesBetween(readings, bytes, interval);
    const anchors = anchorsOf(events, this.times);
    this.ordinals = spread(anchors, samples, active);
    const isCounted = bytes.subarray(1).every((step) => !Number.isNaN(step));
    const known = anchors.map(({ reading, value }) => ({ reading, value: value * interval }));
    this.bytes = spread(isCounted ? known.slice(0, 1) : known, bytes, active);
  }

  /** At `t`, which never falls from one call to the next. */
  to(t: number): { ordinal: number; bytes: number } {
    const { times, ordinals, bytes } = this;
    const last = times.length - 1;
    while (this.at < last && times[this.at + 1] <= t) this.at++;
    const { at } = this;
    if (at === last || t <= times[at]) return { ordinal: ordinals[at], bytes: bytes[at] };
    const share = (t - times[at]) / (times[at + 1] - times[at]);
    return {
      ordinal: ordinals[at] + share * (ordinals[at + 1] - ordinals[at]),
      bytes: bytes[at] + share * (bytes[at + 1] - bytes[at]),
    };
  }
}

/** A number that rises through its anchors, in between as `steps` have it (NaN: not known). */
function spread(anchors: readonly Anchor[], steps: Float64Array, active: Float64Array): Float64Array {
  const values = new Float64Array(steps.length);
  for (let i = 1; i < anchors.length; i++) between(values, anchors[i - 1], anchors[i], steps, active);
  const last = anchors[anchors.length - 1];
  const rate = active[last.reading] > 0 ? last.value / active[last.reading] : 0;
  for (let i = last.reading + 1; i < steps.length; i++) {
    const step = Number.isNaN(steps[i]) ? rate * (active[i] - active[i - 1]) : steps[i];
    values[i] = values[i - 1] + step;
  }
  return values;
}

function between(
  values: Float64Array,
  from: Anchor,
  to: Anchor,
  steps: Float64Array,
  active: Float64Array,
): void {
  let known = 0;
  let unknownMs = 0;
  for (let i = from.reading + 1; i <= to.reading; i++) {
    if (Number.isNaN(steps[i])) unknownMs += active[i] - active[i - 1];
    else known += steps[i];
  }
  const total = to.value - from.value;
  const left = Math.max(0, total - known);
  const all = known + (unknownMs > 0 ? left : 0);
  const ms = active[to.reading] - active[from.reading];
  let sum = 0;
  for (let i = from.reading + 1; i <= to.reading; i++) {
    const time = active[i] - active[i - 1];
    if (all <= 0) sum += ms > 0 ? time / ms : 0;
    else if (!Number.isNaN(steps[i])) sum += steps[i] / all;
    else if (unknownMs > 0) sum += (left * time) / unknownMs / all;
    values[i] = from.value + Math.min(1, sum) * total;
  }
}

function readingsOf(events: readonly RecordingEvent[]): Readings {
  let count = 1;
  for (const event of events) if (heapOf(event)) count++;
  const column = (): Float64Array => new Float64Array(count).fill(Number.NaN);
  const readings: Readings = { times: column(), used: column(), counted: column(), handles: column() };
  readings.times[0] = 0;
  let at = 0;
  for (const event of events) {
    const heap = heapOf(event);
    if (!heap) continue;
    at++;
    readings.times[at] = event.t;
    readings.used[at] = heap.used;
    readings.counted[at] = heap.allocated ?? Number.NaN;
    readings.handles[at] = heap.handles ?? Number.NaN;
    // What came before the first reading is not known, but for the whole.
    if (at === 1) readings.counted[0] = readings.handles[0] = 0;
  }
  return readings;
}

function heapOf(event: RecordingEvent): HeapReading | undefined {
  if (event.type === 'memory') return event.heap ?? { used: event.heapUsed, external: event.external };
  return event.type === 'span' || event.type === 'span-end' ? event.heap : undefined;
}

/** Times of a clock that stands still while the program does. */
function activeTimes(times: Float64Array, events: readonly RecordingEvent[]): Float64Array {
  const pauses = events.flatMap((event) => {
    if (event.type === 'snapshot' || event.type === 'gc') return [{ from: event.t, ms: event.pauseMs }];
    return event.type === 'stopped' ? [{ from: event.t - event.ms, ms: event.ms }] : [];
  });
  pauses.sort((a, b) => a.from - b.from);
  const active = new Float64Array(times.length);
  let next = 0;
  let over = 0;
  // Until when all pauses that have begun are over.
  let end = 0;
  for (let i = 0; i < times.length; i++) {
    for (; next < pauses.length && pauses[next].from <= times[i]; next++) {
      const { from, ms } = pauses[next];
      over += Math.max(0, from + ms - Math.max(from, end));
      end = Math.max(end, from + ms);
    }
    active[i] = times[i] - over + Math.max(0, end - times[i]);
  }
  return active;
}

/** Bytes allocated between each reading and the one before; NaN where that is not known. */
function bytesBetween({ times, used, counted }: Readings, events: readonly RecordingEvent[]): Float64Array {
  const steps = new Float64Array(times.length).fill(Number.NaN);
  const collections = events.filter(({ type }) => type === 'gc' || type === 'snapshot').map(({ t }) => t);
  let next = 0;
  for (let i = 1; i < times.length; i++) {
    while (next < collections.length && collections[next] <= times[i - 1]) next++;
    const isCollected = next < collections.length && collections[next] <= times[i];
    const bytes = counted[i] - counted[i - 1];
    if (!Number.isNaN(bytes)) steps[i] = Math.max(0, bytes);
    // A heap that shrinks was collected, whoever tells of it.
    else if (used[i] >= used[i - 1] && !isCollected) steps[i] = used[i] - used[i - 1];
  }
  return steps;
}

/** Samples taken between each reading and the one before: by their handles, at most as many as there can be; else by the bytes. */
function samplesBetween({ handles }: Readings, bytes: Float64Array, interval: number): Float64Array {
  return bytes.map((step, i) => {
    const expected = step / interval;
    const made = i > 0 ? handles[i] - handles[i - 1] : Number.NaN;
    if (Number.isNaN(made)) return expected;
    const most = Number.isNaN(expected) ? made : expected + SIGMAS * Math.sqrt(expected + 1);
    return Math.min(most, Math.max(0, made));
  });
}

/** Moments in which the profiler's count is known, by their readings. The first is the beginning. */
function anchorsOf(events: readonly RecordingEvent[], times: Float64Array): Anchor[] {
  const anchors: Anchor[] = [{ reading: 0, value: 0 }];
  const isCounted = events.some((event) => event.type === 'memory' && event.ordinal !== undefined);
  let reading = 0;
  for (const event of events) {
    const ordinal = event.type === (isCounted ? 'memory' : 'snapshot') && 'ordinal' in event && event.ordinal;
    if (!ordinal) continue;
    const last = anchors[anchors.length - 1];
    while (reading < times.length - 1 && times[reading] < event.t) reading++;
    if (reading > last.reading && ordinal >= last.value) anchors.push({ reading, value: ordinal });
  }
  return anchors;
}
