/** The ledger of a recording: one pass over its events, with the live samples of one profile. */
import { LEDGER_FORMAT, type Ledger } from '../../protocol/ledger.ts';
import type { RecordingEvent } from '../../protocol/recording.ts';
import type { SamplingProfile } from '../../recording/reader.ts';
import type { ScriptMap } from '../../source/script-map.ts';
import { SampleClock } from './clock.ts';
import { type Cohorts, type LiveSamples, liveSamples } from './cohorts.ts';
import { Heat } from './heat.ts';
import { NamedRows, Rows } from './rows.ts';
import { type StepRow, shrinkSteps } from './shrink.ts';
import { type MemoryNow, noteMemory, type OpenSpan, Spans } from './spans.ts';
import { type Amount, addAmount, addSums, NOTHING, noSums, type RowFacts, rowOf, type Sums } from './sums.ts';

/** Rows that are kept while more come. */
const MOST_KEPT = 20_000;
const MOST_NAMES = 200;

export interface LedgerSource {
  /** In order of time. */
  events: readonly RecordingEvent[];
  /** What is alive is told as of this snapshot. */
  at: { snapshot: number; t: number };
  /** Of the same moment. */
  profile: SamplingProfile;
  samplingInterval: number;
  /** What the snapshot itself holds of those that were born between two: sums are set right with it. */
  cohorts?: Cohorts;
  /** Rows of each kind that are told one by one. */
  mostRows: number;
  map: ScriptMap;
}

export async function makeLedger(source: LedgerSource): Promise<Ledger> {
  const pass = new Pass(source);
  pass.run();
  return pass.ledger();
}

class Pass {
  private readonly samples: LiveSamples;
  private readonly byCohorts: boolean;
  private readonly clock: SampleClock;
  private readonly heat: Heat;
  private readonly stepsAre: 'told' | 'seen';
  private readonly spans: Spans;
  private readonly outside = noSums();
  private readonly tables = {
    session: new Rows(MOST_KEPT),
    run: new Rows(MOST_KEPT),
    step: new Rows<StepRow>(MOST_KEPT),
  };
  private readonly named = { tool: new NamedRows(MOST_NAMES), model: new NamedRows(MOST_NAMES) };
  private readonly now: MemoryNow = {};
  /** Position among the samples, and bytes allocated, up to the event before. */
  private sample = 0;
  private bytes = 0;
  /** `outside`: what was alive in no span, up to where the last step ended. */
  private told: { sums: Sums; from: number; number: number; atBegin: MemoryNow; outside: number };

  constructor(private readonly source: LedgerSource) {
    const { events, profile, samplingInterval, cohorts } = source;
    this.byCohorts = cohorts !== undefined;
    this.samples = liveSamples(profile, samplingInterval, cohorts);
    this.clock = new SampleClock(events, samplingInterval);
    const { are, count } = stepsOf(events);
    this.stepsAre = are;
    this.heat = new Heat(profile, count);
    this.spans = new Spans(this.outside, (span, facts) => this.row(span, facts));
    this.told = { sums: noSums(), from: 0, number: 0, atBegin: {}, outside: 0 };
  }

  run(): void {
    const { events, at } = this.source;
    for (const event of events) {
      if (event.t > at.t) break;
      noteMemory(this.now, event);
      if (event.type === 'span' || event.type === 'span-end') this.span(event);
      else if (event.type === 'step' && this.stepsAre === 'told') this.step(event);
    }
    this.spans.pass(this.take(Number.POSITIVE_INFINITY, at.t, this.stepAfter()), at.t);
    this.spans.finish(at.t, this.now);
  }

  async ledger(): Promise<Ledger> {
    const { source, samples, outside, told, tables, named } = this;
    const { samplingInterval, at, map, mostRows } = source;
    if (tables.step.isWhole) shrinkSteps(tables.step.all, samplingInterval);
    const total = samples.bytes.reduce((sum, bytes) => sum + bytes, 0);
    // Told steps leave no gaps: in nothing that is shown is only what came after the last of them.
    const inNothing = outside.live - told.outside;
    return {
      format: LEDGER_FORMAT,
      at,
      samplingInterval,
      live: { total, inSpans: Math.max(0, total - inNothing), byCohorts: this.byCohorts },
      stepsAre: this.stepsAre,
      sessions: tables.session.table(mostRows),
      runs: tables.run.table(mostRows),
      steps: tables.step.table(mostRows),
      tools: named.tool.table(),
      models: named.model.table(),
      heat: await this.heat.map(map),
      notes: this.notes(),
    };
  }

