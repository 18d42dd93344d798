import type { HeapReading, RecordingEvent } from '../../protocol/recording.ts';

/** Moments of which something is known, as columns; NaN for what is not. */
interface Readings {
  times: Float64Array;
  used: Float64Array;
  /** All that was ever allocated, where the runtime counts it. */
  counted: Float64Array;
}

interface Anchor {
  reading: number;
  ordinal: number;
  bytes: number;
}

/**
 * Tells how far the sampling profiler had counted at any time, and how much had been allocated: known at some moments,
 * between them told by what the heap gained from one reading to the next. Where it was collected in between, that is
 * not known: such stretches share what is left by their time.
 */
export class SampleClock {
  private readonly times: Float64Array;
  private readonly ordinals: Float64Array;
  private readonly bytes: Float64Array;
  /** The same times without pauses: nothing is allocated in them. */
  private readonly active: Float64Array;
  private at = 0;

  /** @param events in order of time @param interval bytes between two samples */
  constructor(events: readonly RecordingEvent[], interval: number) {
    const readings = readingsOf(events);
    const { steps, isKnown } = stepsBetween(readings, events);
    this.times = readings.times;
    this.ordinals = new Float64Array(this.times.length);
    this.bytes = new Float64Array(this.times.length);
    this.active = activeTimes(this.times, events);
    const anchors = anchorsOf(events, readings.times, interval);
    for (let i = 1; i < anchors.length; i++) this.between(anchors[i - 1], anchors[i], steps, isKnown);
    this.after(anchors[anchors.length - 1], steps, isKnown, interval);
  }

  /** At `t`, which never falls from one call to the next. */
  to(t: number): { ordinal: number; bytes: number } {
    const { times, ordinals, bytes } = this;
    const last = times.length - 1;
    if (last < 0) return { ordinal: 0, bytes: 0 };
    while (this.at < last && times[this.at + 1] <= t) this.at++;
    const { at } = this;
    if (at === last || t <= times[at]) return { ordinal: ordinals[at], bytes: bytes[at] };
    const share = (t - times[at]) / (times[at + 1] - times[at]);
    return {
      ordinal: ordinals[at] + share * (ordinals[at + 1] - ordinals[at]),
      bytes: bytes[at] + share * (bytes[at + 1] - bytes[at]),
    };
  }

  private between(from: Anchor, to: Anchor, steps: Float64Array, isKnown: Uint8Array): void {
    const { active, ordinals, bytes } = this;
    let known = 0;
    let unknownMs = 0;
    for (let i = from.reading + 1; i <= to.reading; i++) {
      if (isKnown[i]) known += steps[i];
      else unknownMs += active[i] - active[i - 1];
    }
    const total = to.bytes - from.bytes;
    const left = Math.max(0, total - known);
    const all = known + (unknownMs > 0 ? left : 0);
    const ms = active[to.reading] - active[from.reading];
    let sum = 0;
    for (let i = from.reading + 1; i <= to.reading; i++) {
      const step = active[i] - active[i - 1];
      if (all <= 0) sum += ms > 0 ? step / ms : 0;
      else sum += (isKnown[i] ? steps[i] : (left * step) / unknownMs) / all;
      const share = Math.min(1, sum);
      ordinals[i] = from.ordinal + share * (to.ordinal - from.ordinal);
      bytes[i] = from.bytes + share * total;
    }
  }

  /** After the last that is known: at the rate of before, where nothing better is known. */
  private after(from: Anchor, steps: Float64Array, isKnown: Uint8Array, interval: number): void {
    const { active, ordinals, bytes } = this;
    const rate = active[from.reading] > 0 ? from.bytes / active[from.reading] : 0;
    for (let i = from.reading + 1; i < active.length; i++) {
      const step = isKnown[i] ? steps[i] : rate * (active[i] - active[i - 1]);
      bytes[i] = bytes[i - 1] + step;
      ordinals[i] = ordinals[i - 1] + step / interval;
    }
  }
}

function readingsOf(events: readonly RecordingEvent[]): Readings {
  let count = 1;
  for (const event of events) if (heapOf(event)) count++;
  const columns = [0, 0, 0].map(() => new Float64Array(count).fill(Number.NaN));
  const [times, used, counted] = columns;
  times[0] = 0;
  let at = 1;
  for (const event of events) {
    const heap = heapOf(event);
    if (!heap) continue;
    times[at] = event.t;
    used[at] = heap.used;
    counted[at++] = heap.allocated ?? Number.NaN;
  }
  return { times, used, counted };
}

function heapOf(event: RecordingEvent): Pick<HeapReading, 'used' | 'allocated'> | undefined {
  if (event.type === 'memory') return { used: event.heapUsed, allocated: event.counted };
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
  // Of the pause that is not over, and until when all that began are.
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

/** What was allocated between each reading and the one before, as far as that is known. */
function stepsBetween(
  { times, used, counted }: Readings,
  events: readonly RecordingEvent[],
): { steps: Float64Array; isKnown: Uint8Array } {
  const steps = new Float64Array(times.length);
  const isKnown = new Uint8Array(times.length);
  const collections = events.filter(({ type }) => type === 'gc' || type === 'snapshot').map(({ t }) => t);
  let next = 0;
  for (let i = 1; i < times.length; i++) {
    while (next < collections.length && collections[next] <= times[i - 1]) next++;
    const isCollected = next < collections.length && collections[next] <= times[i];
    const bytes = counted[i] - counted[i - 1];
    const isCounted = !Number.isNaN(bytes);
    const gain = isCounted ? bytes : used[i] - used[i - 1];
    // A heap that shrinks was collected, whoever tells of it.
    if (!(gain >= 0) || (isCollected && !isCounted)) continue;
    steps[i] = gain;
    isKnown[i] = 1;
  }
  return { steps, isKnown };
}

/** Moments in which the count is known, by their readings. */
function anchorsOf(events: readonly RecordingEvent[], times: Float64Array, interval: number): Anchor[] {
  const anchors: Anchor[] = [{ reading: 0, ordinal: 0, bytes: 0 }];
  const hasCounts = events.some((event) => event.type === 'memory' && event.ordinal !== undefined);
  let reading = 0;
  for (const event of events) {
    const ordinal = hasCounts
      ? event.type === 'memory' && event.ordinal
      : event.type === 'snapshot' && event.ordinal;
    if (!ordinal) continue;
    const last = anchors[anchors.length - 1];
    while (reading < times.length - 1 && times[reading] < event.t) reading++;
    if (reading <= last.reading || ordinal < last.ordinal) continue;
    const known = event.type === 'memory' ? event.allocated : undefined;
    const bytes = known ?? last.bytes + (ordinal - last.ordinal) * interval;
    anchors.push({ reading, ordinal, bytes: Math.max(last.bytes, bytes) });
  }
  return anchors;
}
