/** What the part in the target tells the recorder about the agent's work. */
import type { HeapReading, ProcessReading, SpanKind, TapFrame } from '../../protocol/recording.ts';

/** Times are milliseconds of the target's own clock; ids count from 1. */
export type AgentRecord = SpanBegun | SpanEnded | ProcessRecord;

export type ProcessRecord = ProcessBegun | ProcessEnded | ProcessReadings;

/** A child process, or a worker of this process. */
export interface ProcessBegun {
  type: 'process';
  at: number;
  pid: number;
  thread?: number;
  ppid: number;
  argv: string[];
  /** Who started it, nearest first. */
  frames: TapFrame[];
  /** The span within which it was started. */
  parent?: number;
  session?: string;
}

export interface ProcessEnded {
  type: 'process-end';
  at: number;
  pid: number;
  thread?: number;
  exitCode?: number;
  signal?: string;
}

/** `used` is by the target's clock, too. */
export interface ProcessReadings {
  type: 'processes';
  at: number;
  readings: ProcessReading[];
}

export interface SpanBegun {
  type: 'begin';
  id: number;
  at: number;
  kind: SpanKind;
  name?: string;
  /** The span that it is part of. */
  parent?: number;
  /** The conversation's name, where the program or its framework gives one. */
  session?: string;
  /** The program itself says that this is a step. */
  told?: true;
  heap?: HeapReading;
}

export interface SpanEnded extends SpanFacts {
  type: 'end';
  id: number;
  at: number;
  heap?: HeapReading;
}

export interface SpanFacts {
  failed?: true;
  model?: string;
  inputTokens?: number;
  outputTokens?: number;
}

/** Longest name that is kept, in UTF-16 units. */
const MAX_NAME = 200;

/** A name for a record: short, and nothing but text. */
export function nameOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_NAME) : undefined;
}
