import { type Bits, getBit, makeBits, setBit } from './bits.ts';

/** A graph for the dominator algorithm: edges of node n are firstEdges[n] .. firstEdges[n + 1] - 1. */
export interface FlowGraph {
  readonly nodeCount: number;
  readonly firstEdges: Uint32Array;
  readonly edgeTargets: Uint32Array;
}

export interface Dominators {
  /** Immediate dominator of each node; the root's is itself. */
  readonly dominators: Uint32Array;
  /** All nodes, the dominator tree in preorder. */
  readonly order: Uint32Array;
}

/**
 * Immediate dominators over the edges whose bit is set. As DevTools has it, nodes without such an edge into them hang
 * off the root as if it led to them, and what still can't be reached (rings that nothing leads to) is dominated by
 * the root alone.
 *
 * Lengauer, Tarjan: A fast algorithm for finding dominators in a flowgraph, TOPLAS 1 (1979), the simple version with
 * path compression: O(m log n) on every graph. (Semi-NCA is a hair faster, but quadratic on a long list whose values
 * are also held elsewhere.) No recursion. Vertices are numbered from 1 in depth-first order.
 */
export function computeDominators(graph: FlowGraph, essential: Bits, root: number): Dominators {
  const search = depthFirst(graph, essential, root);
  const { vertexOf } = search;
  const dom = dominatorsByVertex(graph, essential, search);
  const dominators = new Uint32Array(graph.nodeCount).fill(root);
  for (let w = 2; w < vertexOf.length; w++) dominators[vertexOf[w]] = vertexOf[dom[w]];
  return { dominators, order: preorder(dominators, search) };
}

