/** What the agent was seen to do, as bands over time, however much it was. */
import { together } from '../protocol/bands.ts';
import type { RecordingEvent, SpanKind } from '../protocol/recording.ts';
import type { AgentTimeline, SpanBand, SpanTotals } from '../protocol/report.ts';

/** Bands of one kind. */
const MOST = 500;
/** How closely it is sought how short bands must be to be told together: a share. */
const FINE = 0.02;
const KINDS: readonly SpanKind[] = ['session', 'run', 'step', 'model', 'tool'];
/** A name is shown in a line at most. */
const MAX_NAME = 100;

interface Span {
  kind: SpanKind;
  t: number;
  end?: number;
  /** When the last of its parts ended. */
  partsEnd: number;
  name?: string;
  failed: boolean;
  parent?: number;
}

/** Undefined where nothing was seen. */
export function agentTimeline(events: readonly RecordingEvent[]): AgentTimeline | undefined {
  const spans = spansOf(events);
  if (!spans.length) return undefined;
  const over = events.reduce((last, { t }) => Math.max(last, t), 0);
  const bands: SpanBand[] = [];
  const totals: SpanTotals[] = [];
  for (const kind of KINDS) {
    const own = spans.filter((span) => span.kind === kind).map((span) => bandOf(span, over));
    if (!own.length) continue;
    bands.push(...bounded(own));
    const lengths = own.map(({ t, end }) => end - t);
    totals.push({
      kind,
      count: own.length,
      failed: own.filter(({ failed }) => failed).length,
      ms: lengths.reduce((sum, ms) => sum + ms, 0),
      longestMs: lengths.reduce((longest, ms) => Math.max(longest, ms), 0),
    });
  }
  return { bands: bands.sort((a, b) => a.t - b.t), totals };
}

/** By their beginnings. */
function spansOf(events: readonly RecordingEvent[]): Span[] {
  const spans = new Map<number, Span>();
  for (const event of events) {
    if (event.type === 'span') {
      const { t, kind, name, parent } = event;
      spans.set(event.id, { kind, t, name, parent, partsEnd: t, failed: false });
    }
    const span = event.type === 'span-end' ? spans.get(event.id) : undefined;
    if (event.type !== 'span-end' || !span || span.end !== undefined) continue;
    span.end = event.t;
    span.failed = event.failed === true;
    // As far up as it is news: a circle, in a damaged file, ends there, too.
    for (let up = span.parent; up !== undefined; ) {
      const holder: Span | undefined = spans.get(up);
      if (!holder || holder.partsEnd >= event.t) break;
      holder.partsEnd = event.t;
      up = holder.parent;
    }
  }
  return [...spans.values()].sort((a, b) => a.t - b.t);
}

/** Few sessions tell that they end, and no last step does: they go as far as what was done in them. */
function bandOf({ kind, t, end, partsEnd, name, failed }: Span, over: number): SpanBand {
  const isWhole = (kind === 'session' || kind === 'step') && partsEnd > t;
  const until = end ?? (isWhole ? partsEnd : over);
  return {
    kind,
    t,
    end: Math.max(t, until),
    ...(name !== undefined && { name: name.slice(0, MAX_NAME) }),
    ...(failed && { failed: 1 }),
  };
}

/**
 * No more than there is room for: short ones that follow each other are told together, as far as that is not longer
 * than what is told by itself. How short is what it takes.
 */
function bounded(bands: readonly SpanBand[]): SpanBand[] {
  if (bands.length <= MOST) return [...bands];
  let enough = bands.reduce((longest, { end }) => Math.max(longest, end), 0) - bands[0].t + 1;
  let few = 0;
  while (enough - few > enough * FINE) {
    const middle = (few + enough) / 2;
    if (countMerged(bands, middle) <= MOST) enough = middle;
    else few = middle;
  }
  return merged(bands, enough);
}

/** Those shorter than `ms` together with what follows, up to `ms` in all. */
function merged(bands: readonly SpanBand[], ms: number): SpanBand[] {
  const result: SpanBand[] = [];
  /** Of the band that the next may be joined to. */
  let at = -1;
  for (const band of bands) {
    if (band.end - band.t >= ms) {
      result.push(band);
    } else if (at >= 0 && Math.max(result[at].end, band.end) - result[at].t < ms) {
      result[at] = together(result[at], band);
    } else at = result.push(band) - 1;
  }
  return result;
}

/** How many bands `merged` gives. */
function countMerged(bands: readonly SpanBand[], ms: number): number {
  let count = 0;
  let from = Number.NEGATIVE_INFINITY;
  let until = 0;
  for (const { t, end } of bands) {
    const isLong = end - t >= ms;
    if (!isLong && Math.max(until, end) - from < ms) {
      until = Math.max(until, end);
      continue;
    }
    count++;
    if (!isLong) [from, until] = [t, end];
  }
  return count;
}
