/** What a report is made of: plain JSON, made by the engine, rendered as text, Markdown, HTML and in the editor. */

import type { Findings } from './findings.ts';
import type { Ledger } from './ledger.ts';
import type { RecordingEvent, SnapshotEntry } from './recording.ts';

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

/** Each list by time. Thinned by who makes it: at most some thousands of points each. */
export interface ReportTimeline {
  memory: MemoryPoint[];
  gc: GcPoint[];
  steps: StepPoint[];
  snapshots: SnapshotMark[];
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
}
