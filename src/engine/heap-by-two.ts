/** Graphs analysed by two threads: the second builds the dominator tree, half of the work, beside the rest. */
import type { Dominators } from '../analysis/dominators.ts';
import { type Ephemerons, findEphemerons } from '../analysis/ephemerons.ts';
import { flowColumns } from '../analysis/essential.ts';
import {
  type AnalysedHeap,
  type DominatedHeap,
  distancesIn,
  dominatorTree,
  type WithoutTree,
  weighHeap,
} from '../analysis/heap.ts';
import { kindsOf } from '../analysis/kinds.ts';
import { computeShallowSizes } from '../analysis/shallow.ts';
import { HeaplineError } from '../base/errors.ts';
import { type Task, throwIfCancelled } from '../base/progress.ts';
import type { HeapGraph } from '../heap/graph.ts';
import { garbageCollector } from './collect.ts';
import type { SecondCore } from './second-core.ts';

/** Smaller graphs are analysed sooner than they are handed over. */
const LARGE_GRAPH = 500_000;
/** Of more nodes, sizes and classes come when the tree's room is free again: memory is scarcer than time there. */
const MOST_BESIDE = 8_000_000;

/**
 * See analyseHeap. `meanwhile` is done on this thread, with what is known without the tree, and beside it where there is
 * a second core and the graph is not very large.
 * @throws HeaplineError `cancelled`, `too-large`
 */
export async function analyseByTwo<T>(
  graph: HeapGraph,
  meanwhile: (known: WithoutTree) => T,
  task?: Task,
  core?: SecondCore,
): Promise<{ heap: AnalysedHeap; done: T }> {
  const collect = graph.nodeCount >= LARGE_GRAPH ? garbageCollector() : undefined;
  const ephemerons = findEphemerons(graph, kindsOf(graph));
  // What is left of reading goes before most memory is taken, and so does what distances took.
  collect?.();
  const tree = beginTree(graph, ephemerons, task, core);
  collect?.();
  const distances = distancesIn(graph, ephemerons, task);
  collect?.();
  const besides = (): { known: WithoutTree; done: T } => {
    const known = { distances, shallowSizes: computeShallowSizes(graph) };
    return { known, done: meanwhile(known) };
  };
  const early = graph.nodeCount <= MOST_BESIDE ? besides() : undefined;
  const built = await tree();
  const { known, done } = early ?? besides();
  const heap = weighHeap(graph, built, known, task);
  return { heap, done };
}

/** See dominateHeap; `meanwhile` is done beside it. @throws HeaplineError `cancelled`, `too-large` */
export async function dominateByTwo(
  graph: HeapGraph,
  meanwhile: () => void,
  task?: Task,
  core?: SecondCore,
): Promise<DominatedHeap> {
  const tree = beginTree(graph, findEphemerons(graph, kindsOf(graph)), task, core);
  meanwhile();
  const { dominators, order } = await tree();
  return { graph, dominators, order };
}

/** @returns what gives the tree: it is built on this thread where nobody else does */
function beginTree(
  graph: HeapGraph,
  ephemerons: Ephemerons,
  task: Task | undefined,
  core: SecondCore | undefined,
): () => Promise<Dominators> {
  throwIfCancelled(task);
  task?.report?.({ phase: 'Building the dominator tree', done: 0 });
  const columns = flowColumns(graph, ephemerons);
  const beside = graph.nodeCount >= LARGE_GRAPH ? core?.run('dominatorTree', columns) : undefined;
  if (!beside) {
    // At once: later there is more in memory.
    const tree = dominatorTree(columns);
    return () => Promise.resolve(tree);
  }
  return async () => {
    const tree = await beside.catch((error: unknown) => {
      // The thread died: what it had to do can still be done here.
      if (HeaplineError.is(error, 'internal')) return undefined;
      throw error;
    });
    throwIfCancelled(task);
    return tree ?? dominatorTree(columns);
  };
}
