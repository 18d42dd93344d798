import { computeShallowSizes } from '../analysis/shallow.ts';
import { classifyByShape, inferShapes, type Shape } from '../analysis/shapes.ts';
import type { HeapGraph } from '../heap/graph.ts';
import type { ClassTrendRow } from '../protocol/report.ts';

/** Counts and shallow bytes per class over snapshots that are seen in any order. */
export class ClassCounter {
  private readonly shapes = new Map<string, Shape>();
  private readonly table = new Map<string, ClassTrendRow>();

  constructor(private readonly snapshots: number) {}

  count(index: number, graph: HeapGraph): void {
    // A shape that is frequent in one of them is one in those that follow, too.
    for (const shape of inferShapes(graph))
      if (!this.shapes.has(shape.name)) this.shapes.set(shape.name, shape);
    const { names, ofNode } = classifyByShape(graph, [...this.shapes.values()]);
    const shallow = computeShallowSizes(graph);
    const counts = new Float64Array(names.length);
    const sizes = new Float64Array(names.length);
    for (let node = 0; node < ofNode.length; node++) {
      counts[ofNode[node]]++;
      sizes[ofNode[node]] += shallow[node];
    }
    names.forEach((className, i) => {
      if (!counts[i]) return;
      let row = this.table.get(className);
      if (!row) {
        const zeros = () => new Array<number>(this.snapshots).fill(0);
        row = { className, counts: zeros(), sizes: zeros() };
        this.table.set(className, row);
      }
      row.counts[index] += counts[i];
      row.sizes[index] += sizes[i];
    });
  }

  /** From snapshot `from` on; the `most` classes that gained most bytes, most first. */
  rows(from: number, most = 60): ClassTrendRow[] {
    const gain = (row: ClassTrendRow) => row.sizes[this.snapshots - 1] - row.sizes[from];
    return [...this.table.values()]
      .sort((a, b) => gain(b) - gain(a) || (a.className < b.className ? -1 : 1))
      .slice(0, most)
      .map((row) => ({
        className: row.className,
        counts: row.counts.slice(from),
        sizes: row.sizes.slice(from),
      }));
  }
}
