import { type Task, throwIfCancelled } from '../base/progress.ts';
import type { HeapGraph } from '../heap/graph.ts';
import { computeDistances } from './distances.ts';
import { computeDominators } from './dominators.ts';
import { findEphemerons } from './ephemerons.ts';
import { findEssentialEdges } from './essential.ts';
import { kindsOf, ROOT } from './kinds.ts';
import { computeShallowSizes } from './shallow.ts';

/** What a graph's nodes weigh and who holds them. All columns are by node ordinal, sizes in bytes. */
export interface AnalysedHeap {
  readonly graph: HeapGraph;
  /** See computeDistances: 1 at a user root, SYSTEM_DISTANCE and more for what no user root reaches, UNREACHABLE. */
  readonly distances: Int32Array;
  /** Ordinal of the immediate dominator; the root's is itself. */
  readonly dominators: Uint32Array;
  readonly retainedSizes: Float64Array;
  /** As DevTools shows them, backing stores counted with their one owner: see computeShallowSizes. */
  readonly shallowSizes: Uint32Array | Float64Array;
  /** The dominator tree in preorder: a node is followed, in one run, by all that it dominates. */
  readonly order: Uint32Array;
}

/**
 * Distances, shallow sizes, dominators and retained sizes in the conventions of Chrome DevTools.
 * @throws HeaplineError `cancelled`
 */
export function analyseHeap(graph: HeapGraph, task?: Task): AnalysedHeap {
  const phase = (name: string): void => {
    throwIfCancelled(task);
    task?.report?.({ phase: name, done: 0 });
  };
  phase('Reading WeakMap entries');
  const ephemerons = findEphemerons(graph, kindsOf(graph));
  // First what takes most memory.
  phase('Building the dominator tree');
  const { dominators, order } = computeDominators(graph, findEssentialEdges(graph, ephemerons), ROOT);
  phase('Measuring distances');
  const distances = computeDistances(graph, ephemerons);
  phase('Adding up retained sizes');
  const shallowSizes = computeShallowSizes(graph);
  const retainedSizes = addUp(dominators, order, shallowSizes);
  return { graph, distances, dominators, retainedSizes, shallowSizes, order };
}

function addUp(dominators: Uint32Array, order: Uint32Array, sizes: Uint32Array | Float64Array): Float64Array {
  const retained = Float64Array.from(sizes);
  for (let i = order.length - 1; i > 0; i--) retained[dominators[order[i]]] += retained[order[i]];
  return retained;
}
