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

/** Totals by class, largest retained size first. Like DevTools, nodes of size 0 are passed over. */
export function aggregateByClass(heap: AnalysedHeap, classes: Classes): ClassAggregate[] {
  const { distances, dominators, retainedSizes, shallowSizes, order } = heap;
  const { names, ofNode } = classes;
  const counts = new Uint32Array(names.length);
  const shallow = new Float64Array(names.length);
  const retained = new Float64Array(names.length);
  const nearest = new Int32Array(names.length).fill(UNREACHABLE);
  // How many nodes of each class stand on the way down to the current one, which `path` holds.
  const above = new Uint32Array(names.length);
  const path = new Uint32Array(order.length);
  let depth = 0;

  for (let i = 0; i < order.length; i++) {
    const node = order[i];
    const dominator = dominators[node];
    while (depth > 0 && path[depth - 1] !== dominator) {
      const left = path[--depth];
      if (shallowSizes[left] > 0) above[ofNode[left]]--;
    }
    path[depth++] = node;
    if (shallowSizes[node] === 0) continue;
    const index = ofNode[node];
    counts[index]++;
    shallow[index] += shallowSizes[node];
    if (above[index]++ === 0) retained[index] += retainedSizes[node];
    const distance = distances[node];
    if (distance !== UNREACHABLE && (nearest[index] === UNREACHABLE || distance < nearest[index])) {
      nearest[index] = distance;
    }
  }

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
