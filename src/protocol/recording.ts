/** The files of a recording folder, `NAME.heapline/`: manifest, events, scripts. Version 1. */

import type { BudgetLevel, BudgetName } from './budgets.ts';

export const RECORDING_FORMAT = 'heapline-recording/1';

export type SnapshotReason =
  | 'warm-up'
  | 'schedule'
  | 'interval'
  | 'growth'
  /** The heap came near V8's limit. */
  | 'limit'
  /** A budget was passed. */
  | 'budget'
  | 'step'
  /** A run is about to begin, or has just ended; a session has closed. */
  | 'before-run'
  | 'after-run'
  | 'after-session'
  | 'manual'
  | 'end';

/** Why a program was gone before its last snapshot, as far as that can be told. */
export type EndCause = 'heap-full' | 'memory-full' | 'killed';

/** What an agent does, from the widest to the narrowest. A session is one conversation, a run one execution of the agent. */
export type SpanKind = 'session' | 'run' | 'step' | 'model' | 'tool';

/** The heap at the moment in which a span begins or ends. Bytes. */
export interface HeapReading {
  used: number;
  external: number;
  /** All that was allocated since it is counted. */
  allocated?: number;
  /** Global handles that V8 has made, less those that the program let go: each sample of the sampling profiler has one. */
  handles?: number;
}

/** One line of `events.ndjson`. `t` is milliseconds since the recording began (monotonic, wall time, pauses included). */
export type RecordingEvent =
  | {
      type: 'memory';
      t: number;
      heapUsed: number;
      heapTotal: number;
      external: number;
      arrayBuffers: number;
      rss: number;
      /** Cumulative bytes that the program has allocated, as the sampling profiler estimates it; where it runs. */
      allocated?: number;
      heap?: HeapReading;
      /** How many samples the sampling profiler had taken by then: the ordinal of the newest. */
      ordinal?: number;
    }
  | {
      type: 'gc';
      t: number;
      kind: 'scavenge' | 'mark-compact' | 'incremental' | 'weak' | 'minor-mark-sweep';
      pauseMs: number;
    }
  /** The program stood still for `ms` before `t`: at a breakpoint, say. */
  | { type: 'stopped'; t: number; ms: number }
  /** The end of step `step` (1-based), as the program, or who started it, tells. */
  | { type: 'step'; t: number; step: number; source: 'output' | 'mark'; name?: string }
  /** The agent begins something: seen at work, without a word of the program's. `parent` is the id of an earlier span. */
  | {
      type: 'span';
      t: number;
      id: number;
      kind: SpanKind;
      name?: string;
      parent?: number;
      /** Name of the session, where one is known. */
      session?: string;
      heap?: HeapReading;
    }
  | {
      type: 'span-end';
      t: number;
      id: number;
      failed?: true;
      model?: string;
      inputTokens?: number;
      outputTokens?: number;
      heap?: HeapReading;
    }
  /** A snapshot that is whole on disk. `t` is when the pause began. `step`: steps completed by then. */
  | {
      type: 'snapshot';
      t: number;
      index: number;
      file: string;
      bytes: number;
      pauseMs: number;
      reason: SnapshotReason;
      step?: number;
      /** Highest sampling-profile ordinal at that time: what is sampled later was born later. */
      ordinal?: number;
    }
  /** What a snapshot holds. */
  | ({ type: 'totals'; t: number; index: number } & TotalsFacts)
  /** A snapshot's file was deleted to keep within the disk budget. */
  | { type: 'snapshot-dropped'; t: number; index: number }
  /** A sampling heap profile (live samples) is whole on disk. */
  | { type: 'profile'; t: number; index: number; file: string; samplingInterval: number; ordinal: number }
  | ({
      type: 'process';
      t: number;
      event: 'start' | 'exit';
      role: 'target' | 'wrapper' | 'child' | 'worker';
      /** Of a worker, its process's. */
      pid: number;
      /** Of a worker: its thread. */
      thread?: number;
      ppid?: number;
      argv?: string[];
      exitCode?: number;
      signal?: string;
    } & ProcessStart)
  /** What the children and workers of the program take. */
  | { type: 'processes'; t: number; readings: ProcessReading[] }
  /** A container was watched in the running program. */
  | ({ type: 'watch'; t: number } & WatchFacts)
  /** The program passed a budget, or came back below it. */
  | ({ type: 'budget'; t: number } & BudgetCrossing)
  /** Garbage was collected by force, as a budget was passed: bytes before and after. */
  | {
      type: 'collected';
      t: number;
      budget: BudgetName;
      heapBefore: number;
      heapAfter: number;
      rssBefore: number;
      rssAfter: number;
    }
  /** A snapshot was left out: it would have needed more than there was. Bytes. A sampling profile stands in its place. */
  | {
      type: 'left-out';
      t: number;
      reason: SnapshotReason;
      lacks: 'memory' | 'disk';
      needed: number;
      available: number;
    }
  /** Object ids were reset (another client sent HeapProfiler.disable): snapshots before and after can't be compared by id. */
  | { type: 'id-reset'; t: number; beforeSnapshot: number }
  | { type: 'note'; t: number; level: 'info' | 'warning' | 'error'; message: string }
  | {
      type: 'end';
      t: number;
      reason: 'exit' | 'signal' | 'detached' | 'target-gone' | 'cancelled';
      cause?: EndCause;
      exitCode?: number;
      signal?: string;
    };

