/** What an agent did, span by span, each with its lane and its sums. */
import type { HeapReading, RecordingEvent, SpanKind } from '../../protocol/recording.ts';
import { type Lane, Lanes } from './lanes.ts';
import { type Amount, addSums, noSums, type RowFacts, type Sums } from './sums.ts';

type Begun = Extract<RecordingEvent, { type: 'span' }>;
type Ended = Extract<RecordingEvent, { type: 'span-end' }>;

/** Spans that never end: the oldest are taken for over. */
const MOST_OPEN = 50_000;
/** Names of tools by which steps are told apart. */
const MOST_NAMES = 6;

/** What was read last, of the whole program. Bytes. */
export interface MemoryNow {
  used?: number;
  external?: number;
  rss?: number;
}

export interface OpenSpan {
  id: number;
  kind: SpanKind;
  name?: string;
  session?: string;
  /** Of its kind, from 1. */
  number: number;
  from: number;
  parent?: OpenSpan;
  /** Its own, or that of the step or run around it; sessions have none. */
  lane?: Lane;
  isOver: boolean;
  sums: Sums;
  atBegin: MemoryNow;
  model?: string;
  /** Of a step: what was called in it. */
  called?: Set<string>;
}

/** Told of each span that is over, or that is not when the recording ends. */
export type OnRow = (span: OpenSpan, facts: RowFacts) => void;

export class Spans {
  private readonly open = new Map<number, OpenSpan>();
  private readonly counts = new Map<SpanKind, number>();
  private readonly lanes: Lanes;
  /** That told the event before. */
  private running?: OpenSpan;

  constructor(
    outside: Sums,
    private readonly onRow: OnRow,
  ) {
    this.lanes = new Lanes(outside);
  }

  /** The steps in which code ran just after the event before, and just before this one. */
  stepsAround(event: Begun | Ended): number[] {
    const next = this.open.get((event.type === 'span' ? event.parent : event.id) ?? 0);
    const [after, before] = [stepOf(this.running), stepOf(next)];
    return [...new Set([after, before])].filter((step) => step !== undefined);
  }

