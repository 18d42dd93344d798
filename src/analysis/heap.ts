import { type Task, throwIfCancelled } from '../base/progress.ts';
import type { HeapGraph } from '../heap/graph.ts';
import { computeDistances } from './distances.ts';
import { computeDominators, type Dominators } from './dominators.ts';
import { type Ephemerons, findEphemerons } from './ephemerons.ts';
import { type FlowColumns, findEssentialEdges, flowColumns } from './essential.ts';
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
  readonly retainedSizes: Uint32Array | Float64Array;
  /** As DevTools shows them, backing stores counted with their one owner: see computeShallowSizes. */
  readonly shallowSizes: Uint32Array | Float64Array;
}

/**
 * Distances, shallow sizes, dominators and retained sizes in the conventions of Chrome DevTools.
 * @throws HeaplineError `cancelled`
 */
export function analyseHeap(graph: HeapGraph, task?: Task): AnalysedHeap {
  const ephemerons = findEphemerons(graph, kindsOf(graph));
  begin(task, 'Building the dominator tree');
  const tree = dominatorTree(flowColumns(graph, ephemerons));
  const distances = distancesIn(graph, ephemerons, task);
  return weighHeap(graph, tree, { distances, shallowSizes: computeShallowSizes(graph) }, task);
}

/** The dominator tree alone. @throws HeaplineError `cancelled` */
export function dominateHeap(graph: HeapGraph, task?: Task): DominatedHeap {
  begin(task, 'Building the dominator tree');
  const { dominators, order } = dominatorTree(flowColumns(graph, findEphemerons(graph, kindsOf(graph))));
  return { graph, dominators, order };
}

/** The distances alone: see computeDistances. @throws HeaplineError `cancelled` */
export function measureDistances(graph: HeapGraph, task?: Task): Int32Array {
  return distancesIn(graph, findEphemerons(graph, kindsOf(graph)), task);
}

/** The same where the entries of WeakMaps are known. @throws HeaplineError `cancelled` */
export function distancesIn(graph: HeapGraph, ephemerons: Ephemerons, task?: Task): Int32Array {
  begin(task, 'Measuring distances');
  return computeDistances(graph, ephemerons);
}

/** Of a graph's columns only, so that another thread can do it beside what else there is to do. */
export function dominatorTree(columns: FlowColumns): Dominators {
  const { bits, enclave } = findEssentialEdges(columns);
  return computeDominators(columns, bits, ROOT, enclave);
}

/** What is known without the dominator tree. */
export type WithoutTree = Pick<AnalysedHeap, 'distances' | 'shallowSizes'>;

/** Puts it together, with retained sizes. @throws HeaplineError `cancelled` */
export function weighHeap(
  graph: HeapGraph,
  { dominators, order }: Dominators,
  { distances, shallowSizes }: WithoutTree,
  task?: Task,
): AnalysedHeap {
  begin(task, 'Adding up retained sizes');
  const retainedSizes = addUp(dominators, order, shallowSizes);
  return { graph, distances, dominators, retainedSizes, shallowSizes, order };
}

function begin(task: Task | undefined, phase: string): void {
  throwIfCancelled(task);
  task?.report?.({ phase, done: 0 });
}

function addUp(
  dominators: Uint32Array,
  order: Uint32Array,
  sizes: Uint32Array | Float64Array,
): Uint32Array | Float64Array {
  let total = 0;
  for (let node = 0; node < sizes.length; node++) total += sizes[node];
  const retained = total < 2 ** 32 ? new Uint32Array(sizes) : new Float64Array(sizes);
  for (let i = order.length - 1; i > 0; i--) {
    const node = order[i];
    retained[dominators[node]] += retained[node];
  }
  return retained;
}
