/** Rows of a tree, some of them unfolded, as one long list: found by their number without making them. Pure. */

/** Rows of one parent. Those that were not asked for yet are undefined. */
export interface Branch<T> {
  /** Undefined while it is not known. */
  total?: number;
  at(place: number): T | undefined;
  /** Those that are unfolded, by their place. */
  readonly open: Map<number, Branch<T>>;
  /** Why there are none. */
  error?: string;
  /** Asks for the rows around one. Settles when they are there, or have failed. */
  load?(place: number): Promise<void>;
}

export interface Row<T> {
  branch: Branch<T>;
  /** Places of the rows that it lies in, and its own; -1 where a note stands in place of rows. */
  path: number[];
  item?: T;
}

/** Of rows that are all there. */
export function localBranch<T>(rows: readonly T[]): Branch<T> {
  return { total: rows.length, at: (place) => rows[place], open: new Map() };
}

/** How many rows it takes, with what is unfolded; one where there is only a note. */
export function lengthOf(branch: Branch<unknown>): number {
  if (!branch.total) return 1;
  let sum = branch.total;
  for (const inner of branch.open.values()) sum += lengthOf(inner);
  return sum;
}

/** @param index from 0 to before `lengthOf` */
export function rowAt<T>(branch: Branch<T>, index: number, above: readonly number[] = []): Row<T> {
  if (!branch.total) return { branch, path: [...above, -1] };
  let rest = index;
  let from = 0;
  for (const place of places(branch)) {
    if (rest <= place - from) break;
    rest -= place - from + 1;
    const inner = branch.open.get(place)!;
    const length = lengthOf(inner);
    if (rest < length) return rowAt(inner, rest, [...above, place]);
    rest -= length;
    from = place + 1;
  }
  return { branch, path: [...above, from + rest], item: branch.at(from + rest) };
}

/** The number of the row at a path; that of the nearest above it where it is folded. */
export function indexOf(branch: Branch<unknown>, [place, ...below]: readonly number[]): number {
  let index = Math.max(0, place);
  for (const [open, inner] of branch.open) if (open < place) index += lengthOf(inner);
  const inner = below.length ? branch.open.get(place) : undefined;
  return inner ? index + 1 + indexOf(inner, below) : index;
}

/** The branch that a path's last place is in; undefined where it is folded. */
export function branchAt<T>(root: Branch<T>, path: readonly number[]): Branch<T> | undefined {
  let branch: Branch<T> | undefined = root;
  for (const place of path.slice(0, -1)) branch = branch?.open.get(place);
  return branch;
}

/** Paths of all that is unfolded, outer ones first. */
export function openPaths(branch: Branch<unknown>, above: readonly number[] = []): number[][] {
  return places(branch).flatMap((place) => [
    [...above, place],
    ...openPaths(branch.open.get(place)!, [...above, place]),
  ]);
}

function places(branch: Branch<unknown>): number[] {
  return [...branch.open.keys()].sort((a, b) => a - b);
}

/** Browsers lay out no more than some 33 million pixels. */
const MOST_PIXELS = 16e6;

/** How a list of any length is scrolled: beyond what a browser lays out, its pixels stand for more. */
export function scaleOf(rows: number, rowHeight: number, view: number): { height: number; scale: number } {
  const whole = rows * rowHeight;
  const height = Math.min(whole, MOST_PIXELS);
  return { height, scale: whole > height ? (whole - view) / (height - view) : 1 };
}
