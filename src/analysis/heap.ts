import { type Task, throwIfCancelled } from '../base/progress.ts';
import type { HeapGraph } from '../heap/graph.ts';
import { computeDistances } from './distances.ts';
import { computeDominators } from './dominators.ts';
import { findEphemerons } from './ephemerons.ts';
import { findEssentialEdges } from './essential.ts';
import { kindsOf, ROOT } from './kinds.ts';
import { computeShallowSizes } from './shallow.ts';

/** A graph and its dominator tree. All columns are by node ordinal. */
export interface DominatedHeap {
  readonly graph: HeapGraph;
  /** Ordinal of the immediate dominator; the root's is itself. */
  readonly dominators: Uint32Array;
  /** The dominator tree in preorder: a node is followed, in one run, by all that it dominates. */
  readonly order: Uint32Array;
}

/** What a graph's nodes weigh and who holds them. Sizes in bytes. */
export interface AnalysedHeap extends DominatedHeap {
  /** See computeDistances: 1 at a user root, SYSTEM_DISTANCE and more for what no user root reaches, UNREACHABLE. */
  readonly distances: Int32Array;
  readonly retainedSizes: Float64Array;
  /** As DevTools shows them, backing stores counted with their one owner: see computeShallowSizes. */
  readonly shallowSizes: Uint32Array | Float64Array;
}

/**
 * Distances, shallow sizes, dominators and retained sizes in the conventions of Chrome DevTools.
 * @throws HeaplineError `cancelled`
 */
export function analyseHeap(graph: HeapGraph, task?: Task): AnalysedHeap {
  const { dominators, order } = dominateHeap(graph, task);
  const distances = measureDistances(graph, task);
  begin(task, 'Adding up retained sizes');
  const shallowSizes = computeShallowSizes(graph);
  const retainedSizes = addUp(dominators, order, shallowSizes);
  return { graph, distances, dominators, retainedSizes, shallowSizes, order };
}

/** The dominator tree alone. @throws HeaplineError `cancelled` */
export function dominateHeap(graph: HeapGraph, task?: Task): DominatedHeap {
  begin(task, 'Building the dominator tree');
  const ephemerons = findEphemerons(graph, kindsOf(graph));
  const { dominators, order } = computeDominators(graph, findEssentialEdges(graph, ephemerons), ROOT);
  return { graph, dominators, order };
}

/** The distances alone: see computeDistances. @throws HeaplineError `cancelled` */
export function measureDistances(graph: HeapGraph, task?: Task): Int32Array {
  begin(task, 'Measuring distances');
  return computeDistances(graph, findEphemerons(graph, kindsOf(graph)));
}

function begin(task: Task | undefined, phase: string): void {
  throwIfCancelled(task);
  task?.report?.({ phase, done: 0 });
}

function addUp(dominators: Uint32Array, order: Uint32Array, sizes: Uint32Array | Float64Array): Float64Array {
  const retained = Float64Array.from(sizes);
  for (let i = order.length - 1; i > 0; i--) retained[dominators[order[i]]] += retained[order[i]];
  return retained;
}
