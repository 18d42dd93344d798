/** What is known of one snapshot, each part worked out when it is first asked for. */
import {
  aggregateByClass,
  type ClassAggregate,
  type ClassSums,
  sumByClass,
} from '../../analysis/aggregates.ts';
import type { Classes } from '../../analysis/classes.ts';
import type { AnalysedHeap, WithoutTree } from '../../analysis/heap.ts';
import { classifyByShape } from '../../analysis/shapes.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { Task } from '../../base/progress.ts';
import type { HeapGraph } from '../../heap/graph.ts';
import { analyseByTwo } from '../heap-by-two.ts';
import type { Place } from '../places.ts';
import type { SecondCore } from '../second-core.ts';
import { classPlaces } from '../snapshot-sites.ts';

/** Totals of one class, and where it is written. */
export interface ClassTotals extends ClassAggregate {
  place?: Place;
}

/** The columns of a snapshot: made from its file, or read again from where they were kept. */
export interface HeapColumns extends Disposable {
  readonly graph: HeapGraph;
  /** Whether they need not be worked out any more. */
  readonly analysed: boolean;
  /** Sum of self sizes. */
  readonly totalSize: number;
  /** Memory that all of it takes now. */
  readonly bytes: number;
  /** To be awaited before the methods below. @throws HeaplineError `cancelled`, `too-large` */
  ready(task?: Task): Promise<void>;
  heap(): AnalysedHeap;
  /** Plain objects by their shapes. */
  classes(): Classes;
  /** Largest retained size first. */
  classTotals(): readonly ClassTotals[];
}

interface Named {
  classes: Classes;
  sums: ClassSums;
  /** By index in `classes.names`. */
  places: Map<number, Place>;
}

interface Analysed extends Named {
  heap: AnalysedHeap;
}

/** Of a graph that was just read. */
export class FreshColumns implements HeapColumns {
  readonly totalSize: number;
  private known?: Analysed;
  private totals?: ClassTotals[];

  /** @param core for work beside, where there is a second core */
  constructor(
    readonly graph: HeapGraph,
    private readonly core?: SecondCore,
  ) {
    let total = 0;
    for (let node = 0; node < graph.nodeCount; node++) total += graph.nodeSelfSizes[node];
    this.totalSize = total;
  }

  get analysed(): boolean {
    return this.known !== undefined;
  }

  get bytes(): number {
    const { graph, known } = this;
    const own = columnBytes(graph) + graph.strings.byteLength;
    return own + columnBytes(known?.heap, graph) + columnBytes(known?.classes);
  }

  async ready(task?: Task): Promise<void> {
    if (this.known) return;
    const { graph } = this;
    const named = (known: WithoutTree): Named => {
      const classes = classifyByShape(graph);
      return { classes, sums: sumByClass(known, classes), places: classPlaces(graph, classes) };
    };
    const { heap, done } = await analyseByTwo(graph, named, task, this.core);
    this.known ??= { heap, ...done };
  }

  heap(): AnalysedHeap {
    return this.asked().heap;
  }

  classes(): Classes {
    return this.asked().classes;
  }

  classTotals(): readonly ClassTotals[] {
    this.totals ??= totalsOf(this.asked());
    return this.totals;
  }

  dispose(): void {}

  private asked(): Analysed {
    if (!this.known) throw new Error('The columns were not made ready.');
    return this.known;
  }
}

function totalsOf({ heap, classes, sums, places }: Analysed): ClassTotals[] {
  const byName = new Map([...places].map(([index, place]) => [classes.names[index], place]));
  return aggregateByClass(heap, classes, sums).map((row) => {
    const place = byName.get(row.className);
    return place ? { ...row, place } : row;
  });
}

/** Bytes of the typed arrays in an object and in the objects in it; those that `besides` has, too, are left out. */
export function columnBytes(columns: object | undefined, besides?: object): number {
  const known = new Set<unknown>(Object.values(besides ?? {}));
  let sum = 0;
  for (const column of Object.values(columns ?? {})) {
    if (known.has(column) || column === besides) continue;
    if (ArrayBuffer.isView(column)) sum += column.byteLength;
    else if (column && typeof column === 'object' && !Array.isArray(column)) {
      for (const inner of Object.values(column)) if (ArrayBuffer.isView(inner)) sum += inner.byteLength;
    }
  }
  return sum;
}
