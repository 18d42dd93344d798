/**
 * What a snapshot that is open in the engine is asked, and the rows that it answers with: ranges, never a graph.
 * Sizes in bytes. Nodes are told by V8's id within their snapshot. Texts come from the program's users.
 */
import type { Site } from './findings.ts';
import type { BoxAddress, DominatorBox, PathGraph } from './pictures.ts';
import type { ClassRow, PathStepRow } from './tables.ts';

/** Which rows are wanted: `count` of them from `start` on. At most MOST_ROWS are given at once. */
export interface Range {
  start: number;
  count: number;
}

export const MOST_ROWS = 1000;

/** A range of rows. */
export interface Rows<T> {
  /** How many there are in all. */
  total: number;
  /** The first one's place among them. */
  start: number;
  rows: T[];
}

/** Rows of nodes also tell what all of them weigh together. */
export interface NodeRows extends Rows<NodeRow> {
  selfSize: number;
  /** Retained by all of them together (no double counting). */
  retainedSize: number;
}

export interface NodeRow {
  nodeId: number;
  className: string;
  /** V8's type: `object`, `string`, `closure`, ... */
  type: string;
  /** What is in it, in a line: `{role: "user", content: "How do I…"}`, `"text"`, `Array(3)`. */
  preview: string;
  selfSize: number;
  retainedSize: number;
  /** Edges from a root; 100,000,000 and more where none of the program's own leads there, -1 where none does at all. */
  distance: number;
  detached?: true;
}

/** A node and the edge by which it is reached, or (among retainers) by which it holds. */
export interface EdgeRow {
  /** As a person reads it: `.history`, `[12]`, `(closure) cache`. */
  edge: string;
  /** V8's type: `property`, `element`, `context`, `internal`, `weak`, ... */
  edgeType: string;
  node: NodeRow;
}

/** Who holds a node, by an edge. */
export interface HolderRow extends EdgeRow {
  /** What a person would call it. */
  name: string;
  /** Where its class or function is written. */
  site?: Site;
}

/** A snapshot, seen whole. */
export interface HeapInfo {
  file: string;
  fileBytes: number;
  nodeCount: number;
  edgeCount: number;
  /** Sum of self sizes. */
  totalSize: number;
  /** What was odd in the file. */
  problems: string[];
}

/** A realm: the main program's, or one of node:vm. */
export interface RealmRow {
  nodeId: number;
  name: string;
  /** Of the objects that belong to it. */
  selfSize: number;
  retainedSize: number;
}

export interface Realms {
  /** One where there is no more than the program's own. */
  realms: RealmRow[];
  sharedSize: number;
  /** Of no realm. */
  otherSize: number;
}

/** Everything about one node but its neighbours. */
export interface NodeInfo extends NodeRow {
  /** V8's name for it, for a string its text: 100 kB of it at most. */
  name: string;
  /** Where its class or function is written. */
  site?: Site;
  /** Absent at the root. */
  dominator?: NodeRow;
  edgeCount: number;
  retainerCount: number;
  /** How many nodes it dominates at once. */
  dominatedCount: number;
  /** Where the heap has several: the one it belongs to, or `shared`. */
  realm?: { nodeId: number; name: string } | 'shared';
}

export type NodeSort = 'retainedSize' | 'selfSize' | 'distance' | 'nodeId';

export interface Sort<K extends string> {
  by: K;
  /** Largest first unless told; `distance` and `nodeId` smallest first. */
  ascending?: boolean;
}

/** All conditions hold. `parseQuery` makes one of text. */
export interface NodeQuery {
  /** The class, exactly. */
  className?: string;
  /** A regular expression that the class name matches. */
  classPattern?: string;
  /** A regular expression that V8's name for the node matches: the text of a string, the name of a function. */
  namePattern?: string;
  /** V8's type. */
  type?: string;
  minSelfSize?: number;
  maxSelfSize?: number;
  minRetainedSize?: number;
  maxRetainedSize?: number;
  minDistance?: number;
  maxDistance?: number;
  detached?: boolean;
  /** Has properties of these names (V8 leaves out those whose values are small numbers). */
  properties?: string[];
  /** Is dominated, at any depth, by an object of this class, or by `@id`. */
  heldBy?: string;
  /** Is not in the other snapshot that the question names, as far as ids tell. */
  isNew?: boolean;
}

