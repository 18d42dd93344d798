/** What a report is made of: plain JSON, made by the engine, rendered as text, Markdown, HTML and in the editor. */

import type { Findings } from './findings.ts';
import type { Ledger } from './ledger.ts';
import type { DominatorBox, FlameFrame } from './pictures.ts';
import type { ReportProcesses } from './processes.ts';
import type { RecordingEvent, SnapshotEntry, SpanKind } from './recording.ts';
import type { SessionsReport } from './sessions.ts';

type Event<T extends RecordingEvent['type']> = Extract<RecordingEvent, { type: T }>;

export interface ReportRecording {
  /** The folder's name, or that of the snapshot files. */
  name: string;
  /** ISO 8601. */
  createdAt?: string;
  command?: string[];
  cwd?: string;
  /** `x64`, `linux`: as Node names them. Name and version are in the findings. */
  arch?: string;
  platform?: string;
  /** Wall time, pauses included; 0 for bare snapshot files. */
  durationMs: number;
  /** Of these, how long Heapline stopped the program. */
  pausedMs: number;
}

/** Milliseconds since the recording began, pauses included; bytes. */
export type MemoryPoint = Pick<
  Event<'memory'>,
  't' | 'heapUsed' | 'heapTotal' | 'external' | 'arrayBuffers' | 'rss'
>;
export type GcPoint = Pick<Event<'gc'>, 't' | 'kind' | 'pauseMs'>;
/** The end of a step. */
export type StepPoint = Pick<Event<'step'>, 't' | 'step' | 'name'>;
export type SnapshotMark = Pick<
  SnapshotEntry,
  'index' | 'bytes' | 't' | 'pauseMs' | 'activeMs' | 'reason' | 'step'
>;

/** Something that the agent did, or several of a kind that are told of together. */
export interface SpanBand {
  kind: SpanKind;
  t: number;
  /** Of what never ended, when the last of its parts did, or the recording. */
  end: number;
  /** As the program has it; where there are several, the one that all have. */
  name?: string;
  /** How many, where more than one. */
  count?: number;
  /** How many of them failed. */
  failed?: number;
}

/** All that was done of one kind. */
export interface SpanTotals {
  kind: SpanKind;
  count: number;
  failed: number;
  /** Milliseconds, all together. */
  ms: number;
  longestMs: number;
}

/** What the agent was seen to do. */
export interface AgentTimeline {
  /** By time. Of each kind some hundreds at most: of a crowd short ones that follow each other are one. */
  bands: SpanBand[];
  /** From the widest kind to the narrowest; of those that were seen. */
  totals: SpanTotals[];
}
export type BudgetMark = Pick<Event<'budget'>, 't' | 'budget' | 'level' | 'value' | 'limit' | 'subject'>;

/** Each list by time. Thinned by who makes it: at most some thousands of points each. */
export interface ReportTimeline {
  memory: MemoryPoint[];
  gc: GcPoint[];
  steps: StepPoint[];
  snapshots: SnapshotMark[];
  /** Where anything was seen. */
  agent?: AgentTimeline;
  /** Where budgets were passed. */
  budgets?: BudgetMark[];
}

export interface ClassTrendRow {
  className: string;
  /** Live objects, one number per snapshot. */
  counts: number[];
  /** Their shallow bytes, one number per snapshot. */
  sizes: number[];
}

export interface ClassTrend {
  /** Numbers of the snapshots compared, in order: the columns of every row. */
  snapshots: number[];
  /** Those that grew most, most first. */
  rows: ClassTrendRow[];
}

/** Some lines of source around a site. */
export interface SourceExcerpt {
  /** `path` of the sites it serves, or their `url` where they have no path. */
  path: string;
  /** Number of the first line, from 1. */
  firstLine: number;
  lines: string[];
}

export interface ReportData {
  findings: Findings;
  recording: ReportRecording;
  timeline: ReportTimeline;
  classes: ClassTrend;
  /** Where something of the agent's work was seen, or told. */
  ledger?: Ledger;
  sources?: SourceExcerpt[];
  /** Where the live bytes of the last sampling profile were allocated, and those since the baseline. */
  flame?: FlameFrame;
  /** What retains most in the last snapshot, and what it retained in the baseline: only in a page that can't ask. */
  boxes?: DominatorBox;
  /** Absent where the program had no child processes and no workers. */
  processes?: ReportProcesses;
  /** Pools of agents and sessions, and sessions that are over and still held; absent where there are none. */
  sessions?: SessionsReport;
}
