/** Sums that a span, or some together, come to. */
import type { LedgerRow } from '../../protocol/ledger.ts';
import type { SpanKind } from '../../protocol/recording.ts';

/** What was allocated in a stretch of time, and what of that is alive. Bytes. */
export interface Amount {
  allocated: number;
  live: number;
  /** Of `live`: the square of its standard error. */
  variance: number;
  objects: number;
}

export interface Sums extends Amount {
  /** Of what is live: what can be nobody else's, and all that may be this one's. */
  low: number;
  high: number;
  modelCalls: number;
  toolCalls: number;
  failed: number;
  inputTokens: number;
  outputTokens: number;
}

export const NOTHING: Readonly<Amount> = { allocated: 0, live: 0, variance: 0, objects: 0 };

export function noSums(): Sums {
  return {
    allocated: 0,
    live: 0,
    variance: 0,
    objects: 0,
    low: 0,
    high: 0,
    modelCalls: 0,
    toolCalls: 0,
    failed: 0,
    inputTokens: 0,
    outputTokens: 0,
  };
}

export function addSums(to: Sums, more: Readonly<Sums>): void {
  for (const key of Object.keys(to) as (keyof Sums)[]) to[key] += more[key];
}

/** @param share of it; 1: nobody else is a candidate */
export function addAmount(to: Sums, more: Readonly<Amount>, share: number): void {
  to.allocated += share * more.allocated;
  to.live += share * more.live;
  to.variance += share * more.variance;
  to.objects += share * more.objects;
  to.high += more.live;
  if (share === 1) to.low += more.live;
}

/** One of the spans that a row is made of, when it is over (or is not). */
export interface RowFacts {
  kind: SpanKind;
  name?: string;
  session?: string;
  number: number;
  from: number;
  to?: number;
  /** Now, for those that are not over. */
  until: number;
  heapDelta?: number;
  externalDelta?: number;
  rssDelta?: number;
}

/** 19 of 20 samples lie within so many standard errors. */
const SIGMAS = 1.96;
/** Of what was never sampled there may be so many intervals' worth, 19 times out of 20. */
const UNSEEN = 3;

/** @param interval bytes between two samples */
export function rowOf(facts: RowFacts, sums: Sums, interval: number): LedgerRow {
  const { kind, name, session, number, from, to, until, heapDelta, externalDelta, rssDelta } = facts;
  const { inputTokens, outputTokens } = sums;
  const row: LedgerRow = {
    kind,
    ...(name === undefined ? {} : { name }),
    ...(session === undefined ? {} : { session }),
    number,
    count: 1,
    from,
    ...(to === undefined ? {} : { to }),
    durationMs: Math.max(0, (to ?? until) - from),
    allocated: sums.allocated,
    live: bandOf(sums, interval),
    modelCalls: sums.modelCalls,
    toolCalls: sums.toolCalls,
    failed: sums.failed,
  };
  if (sums.objects > 0) row.objects = sums.objects;
  if (heapDelta !== undefined) row.heapDelta = heapDelta;
  if (externalDelta !== undefined) row.externalDelta = externalDelta;
  if (rssDelta !== undefined) row.rssDelta = rssDelta;
  if (inputTokens > 0) row.inputTokens = inputTokens;
  if (outputTokens > 0) row.outputTokens = outputTokens;
  return row;
}

/** @param interval bytes between two samples */
export function bandOf({ allocated, live, variance, low, high }: Sums, interval: number): LedgerRow['live'] {
  const error = SIGMAS * Math.sqrt(variance);
  const unseen = live < interval ? Math.min(allocated, UNSEEN * interval) : 0;
  return {
    bytes: live,
    low: Math.max(0, Math.min(low, live) - error),
    high: Math.max(high, live) + Math.max(error, unseen),
  };
}

/** Puts rows together; what they have in common stays. Undefined for none. */
export function mergeRows(rows: readonly LedgerRow[]): LedgerRow | undefined {
  if (!rows.length) return undefined;
  const merged: LedgerRow = { ...rows[0], live: { ...rows[0].live } };
  for (const row of rows.slice(1)) mergeInto(merged, row);
  return merged;
}

export function mergeInto(merged: LedgerRow, row: LedgerRow): void {
  if (merged.name !== row.name) delete merged.name;
  if (merged.session !== row.session) delete merged.session;
  merged.number = Math.min(merged.number, row.number);
  merged.from = Math.min(merged.from, row.from);
  if (merged.to === undefined || row.to === undefined) delete merged.to;
  else merged.to = Math.max(merged.to, row.to);
  for (const key of ['count', 'durationMs', 'allocated', 'modelCalls', 'toolCalls', 'failed'] as const)
    merged[key] += row[key];
  for (const key of [
    'objects',
    'heapDelta',
    'externalDelta',
    'rssDelta',
    'inputTokens',
    'outputTokens',
  ] as const)
    if (row[key] !== undefined) merged[key] = (merged[key] ?? 0) + row[key];
  merged.live = addEstimates(merged.live, row.live);
}

/** Errors of different rows have nothing to do with each other: their squares add up. */
function addEstimates(a: LedgerRow['live'], b: LedgerRow['live']): LedgerRow['live'] {
  const bytes = a.bytes + b.bytes;
  return {
    bytes,
    low: Math.max(0, bytes - Math.hypot(a.bytes - a.low, b.bytes - b.low)),
    high: bytes + Math.hypot(a.high - a.bytes, b.high - b.bytes),
  };
}
