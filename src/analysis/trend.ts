import { matchKinds } from './diff.ts';
import type { HeapDigest } from './digest.ts';

/** One class over the snapshots so far. Arrays are by snapshot, in the order of adding; sizes in bytes. */
export interface ClassTrend {
  className: string;
  counts: number[];
  sizes: number[];
  /** Of what the last snapshot holds, how much was first seen in each: all in the first bar what was there before. */
  survivorCounts: number[];
  survivorSizes: number[];
}

/**
 * Classes over N snapshots of a process. Digests are added oldest first; only the last one is kept, and for each of
 * its nodes the snapshot that its id (with that type and class) first stood in: 16 bytes a node.
 */
export class HeapTrend {
  private snapshots = 0;
  private readonly counts = new Map<string, number[]>();
  private readonly sizes = new Map<string, number[]>();
  private last?: HeapDigest;
  private births = new Uint32Array(0);

  add(digest: HeapDigest): void {
    this.births = this.birthsIn(digest);
    this.last = digest;
    const counts = new Float64Array(digest.kinds.length);
    const sizes = new Float64Array(digest.kinds.length);
    for (let i = 0; i < digest.ids.length; i++) {
      counts[digest.kindOf[i]]++;
      sizes[digest.kindOf[i]] += digest.sizes[i];
    }
    this.snapshots++;
    for (let kind = 0; kind < digest.kinds.length; kind++) {
      const { className } = digest.kinds[kind];
      this.row(this.counts, className)[this.snapshots - 1] += counts[kind];
      this.row(this.sizes, className)[this.snapshots - 1] += sizes[kind];
    }
  }

  /** One row for each class ever seen, by size in the last snapshot. */
  classes(): ClassTrend[] {
    const rows = new Map<string, ClassTrend>();
    for (const className of this.counts.keys()) {
      rows.set(className, {
        className,
        counts: this.row(this.counts, className),
        sizes: this.row(this.sizes, className),
        survivorCounts: new Array<number>(this.snapshots).fill(0),
        survivorSizes: new Array<number>(this.snapshots).fill(0),
      });
    }
    const { last } = this;
    if (last) {
      const rowOf = last.kinds.map(({ className }) => rows.get(className)!);
      for (let i = 0; i < last.ids.length; i++) {
        const row = rowOf[last.kindOf[i]];
        row.survivorCounts[this.births[i]]++;
        row.survivorSizes[this.births[i]] += last.sizes[i];
      }
    }
    return [...rows.values()].sort(
      (a, b) =>
        b.sizes[this.snapshots - 1] - a.sizes[this.snapshots - 1] || (a.className < b.className ? -1 : 1),
    );
  }

  /** Padded with 0 up to the snapshots so far. */
  private row(table: Map<string, number[]>, className: string): number[] {
    let row = table.get(className);
    if (!row) {
      row = [];
      table.set(className, row);
    }
    while (row.length < this.snapshots) row.push(0);
    return row;
  }

  private birthsIn(digest: HeapDigest): Uint32Array<ArrayBuffer> {
    const births = new Uint32Array(digest.ids.length).fill(this.snapshots);
    const { last } = this;
    if (!last) return births;
    const sameKind = matchKinds(last, digest);
    for (let i = 0, j = 0; i < last.ids.length && j < digest.ids.length; ) {
      if (last.ids[i] < digest.ids[j]) i++;
      else if (digest.ids[j] < last.ids[i]) j++;
      else {
        if (sameKind[last.kindOf[i]] === digest.kindOf[j]) births[j] = this.births[i];
        i++;
        j++;
      }
    }
    return births;
  }
}
