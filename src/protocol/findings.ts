/** The JSON contract `heapline-findings/1`. Its JSON Schema stands beside it: findings.schema.json. */

import type { BudgetLevel, BudgetName } from './budgets.ts';

export const FINDINGS_FORMAT = 'heapline-findings/1';

export type Verdict = 'leak' | 'no-leak' | 'inconclusive';

/** A place in source. Lines and columns count from 1. */
export interface Site {
  /** As the runtime names it: `file:///...`, `node:events`, `webpack://...`. */
  url: string;
  /** Path of the original source on this machine, where there is one. */
  path?: string;
  line: number;
  column: number;
  function?: string;
  /** How we know: `class`, `closure`, `syntax`, `allocation`, `path`, ... and, in words, why. */
  evidence?: string;
}

/** A line that inserts. */
export interface WatchedSite {
  /** Nearest to the insert, of all code that is not the runtime's own. */
  site: Site;
  /** Inserts from there, and their share of those whose line is known. */
  count: number;
  share: number;
  /** The commonest way there, nearest first: up to five. */
  stack: Site[];
  /** On it, the first line in the user's own code. */
  user?: Site;
}

/** A container watched in a running program: who inserts into it. */
export interface ContainerWatch {
  inserts: number;
  removes: number;
  /** What it gained, or lost, in ways that can't be seen: `a[i] = x`, `a.length = n`, `Array.prototype.push.call(a, x)`. */
  unseen: number;
  seconds: number;
  /** `enough`: so many inserts tell all. `collected`: the program let the container go. */
  end: 'time' | 'stopped' | 'enough' | 'collected' | 'target-gone';
  /** Most inserts first. */
  sites: WatchedSite[];
}

export interface PathEntry {
  /** Edge that leads here from the entry before, as a person reads it: `.history`, `[12]`, `(closure) cache`. Empty at the first. */
  edge: string;
  /** What a person would call it: `memory`, `agent.mjs`, `history[]`. */
  name: string;
  className: string;
  nodeId: number;
  site?: Site;
}

export interface SnapshotPoint {
  /** Snapshot number in the recording. */
  snapshot: number;
  /** Milliseconds of the program's own time (pauses by Heapline left out). */
  time: number;
  /** Steps completed, where they are known. */
  step?: number;
  bytes: number;
  objects: number;
}

/** What is counted as a step, where the program tells none: what its agent was seen to do. */
export type StepKind = 'model' | 'tool' | 'run' | 'session';

export interface FindingGrowth {
  /** Net bytes and objects gained from the baseline (the first snapshot after warm-up) to the last. */
  bytes: number;
  objects: number;
  /** Absent where no steps are known. */
  bytesPerStep?: number;
  objectsPerStep?: number;
  /** Absent where the program told its steps. */
  stepKind?: StepKind;
  bytesPerSecond?: number;
  objectsPerSecond?: number;
  perSnapshot: SnapshotPoint[];
}

export type FindingKind =
  | 'map'
  | 'set'
  | 'array'
  | 'dictionary'
  | 'listeners'
  | 'linked-list'
  | 'promise-chain'
  | 'timers'
  | 'closure'
  | 'object'
  | 'external-memory'
  | 'processes'
  | 'string'
  | 'unknown';

/** `left`: it runs on though who started it has ended, and nobody is seen to use it. `outlived`: it runs on without the program. */
export type ProcessState = 'running' | 'left' | 'outlived';

/** A child process or worker that runs. Times are milliseconds since the recording began. */
export interface ProcessRow {
  role: 'child' | 'worker';
  /** Of a worker, its process's. */
  pid: number;
  thread?: number;
  ppid?: number;
  /** As it was started, readable and short: `node server.js`; `worker 3`. */
  command: string;
  state: ProcessState;
  /** It speaks JSON-RPC over its standard input and output, as MCP servers do. */
  rpc?: true;
  started: number;
  /** Steps completed when it was started. */
  step?: number;
  /** What started it. */
  origin?: { kind: 'session' | 'run' | 'step' | 'model' | 'tool'; name?: string };
  /** The line that started it: the user's own, where it is known. */
  site?: Site;
  /** The last resident size known; of a worker, its heap. */
  bytes?: number;
}

