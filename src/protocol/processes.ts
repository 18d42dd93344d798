/** The program's child processes and workers, as a report shows them. */
import type { Site } from './findings.ts';
import type { SpanKind } from './recording.ts';

/** `left`: it runs on though who started it has ended, and nobody uses it. `outlived`: it runs on without the program. */
export type ProcessState = 'running' | 'ended' | 'left' | 'outlived';

/** What started a process. */
export interface ProcessOrigin {
  kind: SpanKind;
  name?: string;
}

/** One child process or worker. Times are milliseconds since the recording began. */
export interface ProcessRow {
  role: 'child' | 'worker';
  pid: number;
  thread?: number;
  ppid?: number;
  /** As it was started, readable and short: `node server.js`; `worker 3`. */
  command: string;
  state: ProcessState;
  /** It speaks JSON-RPC over its standard input and output, as MCP servers do. */
  rpc?: true;
  started: number;
  ended?: number;
  exitCode?: number;
  signal?: string;
  /** Steps completed when it was started. */
  step?: number;
  session?: string;
  origin?: ProcessOrigin;
  /** The line that started it: the user's own, where it is known. */
  site?: Site;
  /** The last resident size known, or of a worker its heap; and the largest. */
  bytes?: number;
  peak?: number;
  /** That, in the course of time: time and bytes. */
  lane: [number, number][];
}

/** Processes that were started from one line with one command. */
export interface ProcessGroup {
  role: 'child' | 'worker';
  command: string;
  site?: Site;
  rpc?: true;
  started: number;
  running: number;
  left: number;
  /** Of those that run. */
  bytes: number;
}

/** What the program's memory gained, told apart. Bytes; where nothing is known there is nothing. */
export interface MemoryParts {
  /** Over so many milliseconds. */
  ms: number;
  /** Live objects of JavaScript. */
  heap: number;
  /** Buffers, and what else V8 is told of. */
  buffers: number;
  external: number;
  /** Resident memory that is none of these; without what Heapline's own snapshots left behind. */
  native: number;
  /** Of that, a minute, where it keeps growing. */
  nativePerMinute?: number;
  /** Resident memory of child processes. */
  children: number;
}

export interface ReportProcesses {
  /** In sentences; names between backticks. */
  notes: string[];
  /** What runs on without use first. */
  rows: ProcessRow[];
  /** More than are listed. */
  more?: number;
  groups: ProcessGroup[];
  parts?: MemoryParts;
}
