import { makeEdgeFilter, SYSTEM_DISTANCE, UNREACHABLE } from './distances.ts';
import { weakMapTable } from './ephemerons.ts';
import type { DominatedHeap } from './heap.ts';
import { type Kinds, kindsOf, ROOT } from './kinds.ts';
import { MinQueue } from './queue.ts';
import { edgeSource, type Retainers } from './retainers.ts';

/** What a search for paths needs of an analysed heap. */
export type HeapDistances = DominatedHeap & { readonly distances: Int32Array };

/** A node on a retaining path and the edge that leads to it from the step before (from the root, at the first). */
export interface PathStep {
  readonly node: number;
  readonly edgeIndex: number;
}

/** Searches of other ways per path that is wanted: most retainers lead to one at once. */
const TRIES_PER_PATH = 16;

/** How far up from the node other holders are looked for. */
const MOST_STEPS_UP = 32;

/** Steps by which another way may be longer than the shortest: round by a long list is no help to anyone. */
const MOST_DETOUR = 100;

/** What going from a WeakMap's key to its value costs more than a field, in steps. */
const WEAK_ENTRY = 1.5;

/** Edges looked at in the search of other ways: a way round the node may lead through half the heap. */
const MOST_EDGES = 1_000_000;

/**
 * Ways from a root to a node. Each begins below the synthetic root, at a user root or at a group like `(GC roots)`.
 * None goes over weak edges, from a WeakMap's table to a value (its key holds it) or through links of shared map
 * descriptors. One object serves many nodes: it is made with a look through all strings, and keeps 4 bytes a node
 * once other ways than the shortest were asked for.
 */
export class RetainingPaths {
  private readonly search: PathSearch;
  private dominated?: Dominated;

  constructor(
    private readonly heap: HeapDistances,
    retainers: Retainers,
  ) {
    this.search = new PathSearch(heap, retainers);
  }

  /**
   * At most `max` ways to `node`, each ending with it, the shortest first. The others differ from it in who holds the
   * node, then in who holds its holder, and so on, and are the shortest such ways, not the same again through the
   * store of its properties or elements; after a bounded search there may be fewer than there are. Empty where no root
   * reaches `node`.
   */
  to(node: number, max = 1): PathStep[][] {
    const shortest = max > 0 ? this.search.find(node) : undefined;
    if (!shortest) return [];
    const paths = [shortest];
    if (max === 1) return paths;
    const told = new Set([this.search.folded(shortest)]);
    let tries = max * TRIES_PER_PATH;
    const budget = { edges: MOST_EDGES };
    this.dominated ??= new Dominated(this.heap);
    // Step by step from the node towards the root: what else holds this step?
    const tail: PathStep[] = [];
    const avoid = new Set<number>();
    for (let at = shortest.length - 1; at >= 0 && tail.length < MOST_STEPS_UP; at--) {
      const { node: held, edgeIndex } = shortest[at];
      avoid.add(held);
      const isBelow = this.dominated.by(held);
      const holders = new Set([edgeSource(this.heap.graph, edgeIndex)]);
      for (const { source, edge } of this.search.holders(held)) {
        if (holders.has(source) || avoid.has(source) || isBelow(source)) continue;
        holders.add(source);
        if (this.heap.distances[source] % SYSTEM_DISTANCE > at + MOST_DETOUR) continue;
        if (tries-- === 0 || budget.edges <= 0) return paths;
        const way = this.search.find(source, avoid, budget);
        if (!way) continue;
        const path = [...way, { node: held, edgeIndex: edge }, ...tail];
        const folded = this.search.folded(path);
        if (told.has(folded)) continue;
        told.add(folded);
        paths.push(path);
        if (paths.length === max) return paths;
      }
      tail.unshift(shortest[at]);
    }
    return paths;
  }
}

/** `new RetainingPaths(heap, retainers).to(node, max)`, for one node: ask one object where there are more. */
export function retainingPaths(
  heap: HeapDistances,
  retainers: Retainers,
  node: number,
  max = 1,
): PathStep[][] {
  return new RetainingPaths(heap, retainers).to(node, max);
}

interface Holder {
  source: number;
  edge: number;
  /** Steps from a root, and a fraction by which a readable edge goes before an internal one. */
  cost: number;
}

/**
 * Shortest ways by A*, backwards from a node; the known distances are the estimate of what is left. A node is expanded
 * in two parts (after Yoshizumi, Miura, Ishida: A* with Partial Expansion, AAAI 2000): a module's scope has a holder in
 * each of its functions, and few of them lie on a shortest way. Among ways of the same length one over properties,
 * elements and variables goes before one through V8's internals.
 */
