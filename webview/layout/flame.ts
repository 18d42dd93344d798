/** A sampled profile as flames, and the callers and callees of one function. Pure. */

import type { FlameFrame } from '../../src/protocol/pictures.ts';
import { siteLabel } from '../../src/protocol/wording.ts';
import type { Box } from './boxes.ts';
import { moduleOf } from './modules.ts';

export type FlameMeasure = 'live' | 'grown';

export interface FlameWords {
  all: string;
  rest: string;
  nameless: string;
}

/** Depth beyond which stacks are not followed for callers. */
const MOST_LEVELS = 60;

/** Frames as boxes: all that is live, or what of it came since the baseline. */
export function flameBoxes(root: FlameFrame, measure: FlameMeasure, words: FlameWords, cwd?: string): Box {
  const make = (frame: FlameFrame, key: string): Box => ({
    ...described(frame, key, words, cwd),
    size: sizeOf(frame, measure),
    ...(frame.grown !== undefined && measure === 'live' && { growth: frame.grown }),
    children: largestFirst(
      (frame.children ?? []).map((child, i) => make(child, `${key}/${i}`)).filter(({ size }) => size > 0),
    ),
  });
  return { ...make(root, 'all'), name: words.all };
}

/** Tells one function from others: by its name and place. */
export function functionKey(frame: Pick<FlameFrame, 'function' | 'site'>): string {
  return `${frame.function}\0${frame.site ? siteLabel(frame.site) : ''}`;
}

export interface Sandwich {
  /** The function, and in it who called it, and in these who called them. */
  callers: Box;
  /** The function, and in it what it called. */
  callees: Box;
}

/** What goes through one function, from both sides. What calls itself is counted once. Undefined where it is nowhere. */
export function sandwich(
  root: FlameFrame,
  wanted: string,
  measure: FlameMeasure,
  words: FlameWords,
  cwd?: string,
): Sandwich | undefined {
  const callers = new Merging();
  const callees = new Merging();
  let found: FlameFrame | undefined;
  const walk = (frame: FlameFrame, above: readonly FlameFrame[], inside: boolean): void => {
    const isIt = !frame.rest && functionKey(frame) === wanted && above.length > 0;
    if (isIt && !inside) {
      found ??= frame;
      const size = sizeOf(frame, measure);
      callers.add([frame, ...above.slice(1).toReversed()].slice(0, MOST_LEVELS), size);
      callees.addTree(frame, measure);
    }
    for (const child of frame.children ?? []) walk(child, [...above, frame], inside || isIt);
  };
  walk(root, [], false);
  if (!found) return undefined;
  return { callers: callers.box(words, cwd), callees: callees.box(words, cwd) };
}

interface Merged {
  frame: FlameFrame;
  size: number;
  below: Map<string, Merged>;
}

/** Stacks that begin with the same function, merged. */
class Merging {
  private readonly top: { below: Map<string, Merged> } = { below: new Map() };

  add(stack: readonly FlameFrame[], size: number): void {
    let at = this.top;
    for (const frame of stack) at = this.grow(at, frame, size);
  }

  addTree(root: FlameFrame, measure: FlameMeasure): void {
    const add = (around: { below: Map<string, Merged> }, frame: FlameFrame): void => {
      const at = this.grow(around, frame, sizeOf(frame, measure));
      for (const child of frame.children ?? []) add(at, child);
    };
    add(this.top, root);
  }

  box(words: FlameWords, cwd?: string): Box {
    const make = ({ frame, size, below }: Merged, key: string): Box => ({
      ...described(frame, key, words, cwd),
      size,
      children: largestFirst(
        [...below.values()].map((child, i) => make(child, `${key}/${i}`)).filter((box) => box.size > 0),
      ),
    });
    const [only] = this.top.below.values();
    return make(only, 'all');
  }

  private grow(around: { below: Map<string, Merged> }, frame: FlameFrame, size: number): Merged {
    const key = frame.rest ? 'rest' : functionKey(frame);
    let merged = around.below.get(key);
    if (!merged) {
      merged = { frame, size: 0, below: new Map() };
      around.below.set(key, merged);
    }
    merged.size += size;
    return merged;
  }
}

function described(
  { function: name, site, rest }: FlameFrame,
  key: string,
  words: FlameWords,
  cwd: string | undefined,
): Omit<Box, 'size' | 'children'> {
  const module = site && moduleOf(site, cwd);
  return {
    key,
    name: rest ? words.rest : name || words.nameless,
    detail: site ? siteLabel(site, cwd) : '',
    module: module?.name ?? '',
    ...(module && { origin: module.origin }),
    ...(site && { site }),
    count: 1,
    ...(rest && { rest }),
  };
}

function sizeOf({ size, grown = 0 }: FlameFrame, measure: FlameMeasure): number {
  return measure === 'live' ? size : grown;
}

/** The rest stays last. */
function largestFirst(boxes: Box[]): Box[] {
  return boxes.sort((a, b) => Number(a.rest ?? false) - Number(b.rest ?? false) || b.size - a.size);
}
