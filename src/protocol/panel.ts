/** What the editor and its webview tell each other: plain messages, named by direction. */
import type { Site } from './findings.ts';
import type { ReportData } from './report.ts';
import type { WireError } from './rpc.ts';
import type { NodeDetails, SnapshotDiff, SnapshotSummary } from './tables.ts';

/** What a panel shows. */
export type PanelContent =
  /** The verdict on a recording: findings, timeline, classes. `final` is false while it is recorded. */
  | { type: 'report'; data: ReportData; final: boolean }
  /** Two snapshots: by class, and by owner (the findings and what else was looked at) where there is a verdict. */
  | { type: 'diff'; diff: SnapshotDiff; titles: { before: string; after: string }; report?: ReportData }
  | { type: 'summary'; summary: SnapshotSummary; title: string }
  /** A sampled allocation profile: functions by what they allocated that is alive. */
  | { type: 'profile'; title: string; rows: ProfileRow[]; total: number }
  | { type: 'loading'; title: string; phase: string; done?: number; total?: number }
  | { type: 'error'; error: WireError };

export interface ProfileRow {
  function: string;
  site?: Site;
  /** Live bytes allocated by the function itself, and with all that it called. */
  selfSize: number;
  totalSize: number;
}

export type EditorToPanel =
  | { type: 'show'; content: PanelContent }
  /** Answer to `ask-details`. */
  | { type: 'details'; id: number; details?: NodeDetails; error?: WireError };

export type PanelToEditor =
  /** Sent once, when messages can be received. */
  | { type: 'ready' }
  | { type: 'open-site'; site: Site; beside?: boolean }
  /** An object of a snapshot: its retaining paths. `snapshot` is its number in the recording, absent for bare files. */
  | { type: 'ask-details'; id: number; nodeId: number; snapshot?: number }
  | { type: 'copy'; text: string }
  | { type: 'cancel' }
  | { type: 'command'; command: 'compare' | 'export' | 'verify' | 'takeSnapshot' | 'openLog' };