class PathSearch {
  private readonly kinds: Kinds;
  private readonly counts: (node: number, edge: number) => boolean;
  /** weakMapTable by the index of an edge's name. */
  private readonly tables = new Map<number, number | undefined>();

  constructor(
    private readonly heap: HeapDistances,
    private readonly retainers: Retainers,
  ) {
    this.kinds = kindsOf(heap.graph);
    this.counts = makeEdgeFilter(heap.graph, this.kinds);
  }

  /** The shortest way from a root to `node` without the nodes to avoid; undefined too where the budget is used up. */
  find(
    node: number,
    avoid: ReadonlySet<number> = new Set(),
    budget = { edges: Number.POSITIVE_INFINITY },
  ): PathStep[] | undefined {
    const { distances } = this.heap;
    if (distances[node] === UNREACHABLE || node === ROOT) return undefined;
    const queue = new MinQueue();
    const costs = new Map([[node, 0]]);
    /** The edge that leaves a node towards the goal. */
    const onward = new Map<number, number>();
    const done = new Set<number>();
    /** Nodes whose longer ways wait until all shorter ones have failed. */
    const longer = new Set<number>();
    queue.push(node, distances[node]);
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const again = longer.delete(next);
      if (done.has(next) && !again) continue;
      done.add(next);
      const most = again ? Number.POSITIVE_INFINITY : costs.get(next)! + distances[next] + 0.5;
      const rootEdge = this.rootEdge(next);
      if (rootEdge !== undefined) return this.trace(next, rootEdge, onward);
      budget.edges -= this.retainers.first[next + 1] - this.retainers.first[next];
      if (budget.edges < 0) return undefined;
      let rest = Number.POSITIVE_INFINITY;
      for (const { source, edge, cost } of this.eachHolder(next)) {
        if (avoid.has(source) || done.has(source) || source === ROOT) continue;
        const total = costs.get(next)! + cost;
        const length = total + distances[source];
        if (length > most) {
          rest = Math.min(rest, length);
          continue;
        }
        if (total >= (costs.get(source) ?? Number.POSITIVE_INFINITY)) continue;
        costs.set(source, total);
        onward.set(source, edge);
        queue.push(source, length);
      }
      if (rest < Number.POSITIVE_INFINITY) {
        longer.add(next);
        queue.push(next, rest);
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

  /** The nodes of a way as a person sees it: without the stores in which V8 keeps properties and elements. */
  folded(path: readonly PathStep[]): string {
    const { nodeTypes } = this.heap.graph;
    let within = false;
    const nodes = path.filter(({ node, edgeIndex }) => {
      const type = nodeTypes[node];
      const inner = type === this.kinds.array || type === this.kinds.hidden;
      within = inner && (within || this.leadsToStore(edgeIndex));
      return !within;
    });
    return nodes.map(({ node }) => node).join();
  }

  private leadsToStore(edge: number): boolean {
    const { edgeTypes, edgeNames, strings } = this.heap.graph;
    if (edgeTypes[edge] !== this.kinds.internalEdge) return false;
    const name = strings.get(edgeNames[edge]);
    return name === 'elements' || name === 'properties';
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
    return this.tableOf(edge) !== graph.nodeIds[source];
  }

  private tableOf(edge: number): number | undefined {
    const name = this.heap.graph.edgeNames[edge];
    if (!this.tables.has(name)) this.tables.set(name, weakMapTable(this.heap.graph, edge));
    return this.tables.get(name);
  }

  private penalty(source: number, edge: number): number {
    const { edgeTypes, nodeTypes } = this.heap.graph;
    const inner = edgeTypes[edge] === this.kinds.internalEdge || edgeTypes[edge] === this.kinds.hiddenEdge;
    const type = nodeTypes[source];
    const system = type === this.kinds.hidden || type === this.kinds.code || type === this.kinds.objectShape;
    // A variable or field says more than a WeakMap entry, also where it is a step further.
    const entry = edgeTypes[edge] === this.kinds.internalEdge && this.tableOf(edge) !== undefined;
    return (inner ? 1e-7 : 0) + (system ? 2e-7 : 0) + (entry ? WEAK_ENTRY : 0);
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

  constructor(private readonly heap: HeapDistances) {
    this.positions = new Uint32Array(heap.order.length);
    for (let i = 0; i < heap.order.length; i++) this.positions[heap.order[i]] = i;
  }

  by(node: number): (other: number) => boolean {
    const { positions } = this;
    const { order, dominators } = this.heap;
    const start = positions[node];
    let end = start + 1; // of the run behind the node, as far as it was looked at
    return (other) => {
      const position = positions[other];
      if (position < start) return false;
      while (end <= position && positions[dominators[order[end]]] >= start) end++;
      return position < end;
    };
  }
}
