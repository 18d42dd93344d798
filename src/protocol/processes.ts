/** What a report shows of the program's child processes and workers besides what the findings say. */
import type { ProcessRow, Site } from './findings.ts';

/** One process in the course of time. Milliseconds since the recording began, bytes. */
export interface ProcessLane extends Pick<ProcessRow, 'role' | 'pid' | 'thread' | 'command' | 'rpc'> {
  /** What it had come to when it was last heard of. */
  state: ProcessRow['state'] | 'ended';
  started: number;
  ended?: number;
  exitCode?: number;
  signal?: string;
  /** Time, and resident size; of a worker, its heap. */
  points: [number, number][];
}

/** What was started from one line, or with one command. */
export interface ProcessGroup extends Pick<ProcessRow, 'role' | 'command' | 'rpc'> {
  site?: Site;
  started: number;
  running: number;
  left: number;
  /** Of those that run. */
  bytes: number;
}

export interface ReportProcesses {
  /** By when they were started; those that took part longest where there are too many. */
  lanes: ProcessLane[];
  /** Those that leave most running first. */
  groups: ProcessGroup[];
}
