/** What the agent was seen to do, as bands over time, however much it was. */
import { together } from '../protocol/bands.ts';
import type { RecordingEvent, SpanKind } from '../protocol/recording.ts';
import type { AgentTimeline, SpanBand, SpanTotals } from '../protocol/report.ts';

/** Bands of one kind: of those of a crowd half are single, half are several together. */
const MOST = 500;
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
    // Parents come first, so that no chain of them is a circle.
    for (let up = span.parent; up !== undefined; ) {
      const holder: Span | undefined = spans.get(up);
      if (!holder || holder.partsEnd >= event.t) break;
      holder.partsEnd = event.t;
      up = holder.parent;
    }
  }
  return [...spans.values()].sort((a, b) => a.t - b.t);
}

/** Few sessions tell that they end: they go as far as what was done in them. */
function bandOf({ kind, t, end, partsEnd, name, failed }: Span, over: number): SpanBand {
  const until = end ?? (kind === 'session' && partsEnd > t ? partsEnd : over);
  return {
    kind,
    t,
    end: Math.max(t, until),
    ...(name !== undefined && { name: name.slice(0, MAX_NAME) }),
    ...(failed && { failed: 1 }),
  };
}

/** The longest, which are seen first, and the others together by when they began. */
function bounded(bands: readonly SpanBand[]): SpanBand[] {
  if (bands.length <= MOST) return [...bands];
  const half = MOST / 2;
  const longest = new Set([...bands].sort((a, b) => b.end - b.t - (a.end - a.t) || a.t - b.t).slice(0, half));
  const from = bands[0].t;
  const each = (bands[bands.length - 1].t - from) / half || 1;
  const merged = new Map<number, SpanBand>();
  for (const band of bands) {
    if (longest.has(band)) continue;
    const at = Math.min(half - 1, Math.floor((band.t - from) / each));
    const known = merged.get(at);
    merged.set(at, known ? together(known, band) : band);
  }
  return [...longest, ...merged.values()];
}