/** What the program's memory gained, told apart. Bytes, negative where there is less. */
export interface MemoryParts {
  /** Over so many milliseconds of the program's own time. */
  ms: number;
  /** Live objects of JavaScript. */
  heap: number;
  buffers: number;
  /** What else V8 is told of. */
  external: number;
  /** Resident memory that is none of these, without what Heapline's own snapshots left behind. */
  native: number;
  /** The same a minute, where it keeps growing: over a minute at least, or from 100 MB on. */
  nativePerMinute?: number;
  /** Resident memory of child processes. */
  children: number;
}

export interface ProcessFacts {
  /** In sentences; names between backticks. */
  notes: string[];
  /** Those that ran at the last look, without use first; at most 100. */
  rows: ProcessRow[];
  /** So many more. */
  more?: number;
}

export interface Finding {
  /** A fingerprint, stable between runs of the same program. */
  id: string;
  /** One sentence: what grows, how fast, who stores it. */
  title: string;
  kind: FindingKind;
  /** 0 to 1. */
  confidence: number;
  /** Why we believe it, in sentences. */
  reasons: string[];
  owner: { className: string; name: string; nodeId: number; site?: Site };
  /** From a root to the growing container, and one entry for what it gains. */
  retainingPath: PathEntry[];
  growth: FindingGrowth;
  /** What it gains, by class, largest first. */
  gained: { className: string; objects: number; bytes: number }[];
  storeSite?: Site;
  /** Other places that may store it, best first. */
  otherStoreSites?: Site[];
  allocationSites: Site[];
  /** The first site in the user's own code (outside node_modules and node:). */
  userSite?: Site;
  advice: string[];
  /** The named rule it matches best: what agents commonly suffer from. */
  rule?: FindingRule;
  /** What the wire-tap saw in the running program. */
  proof?: ContainerWatch;
  /** Child processes or workers that it leaves running, at most 20. */
  processes?: ProcessRow[];
  /** Somebody decided that it may grow. It is listed under `ignored` then, and does not count. */
  ignored?: { reason: string; expires?: string };
}

export interface FindingRule {
  /** `conversation-history`, ...: its page is media/rules/ID.md. */
  id: string;
  /** As a heading: `Conversation history without a window`. */
  title: string;
}

/** Amounts are bytes, milliseconds or numbers, as the budget is. */
export interface PassedBudget {
  budget: BudgetName;
  /** The highest that was passed. */
  level: BudgetLevel;
  /** When it was passed first; of what the analysis found, at the last snapshot. */
  value: number;
  limit: number;
  /** Which owner, cache, site or session, where a budget is for each. */
  subject?: string;
  /** Milliseconds since the recording began; absent for what the analysis found. */
  t?: number;
  /** How often it was passed. */
  times: number;
  /** It came back below, and stayed so. */
  back?: true;
  /** What a forced collection gave back when it was passed: bytes before and after. */
  collected?: { heapBefore: number; heapAfter: number; rssBefore: number; rssAfter: number };
}

export interface Findings {
  format: typeof FINDINGS_FORMAT;
  /** Version of Heapline that made this. */
  engine: string;
  runtime: { name: string; version: string };
  verdict: Verdict;
  /** 0 to 1. */
  confidence: number;
  reasons: string[];
  growth: {
    bytes: number;
    bytesPerStep?: number;
    bytesPerSecond?: number;
    steps?: number;
    /** Absent where the program told its steps. */
    stepKind?: StepKind;
    seconds: number;
    /**
     * 0 to 1: how sure it is that there is an upward trend: 1 - p of the one-sided Mann-Kendall test over the snapshots.
     * Of the first finding; without findings, of all live objects.
     */
    slopeConfidence: number;
  };
  /** By growth, what no code of yours or of a package is seen to hold last. */
  findings: Finding[];
  /** What would be among the findings, had nobody decided to ignore it (.heapline/ignore.json). */
  ignored?: Finding[];
  /** The program's child processes and workers; absent where it had none. */
  processes?: ProcessFacts;
  /** Where memory grew, in the heap and elsewhere; absent where nothing is known. */
  memoryParts?: MemoryParts;
  /** Budgets that the program passed, alerts first. */
  budgets?: PassedBudget[];
  /** Growth that was looked at and found not to be a leak, with why: shown, not counted. */
  notLeaks?: { name: string; bytes: number; reason: string }[];
}
