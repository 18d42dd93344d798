/** What the engine's worker can be asked. */
import type { HeapMethods } from './heap-rows.ts';
import type { Ledger } from './ledger.ts';
import type { ReportData } from './report.ts';
import type { AnswererToCaller, CallerToAnswerer } from './rpc.ts';
import type { NodeDetails, ProfileSummary, SnapshotDiff, SnapshotSummary, SnapshotTotals } from './tables.ts';

export type AnalysisInput = { recordingDir: string } | { snapshotFiles: string[] };

export type EngineMethods = HeapMethods & {
  /** The verdict on a recording, or on snapshots of one process in order of time. */
  analyse: { params: AnalysisInput; result: ReportData };
  /** What each session, run, step and tool of a recording allocated, and what of that is alive. */
  ledger: { params: { recordingDir: string }; result: Ledger };
  /** One snapshot's classes, largest retained size first. */
  summary: { params: { file: string }; result: SnapshotSummary };
  /** Two snapshots by class, largest change of size first. */
  diff: { params: { before: string; after: string }; result: SnapshotDiff };
  /** A sampled allocation profile (`.heapprofile`) by function. */
  profile: { params: { file: string }; result: ProfileSummary };
  /** One object and up to `paths` distinct ways from a root to it, shortest first. */
  details: { params: { file: string; nodeId: number; paths: number }; result: NodeDetails };
  /** Settles when what is kept for later of the snapshots that were asked is on disk. */
  settle: { params: object; result: null };
  /**
   * Analyses a snapshot that nobody has asked for yet; false where there is too little memory for that. `settle` then
   * tells when what is kept of it is on disk. One that was followed is not read again.
   */
  prepare: { params: { file: string }; result: boolean };
  /**
   * Reads a snapshot while it is written, from when `file` is there: answers a moment after `whole`. Where it comes
   * to nothing, the call is cancelled.
   */
  follow: { params: { file: string }; result: SnapshotTotals };
  /** A file that is followed has all its bytes, and by now the name `as`. */
  whole: { params: { file: string; as: string }; result: null };
};

export type ClientToEngine = CallerToAnswerer<EngineMethods>;
export type EngineToClient = AnswererToCaller<EngineMethods>;
