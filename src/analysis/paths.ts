import { makeEdgeFilter, SYSTEM_DISTANCE, UNREACHABLE } from './distances.ts';
import { weakMapTable } from './ephemerons.ts';
import type { AnalysedHeap } from './heap.ts';
import { type Kinds, kindsOf, ROOT } from './kinds.ts';
import { MinQueue } from './queue.ts';
import { edgeSource, type Retainers } from './retainers.ts';

/** A node on a retaining path and the edge that leads to it from the step before (from the root, at the first). */
export interface PathStep {
  readonly node: number;
  readonly edgeIndex: number;
}

/** Searches of other ways per path that is wanted: most retainers lead to one at once. */
const TRIES_PER_PATH = 16;

/**
 * Ways from a root to `node`, the shortest first, at most `max`. Each begins below the synthetic root, at a user root
 * or at a group like `(GC roots)`, and ends with `node`. The others differ from the first in who holds the node, then
 * in who holds its holder, and so on, and are the shortest such ways. None goes over weak edges, from a WeakMap's
 * table to a value (its key holds it) or through links of shared map descriptors. Empty where no root reaches `node`.
 */
export function retainingPaths(
  heap: AnalysedHeap,
  retainers: Retainers,
  node: number,
  max = 1,
): PathStep[][] {
  const search = new PathSearch(heap, retainers);
  const shortest = max > 0 ? search.find(node, new Set()) : undefined;
  if (!shortest) return [];
  const paths = [shortest];
  if (max === 1) return paths;
  let tries = max * TRIES_PER_PATH;
  const dominated = new Dominated(heap);
  // Step by step from the node towards the root: what else holds this step?
  for (let at = shortest.length - 1; at >= 0; at--) {
    const { node: held, edgeIndex } = shortest[at];
    const tail = shortest.slice(at + 1);
    const avoid = new Set(shortest.slice(at).map((step) => step.node));
    const isBelow = dominated.by(held);
    const holders = new Set([edgeSource(heap.graph, edgeIndex)]);
    for (const { source, edge } of search.holders(held)) {
      if (holders.has(source) || avoid.has(source) || isBelow(source)) continue;
      holders.add(source);
      if (tries-- === 0) return paths;
      const way = search.find(source, avoid);
      if (way) paths.push([...way, { node: held, edgeIndex: edge }, ...tail]);
      if (paths.length === max) return paths;
    }
  }
  return paths;
}

interface Holder {
  source: number;
  edge: number;
  /** Steps from a root, and a fraction by which a readable edge goes before an internal one. */
  cost: number;
}

/**
 * Shortest ways by A*, backwards from a node; the known distances are the estimate of what is left. Among ways of the
 * same length one over properties, elements and variables goes before one through V8's internals.
 */
class PathSearch {
  private readonly kinds: Kinds;
  private readonly counts: (node: number, edge: number) => boolean;

  constructor(
    private readonly heap: AnalysedHeap,
    private readonly retainers: Retainers,
  ) {
    this.kinds = kindsOf(heap.graph);
    this.counts = makeEdgeFilter(heap.graph, this.kinds);
  }

  /** The shortest way from a root to `node` without the nodes to avoid. */
  find(node: number, avoid: ReadonlySet<number>): PathStep[] | undefined {
    const { distances } = this.heap;
    if (distances[node] === UNREACHABLE || node === ROOT) return undefined;
    const queue = new MinQueue();
    const costs = new Map([[node, 0]]);
    /** The edge that leaves a node towards the goal. */
    const onward = new Map<number, number>();
    const done = new Set<number>();
    queue.push(node, distances[node]);
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (done.has(next)) continue;
      done.add(next);
      const rootEdge = this.rootEdge(next);
      if (rootEdge !== undefined) return this.trace(next, rootEdge, onward);
      for (const { source, edge, cost } of this.eachHolder(next)) {
        if (avoid.has(source) || done.has(source) || source === ROOT) continue;
        const total = costs.get(next)! + cost;
        if (total >= (costs.get(source) ?? Number.POSITIVE_INFINITY)) continue;
        costs.set(source, total);
        onward.set(source, edge);
        queue.push(source, total + distances[source]);
      }
    }
    return undefined;
  }

  /** What holds a node, nearest to a root first. */
  holders(node: number): Holder[] {
    const { distances } = this.heap;
    const rank = ({ source, cost }: Holder): number => distances[source] + cost;
    return [...this.eachHolder(node)]
      .filter(({ source }) => source !== ROOT)
      .sort((a, b) => rank(a) - rank(b));
  }

  private *eachHolder(node: number): Generator<Holder> {
    const { graph, distances } = this.heap;
    const { first, edges } = this.retainers;
    for (let i = first[node]; i < first[node + 1]; i++) {
      const edge = edges[i];
      const source = edgeSource(graph, edge);
      if (source === node || distances[source] === UNREACHABLE || !this.holds(source, edge)) continue;
      yield { source, edge, cost: 1 + this.penalty(source, edge) };
    }
  }

  /** The root's own edge to a node, where the shortest way is that edge. */
  private rootEdge(node: number): number | undefined {
    const { distances } = this.heap;
    if (distances[node] !== 1 && distances[node] !== SYSTEM_DISTANCE + 1) return undefined;
    const { first, edges } = this.retainers;
    const { firstEdges } = this.heap.graph;
    // The root is the first node, so its edges come first.
    return first[node] < first[node + 1] && edges[first[node]] < firstEdges[ROOT + 1]
      ? edges[first[node]]
      : undefined;
  }

  private holds(source: number, edge: number): boolean {
    const { graph } = this.heap;
    if (!this.counts(source, edge)) return false;
    if (graph.edgeTypes[edge] !== this.kinds.internalEdge) return true;
    return weakMapTable(graph, edge) !== graph.nodeIds[source];
  }

  private penalty(source: number, edge: number): number {
    const { edgeTypes, nodeTypes } = this.heap.graph;
    const inner = edgeTypes[edge] === this.kinds.internalEdge || edgeTypes[edge] === this.kinds.hiddenEdge;
    const type = nodeTypes[source];
    const system = type === this.kinds.hidden || type === this.kinds.code || type === this.kinds.objectShape;
    return (inner ? 1e-7 : 0) + (system ? 2e-7 : 0);
  }

  private trace(start: number, rootEdge: number, onward: ReadonlyMap<number, number>): PathStep[] {
    const steps = [{ node: start, edgeIndex: rootEdge }];
    let edge = onward.get(start);
    while (edge !== undefined) {
      const node = this.heap.graph.edgeTargets[edge];
      steps.push({ node, edgeIndex: edge });
      edge = onward.get(node);
    }
    return steps;
  }
}

/** Tells what a node dominates: that can't hold it. */
class Dominated {
  private readonly positions: Uint32Array;

  constructor(private readonly heap: AnalysedHeap) {
    this.positions = new Uint32Array(heap.order.length);
    for (let i = 0; i < heap.order.length; i++) this.positions[heap.order[i]] = i;
  }

  by(node: number): (other: number) => boolean {
    const { order, dominators } = this.heap;
    const start = this.positions[node];
    let end = start + 1;
    while (end < order.length && this.positions[dominators[order[end]]] >= start) end++;
    return (other) => this.positions[other] >= start && this.positions[other] < end;
  }
}
