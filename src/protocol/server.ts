/**
 * What the editor asks the Heapline server, and what the server tells of its own accord. Carried over JSON-RPC
 * beside LSP: requests are cancelled and report progress as LSP's do (`$/cancelRequest`, `$/progress` with the
 * `progress` token given). A HeaplineError travels as a ResponseError whose `data` is its `WireError`.
 */
import type { ProgressReading } from '../base/progress.ts';
import type { WrittenBudgets } from './budgets.ts';
import type { AnalysisInput } from './engine.ts';
import type { ContainerWatch, Finding, Findings, PassedBudget } from './findings.ts';
import type { HeapMethods } from './heap-rows.ts';
import type { IgnoreEntry } from './ignore.ts';
import type { RecordingManifest, SnapshotEntry, SnapshotReason } from './recording.ts';
import type { ReportData, SourceExcerpt } from './report.ts';
import type { SessionsBrief } from './sessions.ts';
import type { NodeDetails, ProfileSummary, SnapshotDiff, SnapshotSummary } from './tables.ts';

export type TargetKind = 'node' | 'worker' | 'page' | 'extension-host';

/** A way to a process, as the editor knows it. */
export interface TargetSpec {
  /** The debug session's id; `inspector:ADDRESS` for one that was attached without a debugger. */
  id: string;
  /** The debug session's name. */
  name: string;
  kind: TargetKind;
  /** Id of the session that started it, where that one is a target, too. */
  parent?: string;
  /** js-debug's CDP proxy (`extension.js-debug.requestCDPProxy`). */
  proxy?: { host: string; port: number; path?: string };
  /** `HOST:PORT` or `ws://...` of an inspector that no debugger of ours uses. */
  inspector?: string;
  /** Of a page. */
  served?: ServedFolder;
}

/** Where the files of a page's site lie: `origin` as `http://localhost:3000`, `folder` on the server's machine. */
export interface ServedFolder {
  origin: string;
  folder: string;
}

/** One reading of memory, in bytes. What a kind of target can't tell is absent. */
export interface MemoryReading {
  /** Milliseconds since the epoch. */
  at: number;
  heapUsed: number;
  heapTotal: number;
  external?: number;
  rss?: number;
}

export interface TargetInfo {
  spec: TargetSpec;
  state: 'connecting' | 'live' | 'gone' | 'failed';
  /** How the server reaches it: its own connection to the inspector, or the debugger's. */
  via?: 'inspector' | 'proxy';
  pid?: number;
  /** `Node.js 24.21.0`. */
  runtime?: string;
  /** Of the recording under way. */
  recording?: string;
  /** Why it can't be reached. */
  failure?: string;
}

/** When snapshots are taken. Times are in milliseconds, sizes in bytes. What is absent is as in `heapline run`. */
export interface RecordingOptions {
  /** `manual`: only when asked for. */
  mode: 'automatic' | 'manual';
  /** A snapshot every so many milliseconds of the program's own time. */
  interval?: number;
  /** Keep so many, the last one included. */
  snapshots?: number;
  /** Also when the live heap has grown by this share since the last: 0.5 is 50 %. */
  onGrowth?: number;
  /** Also when the heap comes near V8's limit: share of it, 0.8. */
  beforeLimit?: number;
  /** The program's own time before the first snapshot. */
  warmUp?: number;
  /** Collect garbage before each snapshot. */
  forceGC?: boolean;
  diskBudget?: number;
  samplingInterval?: number;
  budgets?: BudgetWishes;
}

/** What the editor knows of budgets; the server adds the nearest `.heapline/budgets.json`, which goes behind these. */
export interface BudgetWishes {
  written: WrittenBudgets;
  /** Where that file is looked for, and upwards. */
  folder?: string;
  /** On a crossing, in place of what the file says. */
  on?: ('collect' | 'snapshot')[];
  /** A command line of the user's own, on a crossing. */
  command?: string;
}

export type RecordingState = 'recording' | 'stopping' | 'analysing' | 'ended';

