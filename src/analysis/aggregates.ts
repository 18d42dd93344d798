import type { Classes } from './classes.ts';
import { UNREACHABLE } from './distances.ts';
import type { AnalysedHeap } from './heap.ts';

/** All nodes of one class. Sizes in bytes. */
export interface ClassAggregate {
  className: string;
  /** Nodes that have a size of their own: what is counted with its owner is not counted again. */
  count: number;
  shallowSize: number;
  /** Retained by all of them together: a node below another of its class in the dominator tree adds nothing. */
  retainedSize: number;
  /** Smallest distance from a root; UNREACHABLE where no root reaches any of them. */
  distance: number;
}

/** By class: what can be told without the dominator tree. Sizes in bytes. */
export interface ClassSums {
  readonly counts: Uint32Array;
  readonly shallow: Float64Array;
  /** As ClassAggregate's distance. */
  readonly nearest: Int32Array;
}

/** Like DevTools, nodes of size 0 are passed over. */
export function sumByClass(
  { distances, shallowSizes }: Pick<AnalysedHeap, 'distances' | 'shallowSizes'>,
  { names, ofNode }: Classes,
): ClassSums {
  const counts = new Uint32Array(names.length);
  const shallow = new Float64Array(names.length);
  const nearest = new Int32Array(names.length).fill(UNREACHABLE);
  for (let node = 0; node < ofNode.length; node++) {
    const size = shallowSizes[node];
    if (size === 0) continue;
    const index = ofNode[node];
    counts[index]++;
    shallow[index] += size;
    const distance = distances[node];
    if (distance !== UNREACHABLE && (nearest[index] === UNREACHABLE || distance < nearest[index])) {
      nearest[index] = distance;
    }
  }
  return { counts, shallow, nearest };
}

/** Totals by class, largest retained size first. Like DevTools, nodes of size 0 are passed over. */
export function aggregateByClass(
  heap: AnalysedHeap,
  classes: Classes,
  { counts, shallow, nearest }: ClassSums = sumByClass(heap, classes),
): ClassAggregate[] {
  const { names } = classes;
  const retained = retainedByClass(heap, classes);
  const rows: ClassAggregate[] = [];
  for (let index = 0; index < names.length; index++) {
    if (counts[index] === 0) continue;
    rows.push({
      className: names[index],
      count: counts[index],
      shallowSize: shallow[index],
      retainedSize: retained[index],
      distance: nearest[index],
    });
  }
  return rows.sort((a, b) => b.retainedSize - a.retainedSize || (a.className < b.className ? -1 : 1));
}

function retainedByClass(heap: AnalysedHeap, { names, ofNode }: Classes): Float64Array {
  const { dominators, retainedSizes, shallowSizes, order } = heap;
  const none = names.length;
  const retained = new Float64Array(none + 1);
  // How many nodes of each class stand on the way down to the current one. That way: nodes and their classes by turns.
  const above = new Uint32Array(none + 1);
  const path = new Uint32Array(2 * order.length);
  let depth = 0;
  for (let i = 0; i < order.length; i++) {
    const node = order[i];
    const dominator = dominators[node];
    while (depth > 0 && path[depth - 2] !== dominator) {
      depth -= 2;
      above[path[depth + 1]]--;
    }
    const index = shallowSizes[node] === 0 ? none : ofNode[node];
    path[depth] = node;
    path[depth + 1] = index;
    depth += 2;
    if (above[index]++ === 0) retained[index] += retainedSizes[node];
  }
  return retained;
}