/** The dominator of each vertex but the first. Uses up the search's numbers, parents and cursors. */
function dominatorsByVertex(graph: FlowGraph, essential: Bits, search: Search): Uint32Array {
  const count = search.vertexOf.length - 1;
  const { first, sources } = predecessors(graph, essential, search);
  // Four arrays do two duties, for memory's sake. Parents become ancestors where a vertex is linked. Numbers are used
  // up, so they become semidominators. What leads to w + 1 was looked at before w has a dominator, which takes its
  // place there; until then w waits there in the chain of its bucket. And a vertex has a label from where it is
  // linked on; before, the head of its own bucket, which is empty when it is linked.
  const ancestor = search.parents;
  const semi = search.numbers;
  for (let v = 0; v <= count; v++) semi[v] = v;
  const dom = first.subarray(1);
  const label = new Uint32Array(count + 1);
  const buckets = label;
  let linked = count + 1; // vertices from here on are linked

  /** For a linked vertex: that of least semidominator on its way up to the root of its tree, without that root. */
  const evaluate = (start: number): number => {
    let v = start;
    let below = 0; // the way back down: each ancestor on the way is turned round
    while (ancestor[v] >= linked) {
      const up = ancestor[v];
      ancestor[v] = below;
      below = v;
      v = up;
    }
    const top = ancestor[v];
    let best = label[v];
    while (below > 0) {
      const w = below;
      below = ancestor[w];
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
    label[w] = w;
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
  for (let w = 2; w <= count; w++) if (dom[w] !== semi[w]) dom[w] = dom[dom[w]];
  return dom;
}

interface Search {
  /** Node of each vertex; [0] is unused. */
  vertexOf: Uint32Array;
  /** Vertex of each node, 0 where it was not reached; one entry too many. */
  numbers: Uint32Array;
  /** Vertex above each vertex, 0 for the root. */
  parents: Uint32Array;
  /** Of no use once the search is done, with room for two more. */
  cursors: Uint32Array;
  unreached: number[];
}

function depthFirst(graph: FlowGraph, essential: Bits, root: number): Search {
  const { nodeCount, firstEdges, edgeTargets } = graph;
  // One block: the C library keeps middling ones for itself when they are free, and gives large ones back.
  const block = new Uint32Array(4 * (nodeCount + 2));
  const [vertexOf, numbers, parents, cursors] = [0, 1, 2, 3].map((i) =>
    block.subarray(i * (nodeCount + 2), (i + 1) * (nodeCount + 2)),
  );
  let count = 0;
  const enter = (node: number, parent: number): void => {
    numbers[node] = ++count;
    vertexOf[count] = node;
    parents[count] = parent;
    cursors[node] = firstEdges[node];
  };
  const search = (start: number, parent: number): void => {
    enter(start, parent);
    let node = start;
    for (;;) {
      const end = firstEdges[node + 1];
      let edge = cursors[node];
      while (edge < end && (numbers[edgeTargets[edge]] !== 0 || !getBit(essential, edge))) edge++;
      cursors[node] = edge + 1;
      if (edge < end) {
        enter(edgeTargets[edge], numbers[node]);
        node = edgeTargets[edge];
      } else if (node === start) return;
      else node = vertexOf[parents[numbers[node]]];
    }
  };

  search(root, 0);
  const unreached: number[] = [];
  if (count < nodeCount) {
    const ledTo = makeBits(nodeCount);
    for (let edge = 0, end = firstEdges[nodeCount]; edge < end; edge++) {
      if (getBit(essential, edge)) setBit(ledTo, edgeTargets[edge]);
    }
    for (let node = 0; node < nodeCount; node++) {
      if (numbers[node] === 0 && !getBit(ledTo, node)) search(node, numbers[root]);
    }
    for (let node = 0; node < nodeCount; node++) if (numbers[node] === 0) unreached.push(node);
  }
  return { vertexOf: vertexOf.subarray(0, count + 1), numbers, parents, cursors, unreached };
}

/**
 * Vertices that lead to vertex w: sources[first[w]] .. sources[first[w + 1] - 1], its parent apart, nor any that was
 * not reached.
 */
function predecessors(
  graph: FlowGraph,
  essential: Bits,
  { vertexOf, numbers, parents, cursors }: Search,
): { first: Uint32Array; sources: Uint32Array } {
  const { firstEdges, edgeTargets } = graph;
  const count = vertexOf.length - 1;
  const first = cursors.fill(0);
  for (let v = 1; v <= count; v++) {
    const node = vertexOf[v];
    for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
      const w = numbers[edgeTargets[edge]];
      if (parents[w] !== v && getBit(essential, edge)) first[w]++;
    }
  }
  let total = 0;
  for (let w = 0; w <= count + 1; w++) {
    total += first[w];
    first[w] = total; // its end; filling from behind moves it to its start
  }
  const sources = new Uint32Array(total);
  for (let v = 1; v <= count; v++) {
    const node = vertexOf[v];
    for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
      const w = numbers[edgeTargets[edge]];
      if (parents[w] !== v && getBit(essential, edge)) sources[--first[w]] = v;
    }
  }
  return { first, sources };
}

/** The dominator tree in preorder. Vertices come in depth-first order, so a dominator before what it dominates. */
function preorder(dominators: Uint32Array, { vertexOf, unreached, numbers, parents }: Search): Uint32Array {
  const nodeCount = dominators.length;
  const count = vertexOf.length - 1;
  const subtree = numbers.fill(1);
  for (let v = count; v > 1; v--) subtree[dominators[vertexOf[v]]] += subtree[vertexOf[v]];
  const order = new Uint32Array(nodeCount);
  // Where the next child of a node goes: right behind it, then behind the children placed before.
  const next = parents.fill(0);
  order[0] = vertexOf[1];
  next[vertexOf[1]] = 1;
  const place = (node: number): void => {
    const dominator = dominators[node];
    const position = next[dominator];
    next[dominator] += subtree[node];
    order[position] = node;
    next[node] = position + 1;
  };
  for (let v = 2; v <= count; v++) place(vertexOf[v]);
  for (const node of unreached) place(node);
  return order;
}