  private span(event: Extract<RecordingEvent, { type: 'span' | 'span-end' }>): void {
    const steps = this.stepsAre === 'told' ? this.stepAfter() : this.spans.stepsAround(event);
    const amount = this.take(event.t, event.t, steps);
    if (event.type === 'span') this.spans.begin(event, amount, this.now);
    else this.spans.end(event, amount, this.now);
  }

  /** What came since the step before is this one's. */
  private step(event: Extract<RecordingEvent, { type: 'step' }>): void {
    const amount = this.take(event.t, event.t, this.stepAfter());
    this.spans.pass(amount, event.t);
    const { told, now } = this;
    const { sums, from, number, atBegin } = told;
    const facts: RowFacts = {
      kind: 'step',
      name: event.name,
      number: number + 1,
      from,
      to: event.t,
      until: event.t,
      heapDelta: less(now.used, atBegin.used),
      externalDelta: less(now.external, atBegin.external),
      rssDelta: less(now.rss, atBegin.rss),
    };
    this.addStep(facts, sums, '');
    this.told = {
      sums: noSums(),
      from: event.t,
      number: number + 1,
      atBegin: { ...now },
      outside: this.outside.live,
    };
  }

  private stepAfter(): number[] {
    return this.stepsAre === 'told' ? [this.told.number + 1] : [];
  }

  /** What was allocated since the event before. @param steps in which, for the heat map */
  private take(ordinalAt: number, t: number, steps: readonly number[]): Amount {
    const { samples, told } = this;
    const { ordinal, bytes } = this.clock.to(t);
    // Ordinals are whole.
    const until = Number.isFinite(ordinalAt) ? ordinal + 0.5 : Number.POSITIVE_INFINITY;
    const allocated = Math.max(0, bytes - this.bytes);
    this.bytes = Math.max(this.bytes, bytes);
    const amount: Amount = { ...NOTHING, allocated };
    for (; this.sample < samples.ordinals.length && samples.ordinals[this.sample] <= until; this.sample++) {
      const at = this.sample;
      amount.live += samples.bytes[at];
      amount.variance += samples.variances[at];
      amount.objects += samples.objects[at];
      for (const step of steps) this.heat.add(samples.nodes[at], samples.bytes[at] / steps.length, step);
    }
    if (this.stepsAre === 'told') addAmount(told.sums, amount, 1);
    return amount;
  }

  private row(span: OpenSpan, facts: RowFacts): void {
    const { kind, sums, name, model } = span;
    const { samplingInterval } = this.source;
    if (this.stepsAre === 'told' && (kind === 'model' || kind === 'tool')) addCounts(this.told.sums, sums);
    if (kind === 'step') {
      if (this.stepsAre === 'seen') this.addStep(facts, sums, groupOf(span));
      return;
    }
    const row = rowOf(facts, sums, samplingInterval);
    if (kind === 'tool') this.named.tool.add(name ?? '', row);
    else if (kind === 'model') this.named.model.add(model ?? name ?? '', row);
    else this.tables[kind].add({ row });
  }

  private addStep(facts: RowFacts, sums: Sums, group: string): void {
    this.heat.note(facts.number, facts.from, facts.to ?? facts.until);
    this.tables.step.add({ row: rowOf(facts, sums, this.source.samplingInterval), sums, group });
  }

  private notes(): string[] {
    const { tables, byCohorts } = this;
    const notes: string[] = [];
    if (!byCohorts)
      notes.push(
        'What is alive is estimated from samples alone: no snapshot was there to set the sums right.',
      );
    if (!tables.step.isWhole)
      notes.push('There are very many steps: not each is told apart, and none is judged by the others.');
    return notes;
  }
}

/** Whether steps are the program's own, and how many. Of those that are told as spans, the spans tell more. */
function stepsOf(events: readonly RecordingEvent[]): { are: 'told' | 'seen'; count: number } {
  const open = new Set<number>();
  const ends = new Set<number>();
  let spans = 0;
  let told = 0;
  let asSpans = 0;
  for (const event of events) {
    if (event.type === 'span' && event.kind === 'step') {
      spans++;
      open.add(event.id);
    } else if (event.type === 'span-end' && open.delete(event.id)) ends.add(event.t);
    else if (event.type === 'step') {
      told++;
      if (ends.has(event.t)) asSpans++;
    }
  }
  return told > 0 && 2 * asSpans < told ? { are: 'told', count: told + 1 } : { are: 'seen', count: spans };
}

function groupOf({ name = '', called }: OpenSpan): string {
  return [name, ...[...(called ?? [])].sort()].join('|');
}

function addCounts(to: Sums, { modelCalls, toolCalls, failed, inputTokens, outputTokens }: Sums): void {
  addSums(to, { ...noSums(), modelCalls, toolCalls, failed, inputTokens, outputTokens });
}

function less(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a - b;
}
