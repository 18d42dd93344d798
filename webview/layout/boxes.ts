/** Boxes in boxes, as a treemap or in rows: where each lies. Pure. */

import { type HierarchyRectangularNode, hierarchy, partition, treemap } from 'd3';
import type { Site } from '../../src/protocol/findings.ts';
import type { SiteOrigin } from '../../src/protocol/wording.ts';

/** A part of what is shown, with what is in it. */
export interface Box {
  /** Of its own within a picture; begins with the key of the box that it is in. */
  key: string;
  name: string;
  /** A second line: its class, its function. */
  detail: string;
  /** Never less than all in it together. */
  size: number;
  /** How much of that has come since an earlier moment, where that is known. */
  growth?: number;
  /** Whose code it belongs to, as a person calls it: `src/memory.ts`, `openai`, `node:http`; empty where that is not known. */
  module: string;
  origin?: SiteOrigin;
  site?: Site;
  /** Several, or many small ones of any kind. */
  count: number;
  rest?: boolean;
  children: Box[];
  /** There is more in it than is here. */
  more?: boolean;
}

export type Shape = 'treemap' | 'icicle' | 'flame';

export interface PlacedBox {
  box: Box;
  x: number;
  y: number;
  width: number;
  height: number;
  /** 0 at the box that is shown whole. */
  depth: number;
  /** Its children are drawn in it, below its name. */
  opened: boolean;
}

export const ROW_HEIGHT = 22;
/** What is narrower than that is not drawn. */
const LEAST = 2;
const HEAD = 17;
/** Levels that a treemap shows at once. */
const TREEMAP_LEVELS = 4;
/** A box shows what is in it where there is so much room. */
const ROOM = { width: 46, height: 34 };

/** Boxes of a treemap, outer ones first. */
export function placeTreemap(root: Box, width: number, height: number): PlacedBox[] {
  const tree = hierarchy(root, (box) => box.children);
  tree.each((node) => Object.assign(node, { value: node.data.size }));
  const placed = treemap<Box>()
    .size([width, height])
    .paddingOuter(2)
    .paddingTop(HEAD)
    .paddingInner(1)
    .round(true)(tree as HierarchyRectangularNode<Box>);
  const boxes: PlacedBox[] = [];
  const add = (node: HierarchyRectangularNode<Box>): void => {
    const [w, h] = [node.x1 - node.x0, node.y1 - node.y0];
    if (w < LEAST || h < LEAST) return;
    const opened =
      node.depth < TREEMAP_LEVELS && w >= ROOM.width && h >= ROOM.height && node.data.children.length > 0;
    boxes.push({ box: node.data, x: node.x0, y: node.y0, width: w, height: h, depth: node.depth, opened });
    if (opened) for (const child of node.children ?? []) add(child);
  };
  add(placed);
  return boxes;
}

/**
 * Boxes in rows, each below (or, of flames, above) the one that it is in, as wide as it is large.
 * @returns the boxes and how high all rows together are
 */
export function placeRows(
  root: Box,
  width: number,
  upwards = false,
  most = 40,
): { boxes: PlacedBox[]; height: number } {
  const tree = hierarchy(root, (box) => box.children);
  tree.each((node) => Object.assign(node, { value: node.data.size }));
  const placed = partition<Box>().size([width, 1])(tree as HierarchyRectangularNode<Box>);
  const boxes: PlacedBox[] = [];
  let deepest = 0;
  const rest = [placed];
  for (let node = rest.pop(); node; node = rest.pop()) {
    const w = node.x1 - node.x0;
    if (w < LEAST || node.depth >= most) continue;
    deepest = Math.max(deepest, node.depth);
    boxes.push({
      box: node.data,
      x: node.x0,
      y: node.depth * ROW_HEIGHT,
      width: Math.max(1, w - 1),
      height: ROW_HEIGHT - 1,
      depth: node.depth,
      opened: node.data.children.length > 0,
    });
    for (const child of (node.children ?? []).toReversed()) rest.push(child);
  }
  const height = (deepest + 1) * ROW_HEIGHT;
  if (upwards) for (const box of boxes) box.y = height - ROW_HEIGHT - box.y;
  return { boxes, height };
}

/** The box of a key, and those that it is in, outermost first; the root alone for a key that is not there. */
export function wayToBox(root: Box, key: string): Box[] {
  const way = [root];
  for (;;) {
    const last = way[way.length - 1];
    if (last.key === key) return way;
    const next = last.children.find((child) => child.key === key || key.startsWith(`${child.key}/`));
    if (!next) return key.startsWith(root.key) && way.length > 1 ? way : [root];
    way.push(next);
  }
}

/** The same tree with other children of one box. */
export function withChildren(root: Box, key: string, children: Box[]): Box {
  if (root.key === key) return { ...root, children, more: false };
  return {
    ...root,
    children: root.children.map((child) =>
      child.key === key || key.startsWith(`${child.key}/`) ? withChildren(child, key, children) : child,
    ),
  };
}

/** Every box, outer ones first. */
export function everyBox(root: Box): Box[] {
  const boxes: Box[] = [];
  const rest = [root];
  for (let box = rest.pop(); box; box = rest.pop()) {
    boxes.push(box);
    for (let i = box.children.length - 1; i >= 0; i--) rest.push(box.children[i]);
  }
  return boxes;
}

export type Direction = 'in' | 'out' | 'next' | 'previous';

/** The box that a key leads to from another: the largest in it, the one around it, its neighbours. */
export function neighbour(root: Box, key: string, direction: Direction): Box | undefined {
  const way = wayToBox(root, key);
  const box = way[way.length - 1];
  if (direction === 'in') return box.children[0];
  const around = way[way.length - 2];
  if (!around) return undefined;
  if (direction === 'out') return around;
  return around.children[around.children.indexOf(box) + (direction === 'next' ? 1 : -1)];
}
