import type { RecordingEvent } from '../../protocol/recording.ts';
import { ProcessEvents } from './process-events.ts';
import type { AgentRecord, SpanBegun, SpanEnded } from './records.ts';

/** Spans and sessions that never end: the oldest are forgotten. */
const MOST_OPEN = 20_000;

interface Step {
  id: number;
  /** Model calls under way. */
  calls: number;
  /** It ends with its last call: another has begun beside it. */
  isLast: boolean;
  over: boolean;
}

interface Span {
  id: number;
  kind: SpanBegun['kind'];
  session?: string;
  parent?: Span;
  step?: Step;
  /** The program itself says that this is a step. */
  told?: { name?: string };
}

/**
 * Turns what the target tells into the recording's spans, and tells steps where the program does not: a step is one
 * model call, or some at the same time, and what follows until the next of the same session.
 */
export class AgentSpans {
  private last = 0;
  /** Of the recording's clock from the target's, by the message that was the quickest so far. */
  private offset = Number.POSITIVE_INFINITY;
  private readonly open = new Map<number, Span>();
  private readonly sessions = new Map<string, number>();
  /** The present step of each session, or of each run where no sessions are known. */
  private readonly steps = new Map<string, Step>();
  /** The processes among what is told. */
  readonly processes: ProcessEvents;

  /** @param onStep hears that a step has ended; `told`: the program said so itself */
  constructor(
    private readonly write: (event: RecordingEvent) => void,
    private readonly onStep: (t: number, told: boolean, name?: string) => void,
  ) {
    this.processes = new ProcessEvents(write);
  }

  /** The recording's time of the target's. @param offset as that of `hear` */
  onClock(at: number, offset: number): number {
    this.offset = Math.min(this.offset, offset);
    return this.timeOf(at);
  }

  /** @param offset of the recording's clock from the target's, by the time that the message took to come too large */
  hear(records: readonly AgentRecord[], offset: number): void {
    // Also of a message without a record.
    this.offset = Math.min(this.offset, offset);
    const onClock = (at: number): number => this.onClock(at, offset);
    for (const record of records) {
      const t = onClock(record.at);
      if (record.type === 'begin') this.begin(record, t);
      else if (record.type === 'end') this.end(record, t);
      else {
        const within = record.type === 'process' ? this.open.get(record.parent ?? 0) : undefined;
        this.processes.hear(record, onClock, within);
      }
    }
  }

  /** On the recording's clock, once something was heard. */
  timeOf(at: number): number {
    return Math.round(Math.max(0, at + this.offset) * 1000) / 1000;
  }

  private begin({ id, kind, name, parent, session, told, heap }: SpanBegun, t: number): void {
    const above = parent === undefined ? undefined : this.open.get(parent);
    const known = session ?? above?.session;
    const span: Span = { id: 0, kind, session: known, parent: above };
    const within = kind === 'session' ? undefined : this.session(known, t);
    const step = kind === 'model' || kind === 'tool' ? this.stepFor(span, within, t) : undefined;
    span.step = step;
    span.id = this.begun({ kind, name, parent: step?.id ?? above?.id ?? within, session: known, heap }, t);
    if (kind === 'session' && known !== undefined) keep(this.sessions, known, span.id);
    if (kind === 'model' && step) step.calls++;
    keep(this.open, id, span);
    if (told) span.told = { name };
  }

  private end({ type, id, at, ...facts }: SpanEnded, t: number): void {
    const span = this.open.get(id);
    if (!span) return;
    this.open.delete(id);
    const { kind, step } = span;
    if (kind === 'run' || kind === 'session') this.endStep(this.keyOf(span), t);
    this.write({ type: 'span-end', t, id: span.id, ...facts });
    if (span.told) this.onStep(t, true, span.told.name);
    if (kind !== 'model' || !step) return;
    step.calls--;
    if (!step.calls && step.isLast) this.finish(step, t);
  }

  /** The step that a call belongs to, begun with it where it is the first; undefined within what is one already. */
  private stepFor(call: Span, session: number | undefined, t: number): Step | undefined {
    let run: Span | undefined;
    for (let span = call.parent; span; span = span.parent) {
      if (span.kind === 'tool' || span.kind === 'model') return undefined;
      if (span.kind === 'step') return undefined;
      run ??= span.kind === 'run' ? span : undefined;
    }
    const key = this.keyOf(call);
    const now = this.steps.get(key);
    if (call.kind === 'tool') return now;
    if (now?.calls) {
      // Calls at the same time: of one session they are one step, of nobody knows whom they are not.
      if (key) return now;
      now.isLast = true;
    } else if (now) this.endStep(key, t);
    const id = this.begun({ kind: 'step', parent: run?.id ?? session, session: call.session }, t);
    const step: Step = { id, calls: 0, isLast: false, over: false };
    keep(this.steps, key, step);
    return step;
  }

  private keyOf(span: Span): string {
    if (span.session !== undefined) return `session ${span.session}`;
    for (let above: Span | undefined = span; above; above = above.parent)
      if (above.kind === 'run') return `run ${above.id}`;
    return '';
  }

  private endStep(key: string, t: number): void {
    const step = this.steps.get(key);
    if (!step) return;
    this.steps.delete(key);
    if (step.calls) step.isLast = true;
    else this.finish(step, t);
  }

  private finish(step: Step, t: number): void {
    if (step.over) return;
    step.over = true;
    this.write({ type: 'span-end', t, id: step.id });
    this.onStep(t, false);
  }

  /** The span of a session, begun when it is first heard of. */
  private session(name: string | undefined, t: number): number | undefined {
    if (name === undefined) return undefined;
    const known = this.sessions.get(name);
    if (known !== undefined) return known;
    const id = this.begun({ kind: 'session', name, session: name }, t);
    keep(this.sessions, name, id);
    return id;
  }

  private begun(
    facts: Omit<Extract<RecordingEvent, { type: 'span' }>, 'type' | 't' | 'id'>,
    t: number,
  ): number {
    const id = ++this.last;
    this.write({ type: 'span', t, id, ...facts });
    return id;
  }
}

function keep<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.set(key, value);
  if (map.size > MOST_OPEN) map.delete(map.keys().next().value as K);
}
