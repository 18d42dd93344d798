/** What the editor and its webview tell each other: plain messages, named by direction. */
import type { ProgressReading } from '../base/progress.ts';
import type { Site } from './findings.ts';
import type { HeapQuestions } from './heap-rows.ts';
import type { ReportData } from './report.ts';
import type { WireError } from './rpc.ts';
import type { ProfileSummary, SnapshotDiff, SnapshotSummary } from './tables.ts';

export type HeapQuestion = keyof HeapQuestions;

/** What a panel shows. */
export type PanelContent =
  /** The verdict on a recording: findings, timeline, classes. `final` is false while it is recorded. */
  | { type: 'report'; data: ReportData; final: boolean }
  /** Two snapshots: by class, and by owner (the findings and what else was looked at) where there is a verdict. */
  | {
      type: 'diff';
      diff: SnapshotDiff;
      titles: { before: string; after: string };
      /** Their numbers, where both are of the recording that `report` is about. */
      numbers?: { before: number; after: number };
      report?: ReportData;
      /** The report is on its way. */
      pending?: boolean;
    }
  | { type: 'summary'; summary: SnapshotSummary; title: string }
  /** A sampled allocation profile: functions by what they allocated that is alive. */
  | { type: 'profile'; profile: ProfileSummary; title: string }
  | { type: 'loading'; title: string; phase: string; done?: number; total?: number }
  | { type: 'error'; error: WireError };

/** What a panel is about: enough to fill it anew. Files and folders by their paths. */
export type PanelSource =
  | { type: 'report'; dir: string }
  | { type: 'diff'; before: DiffSide; after: DiffSide; dir?: string }
  | { type: 'summary'; file: string }
  | { type: 'profile'; file: string };

/** One of two snapshots that are compared. */
export interface DiffSide {
  file: string;
  title: string;
  /** Its number in the recording. */
  snapshot?: number;
}

/** What the page keeps with `setState`, and the editor gives back when it revives a panel. */
export interface PanelState {
  source?: PanelSource;
  /** The page's own: what was sorted, filtered, unfolded. */
  view?: unknown;
  /** Pixels. */
  scroll?: number;
}

export type EditorToPanel =
  | { type: 'show'; content: PanelContent; source?: PanelSource }
  /** To `ask`: what the engine gave, or why it did not. */
  | { type: 'answer'; id: number; result?: unknown; error?: WireError }
  /** How far the answer to `ask` is. */
  | { type: 'asked'; id: number; reading: ProgressReading };

export type PanelToEditor =
  /** Sent once, when messages can be received. */
  | { type: 'ready' }
  | { type: 'open-site'; site: Site; beside?: boolean }
  /** The page of a named rule. */
  | { type: 'open-rule'; id: string }
  /**
   * A question of `HeapQuestions` to a snapshot: by its number in the recording that the page is about, else the file
   * that it is about (of two the later). `against`: number of an earlier one, for questions that compare.
   */
  | {
      type: 'ask';
      id: number;
      question: HeapQuestion;
      params: object;
      snapshot?: number;
      against?: number;
      /** Of two: the earlier one is asked, beside the later. */
      earlier?: boolean;
    }
  | { type: 'cancel-ask'; id: number }
  | { type: 'copy'; text: string }
  | { type: 'cancel' }
  /** Tries again what failed or was cancelled. */
  | { type: 'retry' }
  | { type: 'command'; command: PanelCommand }
  /** Two snapshots of the recording, by their numbers, the earlier first. */
  | { type: 'compare'; before: number; after: number };

/** Commands that a page may ask for: `heapline.NAME`, given the recording's folder as `{dir}`. */
export type PanelCommand = 'compare' | 'export' | 'verify' | 'takeSnapshot' | 'openLog';