/** A recording as the panel shows it. */
export interface RecordingInfo {
  /** The folder: identifies it. */
  dir: string;
  name: string;
  /** ISO 8601. */
  createdAt: string;
  state: RecordingState;
  /** The target's id while it is recorded. */
  target?: string;
  mode?: RecordingOptions['mode'];
  /** The process, as a person calls it. */
  title: string;
  pid?: number;
  durationMs: number;
  steps: number;
  snapshots: SnapshotEntry[];
  /** The snapshot under way: why, since when (epoch ms), and how much of it is written. */
  taking?: { reason: SnapshotReason; since: number; bytes: number; waiting?: string };
  /** The latest verdict: while it is recorded, a provisional one. */
  findings?: Findings;
  /** The lines around its sites, as they were when it was made: what differs now is stale. */
  sources?: SourceExcerpt[];
  /** Pools of agents and sessions, where the verdict tells of some. */
  sessions?: SessionsBrief;
  /** Budgets that were passed so far. */
  budgets?: PassedBudget[];
  /** The verdict is of the recording's end, not provisional. */
  final: boolean;
  end?: RecordingManifest['end'];
  /** What hindered it, in sentences for the user. */
  problems: string[];
}

export type ExportFormat = 'html' | 'markdown' | 'json' | 'text';

/** Questions to a snapshot, which is read once and kept open for more: `heapline/heap/nodes`, ... */
type HeapRequests = { [K in keyof HeapMethods as `heapline/${K}`]: HeapMethods[K] };

export type ServerRequests = HeapRequests & {
  /** Says hello to a target and begins to read its memory. Known ids are updated. */
  'heapline/openTarget': { params: TargetSpec; result: TargetInfo };
  /** The session is over, or nobody looks at it any longer. */
  'heapline/closeTarget': { params: { id: string }; result: null };
  /**
   * Begins a recording in a new folder within `folder`; with one under way, changes its mode to the one given.
   * @throws `target-gone`, `connect-failed`, `disk-full`
   */
  'heapline/startRecording': {
    params: { target: string; folder: string; options: RecordingOptions };
    result: RecordingInfo;
  };
  /** Ends it with a last snapshot (unless `discard`: then its folder is deleted), and settles when it is analysed. */
  'heapline/stopRecording': { params: { dir: string; discard?: boolean }; result: RecordingInfo };
  /** Takes one now, in a manual recording where none is under way; settles as soon as it is whole on disk. */
  'heapline/takeSnapshot': {
    params: { target: string; folder: string; options: RecordingOptions };
    result: { recording: RecordingInfo; snapshot: SnapshotEntry };
  };
  /**
   * Watches the container of a finding while its process lives: the recording may be under way or stopped, of this
   * server and the last one of its target. Settles `seconds` after it first grew, or when it is cancelled: with
   * what was seen. Reports inserts so far.
   * @throws `usage` for what can't be watched, `not-found` when it is no longer there, `target-gone`
   */
  'heapline/watch': {
    params: { dir: string; finding: string; seconds: number };
    result: ContainerWatch;
  };
  /**
   * Writes into the nearest ignore file of where the program ran; a new one into that of `homes` that is around it.
   * @throws `malformed` where the file is damaged: then it is left alone
   */
  'heapline/ignore': {
    params: { dir: string; entry: IgnoreEntry; homes?: string[] };
    result: { file: string };
  };
  /** Takes out all that ignores this finding, also by its rule or owner. */
  'heapline/stopIgnoring': {
    params: { dir: string; finding: Pick<Finding, 'id' | 'rule' | 'owner'> };
    result: { removed: number };
  };
  /** An ignore file has changed: each recording is told anew (`recordingChanged`). */
  'heapline/refreshIgnores': { params: { dirs: string[] }; result: null };
  /** Recordings in a folder, newest first. */
  'heapline/listRecordings': { params: { folder: string }; result: RecordingInfo[] };
  'heapline/deleteRecording': { params: { dir: string }; result: null };
  /** The verdict; of a recording it is kept in `findings.json`. */
  'heapline/analyse': { params: AnalysisInput; result: ReportData };
  'heapline/summary': { params: { file: string }; result: SnapshotSummary };
  'heapline/diff': { params: { before: string; after: string }; result: SnapshotDiff };
  'heapline/profile': { params: { file: string }; result: ProfileSummary };
  'heapline/details': { params: { file: string; nodeId: number; paths: number }; result: NodeDetails };
  /** Writes a report of a recording to `file`. */
  'heapline/export': { params: { dir: string; format: ExportFormat; file: string }; result: null };
};

export type ServerNotifications = {
  'heapline/targetChanged': TargetInfo;
  'heapline/reading': { target: string; reading: MemoryReading };
  'heapline/recordingChanged': RecordingInfo;
  /** For the user: a sentence. `error` is shown as a message, the rest goes to the log. */
  'heapline/note': { level: 'info' | 'warning' | 'error'; message: string };
};

/** What requests that take long are given beside their parameters. */
export interface WithProgress {
  progress?: string;
}

export type ServerProgress = ProgressReading;