  /** @param amount allocated since the event before */
  begin(event: Begun, amount: Readonly<Amount>, now: MemoryNow): void {
    const { id, kind, name, session, t } = event;
    const parent = this.living(event.parent);
    const above = parent?.lane;
    this.lanes.share(amount, t, above);
    const number = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, number);
    const sums = noSums();
    const span: OpenSpan = { id, kind, number, from: t, parent, isOver: false, sums, atBegin: { ...now } };
    if (name !== undefined) span.name = name;
    if (session !== undefined) span.session = session;
    if (kind === 'model') sums.modelCalls = 1;
    if (kind === 'tool') sums.toolCalls = 1;
    this.place(span, above, t);
    this.open.set(id, span);
    this.running = span;
    this.lanes.ran(span.lane);
    this.noteCall(span);
    if (this.open.size > MOST_OPEN) {
      const [oldest] = this.open.values();
      this.close(oldest, t, now);
    }
  }

  end(event: Ended, amount: Readonly<Amount>, now: MemoryNow): void {
    const span = this.open.get(event.id);
    const { lane } = span ?? {};
    if (span && lane && !isOwn(span)) {
      // What came just before is this one's.
      this.lanes.settle(lane);
      lane.sums = span.sums;
    }
    this.lanes.share(amount, event.t, span?.lane);
    if (!span) return;
    const { sums } = span;
    const { failed, model, inputTokens = 0, outputTokens = 0 } = event;
    if (failed) sums.failed++;
    if (model !== undefined) span.model = model;
    sums.inputTokens += inputTokens;
    sums.outputTokens += outputTokens;
    this.close(span, event.t, now);
  }

  /** What was allocated up to an event that is none of the agent's. */
  pass(amount: Readonly<Amount>, t: number): void {
    this.lanes.share(amount, t, undefined);
  }

  finish(t: number, now: MemoryNow): void {
    this.lanes.finish();
    // Inner ones began later.
    for (const span of [...this.open.values()].reverse()) {
      this.onRow(span, rowFacts(span, t, now, false));
      if (span.parent && !span.parent.isOver) addSums(span.parent.sums, span.sums);
    }
    this.open.clear();
  }

  private place(span: OpenSpan, above: Lane | undefined, t: number): void {
    const { kind, sums } = span;
    if (kind === 'session') return;
    const own = kind === 'run' || kind === 'step' || !above;
    if (above) {
      this.lanes.settle(above);
      if (own) above.lanes++;
      else if (kind === 'model') above.models++;
      else above.tools++;
    }
    if (!own) {
      above.sums = sums;
      span.lane = above;
      this.lanes.update(above, t);
      return;
    }
    const isModel = kind === 'model';
    span.lane = { sums, parent: above, lanes: 0, models: isModel ? 1 : 0, tools: 0, isOver: false, seen: t };
    if (above) this.lanes.update(above, t);
    this.lanes.update(span.lane, t);
  }

  private close(span: OpenSpan, t: number, now: MemoryNow): void {
    const { lane, kind } = span;
    const parent = living(span.parent);
    this.open.delete(span.id);
    span.isOver = true;
    const ownLane = isOwn(span);
    if (lane) {
      this.lanes.settle(lane);
      if (ownLane) {
        lane.isOver = true;
        if (lane.parent) {
          this.lanes.settle(lane.parent);
          lane.parent.lanes--;
          this.lanes.update(lane.parent, t);
        }
      } else {
        if (kind === 'model') lane.models--;
        else lane.tools--;
        // What comes now is the program's, with the answer.
        if (parent) lane.sums = parent.sums;
      }
      this.lanes.update(lane, t);
    }
    this.running = parent;
    this.lanes.ran(ownLane ? parent?.lane : lane);
    this.onRow(span, rowFacts(span, t, now, true));
    if (parent) addSums(parent.sums, span.sums);
  }

  private living(id: number | undefined): OpenSpan | undefined {
    return id === undefined ? undefined : living(this.open.get(id));
  }

  private noteCall({ kind, name, parent }: OpenSpan): void {
    if (kind !== 'tool' || name === undefined) return;
    for (let above = parent; above; above = above.parent) {
      if (above.kind !== 'step') continue;
      above.called ??= new Set();
      if (above.called.size < MOST_NAMES) above.called.add(name);
      return;
    }
  }
}

function isOwn({ lane, parent }: OpenSpan): boolean {
  return lane !== undefined && lane !== parent?.lane;
}

function stepOf(span: OpenSpan | undefined): number | undefined {
  for (let at = span; at; at = at.parent) if (at.kind === 'step') return at.number;
  return undefined;
}

/** The nearest that is not over. */
function living(span: OpenSpan | undefined): OpenSpan | undefined {
  let at = span;
  while (at?.isOver) at = at.parent;
  return at;
}

function rowFacts(span: OpenSpan, until: number, now: MemoryNow, isOver: boolean): RowFacts {
  const { kind, name, session, number, from, atBegin } = span;
  const less = (a?: number, b?: number): number | undefined =>
    a === undefined || b === undefined ? undefined : a - b;
  return {
    kind,
    name,
    session,
    number,
    from,
    to: isOver ? until : undefined,
    until,
    heapDelta: less(now.used, atBegin.used),
    externalDelta: less(now.external, atBegin.external),
    rssDelta: less(now.rss, atBegin.rss),
  };
}

/** What an event tells of the whole program's memory. */
export function noteMemory(now: MemoryNow, event: RecordingEvent): void {
  if (event.type === 'memory') {
    now.used = event.heapUsed;
    now.external = event.external;
    now.rss = event.rss || undefined;
  } else if ((event.type === 'span' || event.type === 'span-end') && event.heap) noteHeap(now, event.heap);
}

function noteHeap(now: MemoryNow, { used, external }: HeapReading): void {
  now.used = used;
  now.external = external;
}
