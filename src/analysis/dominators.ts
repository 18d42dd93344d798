import { type Bits, clearBit, getBit } from './bits.ts';

/** A graph for the dominator algorithm: edges of node n are firstEdges[n] .. firstEdges[n + 1] - 1. */
export interface FlowGraph {
  readonly nodeCount: number;
  readonly firstEdges: Uint32Array;
  readonly edgeTargets: Uint32Array;
}

export interface Dominators {
  /** Immediate dominator of each node; the root's is itself. */
  readonly dominators: Uint32Array;
  /** All nodes, a dominator before what it dominates. */
  readonly order: Uint32Array;
}

/**
 * Immediate dominators over the edges whose bit is set. As DevTools has it, nodes without such an edge into them hang
 * off the root as if it led to them, and what still can't be reached (rings that nothing leads to) is dominated by
 * the root alone; the bits of edges out of such rings are cleared.
 *
 * Lengauer, Tarjan: A fast algorithm for finding dominators in a flowgraph, TOPLAS 1 (1979), the simple version with
 * path compression: O(m log n) on every graph. (Semi-NCA is a hair faster, but quadratic on a long list whose values
 * are also held elsewhere.) No recursion. Vertices are numbered from 1 in depth-first order. To save memory one array
 * is a vertex's parent and, once it is linked, its ancestor; one is the chain of its bucket and then its dominator.
 */
export function computeDominators(graph: FlowGraph, essential: Bits, root: number): Dominators {
  const { nodeCount } = graph;
  const { vertexOf, numberOf, ancestor, cursor, count, incoming } = depthFirst(graph, essential, root);
  const { first, sources } = predecessors(graph, essential, vertexOf, numberOf, count, incoming);
  const stack = cursor; // the search is done with it; a path to compress is no longer than it

  const semi = new Uint32Array(count + 1);
  const label = new Uint32Array(count + 1);
  for (let v = 1; v <= count; v++) semi[v] = label[v] = v;
  const buckets = new Uint32Array(count + 1);
  const dom = new Uint32Array(count + 1);
  let linked = count + 1; // vertices from here on are linked

  /** For a linked vertex: that of least semidominator on its way up to the root of its tree, without that root. */
  const evaluate = (start: number): number => {
    let v = start;
    let depth = 0;
    while (ancestor[v] >= linked) {
      stack[depth++] = v;
      v = ancestor[v];
    }
    const top = ancestor[v];
    let best = label[v];
    while (depth > 0) {
      const w = stack[--depth];
      if (semi[best] < semi[label[w]]) label[w] = best;
      else best = label[w];
      ancestor[w] = top;
    }
    return best;
  };

  for (let w = count; w > 1; w--) {
    const parent = ancestor[w];
    let least = parent;
    for (let i = first[w]; i < first[w + 1]; i++) {
      const v = sources[i];
      const candidate = v < w ? v : semi[evaluate(v)];
      if (candidate < least) least = candidate;
    }
    semi[w] = least;
    linked = w;
    if (least === parent) dom[w] = parent;
    else {
      dom[w] = buckets[least];
      buckets[least] = w;
    }
    let v = buckets[parent];
    buckets[parent] = 0;
    while (v !== 0) {
      const next = dom[v];
      const u = evaluate(v);
      dom[v] = semi[u] < semi[v] ? u : parent;
      v = next;
    }
  }

  const dominators = new Uint32Array(nodeCount).fill(root);
  for (let w = 2; w <= count; w++) {
    if (dom[w] !== semi[w]) dom[w] = dom[dom[w]];
    dominators[vertexOf[w]] = vertexOf[dom[w]];
  }
  return { dominators, order: preorder(dominators, vertexOf, numberOf, count) };
}

interface Search {
  /** Node of each vertex number; [0] is unused. */
  vertexOf: Uint32Array;
  /** Vertex number of each node, 0 where it was not reached. */
  numberOf: Uint32Array;
  /** Vertex number of each vertex's parent, 0 for the root. */
  ancestor: Uint32Array;
  cursor: Uint32Array;
  /** Vertices reached. */
  count: number;
  /** Essential edges into each node, from nodes reached. */
  incoming: Uint32Array;
}