/** How a child process or worker was started. */
export interface ProcessStart {
  /** Who started it, nearest first: as of a wire-tap. */
  frames?: TapFrame[];
  /** The span within which it was started: an earlier event's id. */
  span?: number;
  /** Name of the session that started it. */
  session?: string;
}

/** One look at a child process or worker. Bytes. */
export interface ProcessReading {
  pid: number;
  thread?: number;
  rss?: number;
  /** Of a worker's own heap, where Node tells it. */
  heapUsed?: number;
  heapTotal?: number;
  /** Milliseconds of the recording: until then it was used, as far as can be seen. */
  used?: number;
  /** It speaks JSON-RPC over its standard input and output, as MCP servers do. */
  rpc?: true;
}

/** Values and limits are bytes, milliseconds or numbers, as the budget is. */
export interface BudgetCrossing {
  budget: BudgetName;
  /** `back`: it was below the lowest level, by a tenth, for a minute. */
  level: BudgetLevel | 'back';
  value: number;
  limit: number;
  /** Which site or session, where a budget is for each. */
  subject?: string;
}

/** What a snapshot holds, and what it gained since an earlier one. Bytes are shallow sizes. */
export interface TotalsFacts {
  nodes: number;
  edges: number;
  size: number;
  /** The highest id of an object of V8's own: what is born later has a higher one, or a dead one's. */
  newestId?: number;
  /** The snapshot before; absent for the first. */
  since?: number;
  /** Bytes since then: negative where it lost some. */
  gained?: number;
  /** Classes that gained most bytes since then, up to three. */
  gains?: ClassGain[];
}

export interface ClassGain {
  className: string;
  count: number;
  size: number;
}

/** One call on a stack, in the running text. Line and column count from 1. */
export interface TapFrame {
  /** As V8 names the script: a path for CommonJS. */
  url: string;
  line: number;
  column: number;
  function?: string;
}

export interface TapStack {
  inserts: number;
  /** Up to five, nearest first, without the runtime's own; then the first outside installed packages, if it is deeper. */
  frames: TapFrame[];
}

/** What a wire-tap on one container saw. */
export interface WatchFacts {
  /** V8's id of the owner that a verdict named, its class, and the finding's own id. */
  nodeId: number;
  className: string;
  finding: string;
  inserts: number;
  removes: number;
  /** What it gained, or lost, in ways that are not seen. */
  unseen: number;
  seconds: number;
  end: 'time' | 'stopped' | 'enough' | 'collected' | 'target-gone';
  stacks: TapStack[];
}

export interface SnapshotEntry {
  /** 1-based number; file is `snapshots/NNNN.heapsnapshot`. */
  index: number;
  file: string;
  bytes: number;
  /** Milliseconds since the recording began. */
  t: number;
  pauseMs: number;
  /** Milliseconds of the program's own time: `t` less all pauses that Heapline caused before, and the time in which it stood still. */
  activeMs: number;
  reason: SnapshotReason;
  step?: number;
  ordinal?: number;
  /** Known a moment after it was taken. */
  totals?: TotalsFacts;
}

/** `recording.json`: rewritten whole and atomically; where it is missing or cut off, events.ndjson says the same. */
export interface RecordingManifest {
  format: typeof RECORDING_FORMAT;
  heapline: string;
  /** ISO 8601. */
  createdAt: string;
  runtime: { name: 'node' | 'browser'; version: string; v8?: string; arch?: string; platform?: string };
  target: {
    command?: string[];
    cwd?: string;
    pid?: number;
    inspector?: string;
    /** Bytes: what V8 lets the heap have, and what the machine or container has. */
    heapLimit?: number;
    memoryLimit?: number;
  };
  options: Record<string, unknown>;
  snapshots: SnapshotEntry[];
  end?: { reason: string; cause?: EndCause; exitCode?: number; signal?: string; t: number };
}

/** One script of the target. Heap snapshots hold script ids only. */
export interface ScriptEntry {
  id: string;
  url: string;
  /** As V8 gives it; a `data:` URL is not kept here (the text in `source` carries it). */
  sourceMapUrl?: string;
  /** V8's content hash. */
  hash?: string;
  isModule?: boolean;
  /** Number of UTF-16 units. */
  length?: number;
  /** Where the running text differs from the file at `url` (or there is none): path in the recording, `sources/<hash>.js`. */
  source?: string;
}

/** `scripts.json`. */
export interface ScriptsFile {
  format: 'heapline-scripts/1';
  scripts: ScriptEntry[];
}