/** The most of a text that is given at once, in UTF-16 units. */
export const MOST_TEXT = 50_000;

/** A part of a string's text. V8 itself may have cut it. */
export interface TextPart {
  /** Of the whole, in UTF-16 units. */
  total: number;
  start: number;
  text: string;
}

/** Strings of one text. */
export interface StringRow {
  /** One of them. */
  nodeId: number;
  preview: string;
  count: number;
  /** Of all of them. */
  selfSize: number;
  /** What all but one take. */
  wasted: number;
}

export interface StringRows extends Rows<StringRow> {
  wasted: number;
}

export type ClassSort = 'className' | 'count' | 'selfSize' | 'retainedSize' | 'distance';

/** `retainers`: weak ones, too. `dominated`: what goes when the node goes, one level; each of them retains its own. */
export type HeapQuestions = {
  info: { params: object; result: HeapInfo };
  /** Largest retained size first unless told. `filter`: a part of the name, in any case. */
  classes: {
    params: { range: Range; sort?: Sort<ClassSort>; filter?: string };
    result: Rows<ClassRow>;
  };
  realms: { params: object; result: Realms };
  /** Largest retained size first unless told. @throws `usage` for a pattern that is none */
  nodes: {
    /** `before`: the other snapshot, for `isNew`. */
    params: { query: NodeQuery; range: Range; sort?: Sort<NodeSort>; before?: string };
    result: NodeRows;
  };
  /** Texts of which there are several strings, most wasted first. */
  strings: { params: { range: Range }; result: StringRows };
  /** @throws `not-found` for an id that the snapshot has not; so do all that follow */
  node: { params: { nodeId: number }; result: NodeInfo };
  /** What it leads to, as in the file unless told. */
  /** A string's text. */
  text: { params: { nodeId: number; range: Range }; result: TextPart };
  fields: { params: { nodeId: number; range: Range; sort?: Sort<NodeSort> }; result: Rows<EdgeRow> };
  /** Who leads to it, nearest to a root first unless told. */
  retainers: { params: { nodeId: number; range: Range; sort?: Sort<NodeSort> }; result: Rows<EdgeRow> };
  dominated: { params: { nodeId: number; range: Range; sort?: Sort<NodeSort> }; result: NodeRows };
  /** Up to `most` distinct ways from a root to it, shortest first. */
  paths: { params: { nodeId: number; most: number }; result: PathStepRow[][] };
  /**
   * The dominator tree from an object, or a group of siblings, down: so many levels and boxes at most, what is largest
   * first. `before`: an earlier snapshot of the process, for `DominatorBox.before`.
   */
  boxes: {
    params: { at?: BoxAddress; levels?: number; most?: number; before?: string };
    result: DominatorBox;
  };
  /** Up to `most` ways to one object, or one way to each of up to `most` objects that a query finds, merged. */
  pathGraph: { params: { of: number | NodeQuery; most: number }; result: PathGraph };
  /** As `retainers`, with what a graph tells of each. */
  holders: { params: { nodeId: number; range: Range }; result: Rows<HolderRow> };
};

export const HEAP_QUESTIONS: readonly (keyof HeapQuestions)[] = [
  'info',
  'classes',
  'realms',
  'nodes',
  'strings',
  'node',
  'text',
  'fields',
  'retainers',
  'dominated',
  'paths',
  'boxes',
  'pathGraph',
  'holders',
];

/** The engine's methods for them: `heap/nodes` of `{file, ...}`. A file is read once and kept for more questions. */
export type HeapMethods = {
  [K in keyof HeapQuestions as `heap/${K}`]: {
    params: { file: string } & HeapQuestions[K]['params'];
    result: HeapQuestions[K]['result'];
  };
};
