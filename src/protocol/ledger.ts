/** The ledger: what each session, run, step and tool of an agent allocated, and what of that is still alive. */
import type { Site } from './findings.ts';
import type { SpanKind } from './recording.ts';

export const LEDGER_FORMAT = 'heapline-ledger/1';

/** Bytes with the range in which they lie, 19 times out of 20. */
export interface Estimate {
  bytes: number;
  low: number;
  high: number;
}

/** One span, or some that were put together. */
export interface LedgerRow {
  kind: SpanKind;
  name?: string;
  session?: string;
  /** Number of the step, run or session in the order in which they began, from 1; of some, the first. */
  number: number;
  /** How many are in this row. */
  count: number;
  /** Milliseconds since the recording began. `to` is absent where the last is not over. */
  from: number;
  to?: number;
  /** Milliseconds, of all of them together. */
  durationMs: number;
  /** Bytes that were allocated on the heap. */
  allocated: number;
  /** What of that is alive. */
  live: Estimate;
  /** Live objects, as far as can be told. */
  objects?: number;
  /** Bytes at the end less those at the beginning: of all that the program did meanwhile. */
  heapDelta?: number;
  externalDelta?: number;
  rssDelta?: number;
  modelCalls: number;
  toolCalls: number;
  failed: number;
  inputTokens?: number;
  outputTokens?: number;
}

/** Rows of one kind. */
export interface LedgerTable {
  /** All there were. */
  total: number;
  /** In order of time; where there were too many, those that matter most. */
  rows: LedgerRow[];
  /** The others, as one. */
  rest?: LedgerRow;
}

export interface HeatColumn {
  /** Numbers of the first and the last step in it. */
  first: number;
  last: number;
  from: number;
  to: number;
}

export interface HeatRow {
  function: string;
  /** Where the function is written. */
  site?: Site;
  /** Live bytes that were allocated in each column's steps. */
  cells: number[];
  total: number;
}

/** Which steps' memory is still alive, by the function that allocated it. */
export interface HeatMap {
  columns: HeatColumn[];
  /** Largest total first. */
  rows: HeatRow[];
  /** Bytes of functions that are not among the rows. */
  others: number;
}

export interface Ledger {
  format: typeof LEDGER_FORMAT;
  /** Alive when this was taken: number of the snapshot and its time. */
  at: { snapshot: number; t: number };
  /** Bytes between two samples, on average. */
  samplingInterval: number;
  /** Live bytes of the program's objects that were born since the recording began. */
  live: {
    total: number;
    /** In a step (told or seen), run, tool or model call; the rest is of nobody that was seen. */
    inSpans: number;
    /** By which the sampled bytes were set right with what snapshots hold; 1 where there is nothing to do so with. */
    byCohorts: boolean;
  };
  /** What the rows of `steps` are: the program's own, or what was seen. */
  stepsAre: 'told' | 'seen';
  sessions: LedgerTable;
  runs: LedgerTable;
  steps: LedgerTable;
  /** One row a name. */
  tools: LedgerTable;
  models: LedgerTable;
  heat: HeatMap;
  /** What a reader has to know, in sentences. */
  notes: string[];
}
