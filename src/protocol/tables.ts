/** Rows that tables show: made by the engine, printed by the CLI and the views. Sizes in bytes. */

import type { PathEntry, Site } from './findings.ts';
import type { FlameFrame } from './pictures.ts';

export interface ClassRow {
  className: string;
  count: number;
  selfSize: number;
  /** Retained by all objects of the class together (no double counting). */
  retainedSize: number;
  /** Smallest distance from a root. */
  distance: number;
  /** Where the class is written, when the snapshot lies in a recording that knows its script. */
  site?: Site;
}

export interface ClassDiffRow {
  className: string;
  site?: Site;
  addedCount: number;
  removedCount: number;
  deltaCount: number;
  addedSize: number;
  removedSize: number;
  deltaSize: number;
}

export interface SnapshotSummary {
  file: string;
  fileBytes: number;
  nodeCount: number;
  edgeCount: number;
  /** Sum of self sizes. */
  totalSize: number;
  classes: ClassRow[];
  problems: string[];
  /** Why there are no retained sizes and distances: the rows hold shallow sizes and 0 in their place. */
  degraded?: string;
}

/** What a snapshot holds, without who retains whom. */
export interface SnapshotTotals {
  nodeCount: number;
  edgeCount: number;
  /** Sum of self sizes. */
  totalSize: number;
  /** The highest id of an object of V8's own. */
  newestId?: number;
  /** Largest first. */
  classes: Pick<ClassRow, 'className' | 'count' | 'selfSize'>[];
}

export interface SnapshotDiff {
  before: string;
  after: string;
  rows: ClassDiffRow[];
  /** 0 to 1: share of the objects of `before` found in `after` by id, type and class. */
  sharedIds: number;
  warnings: string[];
}

/** A step of a retaining path. */
export interface PathStepRow extends PathEntry {
  /** Steps left out before this one: the middle of a very long path. */
  omitted?: number;
}

export interface NodeDetails {
  nodeId: number;
  className: string;
  name: string;
  type: string;
  selfSize: number;
  retainedSize: number;
  distance: number;
  site?: Site;
  /** Each from a root to the node. */
  paths: PathStepRow[][];
}

export interface ProfileRow {
  function: string;
  /** Where the function is written. */
  site?: Site;
  /** Live bytes allocated by the function itself, and with all that it called (a recursive call counts once). */
  selfSize: number;
  totalSize: number;
}

/** A sampled allocation profile by function. */
export interface ProfileSummary {
  file: string;
  /** All live bytes that were sampled. */
  total: number;
  /** Largest own size first. */
  rows: ProfileRow[];
  /** The same as a tree of frames. In a recording it knows what was allocated after the first snapshot. */
  flame: FlameFrame;
}