function depthFirst(graph: FlowGraph, essential: Bits, root: number): Search {
  const { nodeCount, firstEdges, edgeTargets } = graph;
  const vertexOf = new Uint32Array(nodeCount + 1);
  const numberOf = new Uint32Array(nodeCount);
  const ancestor = new Uint32Array(nodeCount + 1);
  const cursor = new Uint32Array(nodeCount);
  const incoming = new Uint32Array(nodeCount);
  for (let edge = 0, end = firstEdges[nodeCount]; edge < end; edge++) {
    if (getBit(essential, edge)) incoming[edgeTargets[edge]]++;
  }

  let count = 0;
  const enter = (node: number, parent: number): void => {
    numberOf[node] = ++count;
    vertexOf[count] = node;
    ancestor[count] = parent;
    cursor[node] = firstEdges[node];
  };
  const search = (start: number, parent: number): void => {
    enter(start, parent);
    let node = start;
    for (;;) {
      const end = firstEdges[node + 1];
      let edge = cursor[node];
      while (edge < end && (numberOf[edgeTargets[edge]] !== 0 || !getBit(essential, edge))) edge++;
      cursor[node] = edge + 1;
      if (edge < end) {
        enter(edgeTargets[edge], numberOf[node]);
        node = edgeTargets[edge];
      } else if (node === start) return;
      else node = vertexOf[ancestor[numberOf[node]]];
    }
  };
  search(root, 0);
  for (let node = 0; node < nodeCount; node++) {
    if (numberOf[node] === 0 && incoming[node] === 0) search(node, numberOf[root]);
  }
  for (let node = 0; count < nodeCount && node < nodeCount; node++) {
    if (numberOf[node] !== 0) continue;
    for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
      if (!getBit(essential, edge)) continue;
      clearBit(essential, edge);
      incoming[edgeTargets[edge]]--;
    }
  }
  return { vertexOf, numberOf, ancestor, cursor, count, incoming };
}

/** Sources (vertex numbers) of the essential edges into vertex w: sources[first[w]] .. sources[first[w + 1] - 1]. */
function predecessors(
  graph: FlowGraph,
  essential: Bits,
  vertexOf: Uint32Array,
  numberOf: Uint32Array,
  count: number,
  incoming: Uint32Array,
): { first: Uint32Array; sources: Uint32Array } {
  const { firstEdges, edgeTargets } = graph;
  const first = new Uint32Array(count + 2);
  let total = 0;
  for (let w = 1; w <= count; w++) {
    total += incoming[vertexOf[w]];
    first[w] = total; // its end; filling from behind moves it to its start
  }
  first[count + 1] = total;
  const sources = new Uint32Array(total);
  for (let v = 1; v <= count; v++) {
    const node = vertexOf[v];
    for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
      if (getBit(essential, edge)) sources[--first[numberOf[edgeTargets[edge]]]] = v;
    }
  }
  return { first, sources };
}

/** The dominator tree in preorder. Vertices come in depth-first order, so a dominator before what it dominates. */
function preorder(
  dominators: Uint32Array,
  vertexOf: Uint32Array,
  numberOf: Uint32Array,
  count: number,
): Uint32Array {
  const nodeCount = dominators.length;
  const root = vertexOf[1];
  const subtree = new Uint32Array(nodeCount).fill(1);
  for (let v = count; v > 1; v--) subtree[dominators[vertexOf[v]]] += subtree[vertexOf[v]];
  const order = new Uint32Array(nodeCount);
  // Where the next child of a node goes: right behind it, then behind the children placed before.
  const next = new Uint32Array(nodeCount);
  order[0] = root;
  next[root] = 1;
  const place = (node: number): void => {
    const dominator = dominators[node];
    const position = next[dominator];
    next[dominator] += subtree[node];
    order[position] = node;
    next[node] = position + 1;
  };
  for (let v = 2; v <= count; v++) place(vertexOf[v]);
  for (let node = 0; count < nodeCount && node < nodeCount; node++) if (numberOf[node] === 0) place(node);
  return order;
}
