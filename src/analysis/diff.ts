import type { HeapDigest } from './digest.ts';

/** What changed in one class between two snapshots of a process. Sizes in bytes. */
export interface ClassDiff {
  className: string;
  addedCount: number;
  removedCount: number;
  addedSize: number;
  removedSize: number;
  /** Added less removed. */
  deltaCount: number;
  deltaSize: number;
}

export interface HeapDiff {
  /** Classes that changed, largest growth first. */
  rows: ClassDiff[];
  /** 0 to 1: share of the earlier snapshot's ids found in the later. */
  sharedIds: number;
  /**
   * 0 to 1: share of those with another type or class. 0.36 and more was measured of other processes and after ids
   * were reset (V8 then hands the same numbers out anew), next to 0 within a process.
   */
  changedKinds: number;
}

/**
 * The difference by node id, as DevTools' comparison has it: an id on one side only was removed or added; on both
 * sides with another type or class, both. A node that only changed its size did not change. V8 hands ids of dead
 * objects on to new ones: net deltas are exact, added and removed are not less than what they say.
 */
export function diffHeaps(before: HeapDigest, after: HeapDigest): HeapDiff {
  const rows = new Map<string, ClassDiff>();
  const rowsOf = (digest: HeapDigest): ClassDiff[] =>
    digest.kinds.map(({ className }) => {
      let row = rows.get(className);
      if (!row) {
        row = emptyRow(className);
        rows.set(className, row);
      }
      return row;
    });
  const oldRows = rowsOf(before);
  const newRows = rowsOf(after);
  const sameKind = matchKinds(before, after);
  const remove = (i: number): void => {
    const row = oldRows[before.kindOf[i]];
    row.removedCount++;
    row.removedSize += before.sizes[i];
  };
  const add = (j: number): void => {
    const row = newRows[after.kindOf[j]];
    row.addedCount++;
    row.addedSize += after.sizes[j];
  };

  let shared = 0;
  let changed = 0;
  let i = 0;
  let j = 0;
  while (i < before.ids.length && j < after.ids.length) {
    const [oldId, newId] = [before.ids[i], after.ids[j]];
    if (oldId < newId) remove(i++);
    else if (newId < oldId) add(j++);
    else {
      shared++;
      if (sameKind[before.kindOf[i]] !== after.kindOf[j]) {
        changed++;
        remove(i);
        add(j);
      }
      i++;
      j++;
    }
  }
  while (i < before.ids.length) remove(i++);
  while (j < after.ids.length) add(j++);

  for (const row of rows.values()) {
    row.deltaCount = row.addedCount - row.removedCount;
    row.deltaSize = row.addedSize - row.removedSize;
  }
  return {
    rows: [...rows.values()]
      .filter((row) => row.addedCount > 0 || row.removedCount > 0)
      .sort((a, b) => b.deltaSize - a.deltaSize || (a.className < b.className ? -1 : 1)),
    sharedIds: before.ids.length > 0 ? shared / before.ids.length : 0,
    changedKinds: shared > 0 ? changed / shared : 0,
  };
}

function emptyRow(className: string): ClassDiff {
  return {
    className,
    addedCount: 0,
    removedCount: 0,
    addedSize: 0,
    removedSize: 0,
    deltaCount: 0,
    deltaSize: 0,
  };
}

/** For each kind of one digest, the number of the same kind in another, or -1. */
function matchKinds(from: HeapDigest, to: HeapDigest): Int32Array {
  const key = ({ type, className }: { type: string; className: string }): string => `${type} ${className}`;
  const indexes = new Map(to.kinds.map((kind, index) => [key(kind), index]));
  return Int32Array.from(from.kinds, (kind) => indexes.get(key(kind)) ?? -1);
}
