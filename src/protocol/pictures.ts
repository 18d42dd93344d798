/** What pictures are drawn from: bounded trees and graphs, made by the engine. Sizes in bytes. Texts come from programs. */
import type { Site } from './findings.ts';

/**
 * A part of the dominator tree: one object, or siblings of one class, or (`rest`) siblings that are too small to be
 * told apart. What is in `children` is retained by it alone.
 */
export interface DominatorBox {
  /** Absent for several. */
  nodeId?: number;
  /** Absent for the rest. */
  className?: string;
  /** By what its dominator leads to it, where it does so itself: `.history`. */
  edge?: string;
  count: number;
  selfSize: number;
  retainedSize: number;
  /** What the same retained in the earlier snapshot, where one was asked for: 0 for what was not there. */
  before?: number;
  /** Of several of a class: the largest retained size among them. With the class it tells them from larger ones. */
  upTo?: number;
  /** Where its class or function is written. */
  site?: Site;
  /** The file of code that it belongs to, where it has no site: of a scope, its functions'. */
  file?: string;
  /** Largest first, the rest last. */
  children?: DominatorBox[];
  /** There is more in it than is told: ask with `at`. */
  more?: true;
}

/** Where a question begins: at an object (the root where absent), and from there in groups of siblings. */
export interface BoxAddress {
  nodeId?: number;
  /** `upTo` as in their box. */
  groups?: { className: string; upTo: number }[];
}

/** Boxes and levels that are given at most. */
export const MOST_BOXES = 2000;
export const MOST_LEVELS = 24;

/** Ways from a root to one object or to several, merged: a graph without doubles. */
export interface PathGraph {
  /** The first ones are where ways begin. */
  nodes: PathGraphNode[];
  edges: PathGraphEdge[];
  /** How many objects were asked for, and to how many of them ways were followed. */
  objects: number;
  followed: number;
}

/** An object, or several of a class that are held in the same way. */
export interface PathGraphNode {
  /** Of the first of them. */
  nodeId: number;
  /** How many the ways go through. */
  count: number;
  /** What a person would call it: `memory`, `history[]`. */
  name: string;
  className: string;
  /** Retained by the first of them. */
  retainedSize: number;
  site?: Site;
  /** It was asked for. */
  target?: true;
}

export interface PathGraphEdge {
  /** Places in `nodes`. */
  from: number;
  to: number;
  /** `.history`, `[12]`, `[…]` for several elements. */
  edge: string;
  /** V8's type. */
  edgeType: string;
  /** How many ways go along it. */
  count: number;
  /** Steps left out: the middle of a very long way. */
  omitted?: number;
}

/** Frames of a sampled allocation profile, by what they and what they called allocated that is alive. */
export interface FlameFrame {
  /** Empty where it has no name. */
  function: string;
  site?: Site;
  /** With all that it called. */
  size: number;
  selfSize: number;
  /** Of these, what was allocated after the baseline, where that is known. */
  grown?: number;
  selfGrown?: number;
  /** Frames too small to be told apart. */
  rest?: true;
  /** Largest first, the rest last. */
  children?: FlameFrame[];
}
