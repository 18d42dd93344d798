import type { Budgets } from '../protocol/budgets.ts';
import type { RecordingEvent, ScriptEntry, SnapshotEntry } from '../protocol/recording.ts';
import type { ReportRecording } from '../protocol/report.ts';
import type { SamplingProfile } from '../recording/reader.ts';

/** What an analysis starts from, wherever it was kept. */
export interface AnalysisSource {
  recording: ReportRecording;
  recordingDir?: string;
  runtime: { name: string; version: string };
  /** Bytes that the program's heap, and its process, may have. */
  limits?: { heap?: number; memory?: number };
  /** Of one process with comparable ids, oldest first. */
  snapshots: SnapshotEntry[];
  /** Paths of their files. */
  files: string[];
  events: RecordingEvent[];
  /** What the program was to keep within while it was recorded. */
  budgets?: Budgets;
  scripts: ScriptEntry[];
  /** The last sampling profile. */
  profile?: SamplingProfile;
  /** Milliseconds in which the program worked on after the last of the snapshots: what was taken later is left out. */
  unseenMs?: number;
  /** The file of the last snapshot that was left out so: who had let go of nothing by then can still be asked. */
  endFile?: string;
  /** The file of the first of those: what gathers again in it was let go of in passing. */
  releasedFile?: string;
  /** What could not be used, in sentences. */
  warnings: string[];
}
