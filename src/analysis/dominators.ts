import { type Bits, getBit, makeBits, setBit } from './bits.ts';

/** A graph for the dominator algorithm: edges of node n are firstEdges[n] .. firstEdges[n + 1] - 1. */
export interface FlowGraph {
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly firstEdges: Uint32Array;
  readonly edgeTargets: Uint32Array;
}

export interface Dominators {
  /** Immediate dominator of each node; the root's is itself. */
  readonly dominators: Uint32Array;
  /** All nodes, the dominator tree in preorder. */
  readonly order: Uint32Array;
}

/** A part of the graph that lives by itself: edges from outside into it do not count, but for the root's. */
export interface Enclave {
  /** Where it begins: nodes that the root leads to. What they lead to over essential edges is within. */
  readonly entries: Uint32Array;
  /**
   * Takes from the essential edges those that lead in from outside. `reached` is not 0 for the root and what is within.
   * @returns whether more leads in than the root and what was reached
   */
  close(reached: Uint32Array): boolean;
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
export function computeDominators(
  graph: FlowGraph,
  essential: Bits,
  root: number,
  enclave?: Enclave,
): Dominators {
  if (graph.nodeCount === 0) return { dominators: new Uint32Array(0), order: new Uint32Array(0) };
  const search = new Search(graph, essential);
  search.run(root, enclave);
  dominatorsByVertex(search);
  return treeOf(search);
}

/** Marks a list's only entry. */
const ALONE = 2 ** 31;
/** How far up the search looks for a vertex that more than one edge leads to. */
const MOST_LIFT = 16;

/**
 * The depth-first search. It takes note of what leads to a vertex besides its parent: for a shorter way down the tree
 * of the least such vertex, for all other edges (from vertices of greater number) in a list.
 *
 * What one edge alone leads to, four of five nodes in large heaps, has its parent as semidominator. So an edge from
 * there says just what one from its parent would: it is taken for that. Then many are the same, and one is enough.
 */
class Search {
  readonly nodeCount: number;
  count = 0;
  /** Node of each vertex; [0] is unused. Behind the last vertex: the nodes that were not reached. */
  readonly vertexOf: Uint32Array;
  /** Vertex of each node, 0 where it was not reached. */
  readonly numbers: Uint32Array;
  /** Vertex above each vertex, 0 for the root. */
  readonly parents: Uint32Array;
  /** The least vertex known to lead to each vertex, directly or over vertices of greater number. */
  readonly least: Uint32Array;
  /** List of each vertex: 0, or its one entry with ALONE, or where its last entry is in `links`. */
  readonly heads: Uint32Array;
  /**
   * Entries, vertices, in blocks of four words: where the entry before the block is, or 0, and up to three of them.
   * Most are in few long lists. Pages that are not needed are never touched.
   */
  readonly links: Uint32Array;
  /** Vertices from 2 up to this one are led to by vertex 2 alone, and by no other from outside. */
  soleEntryEnd = 0;
  private used = 0;
  /** Nodes, and vertices, that no more than one edge leads to. */
  private readonly soleNodes: Bits;
  private readonly sole: Bits;
  /** Where the search came from: the next edge there and the end of its edges. */
  private readonly stack: Uint32Array;

  constructor(
    private readonly graph: FlowGraph,
    private readonly essential: Bits,
  ) {
    const { nodeCount, edgeCount } = graph;
    this.nodeCount = nodeCount;
    const room = nodeCount + 2;
    this.numbers = new Uint32Array(room);
    this.parents = new Uint32Array(room);
    // One block: the C library keeps middling ones for itself when they are free, and gives large ones back.
    const block = new Uint32Array(3 * room);
    this.vertexOf = block.subarray(0, room);
    this.least = block.subarray(room, 2 * room);
    this.heads = block.subarray(2 * room);
    this.links = new Uint32Array(2 * (edgeCount + 4));
    this.stack = new Uint32Array(2 * room);
    this.soleNodes = ledToOnce(graph, essential);
    this.sole = makeBits(room);
  }

  run(root: number, enclave: Enclave | undefined): void {
    this.enter(root, 0);
    if (enclave) this.enterEnclave(root, enclave);
    const { firstEdges, edgeTargets } = this.graph;
    for (let edge = firstEdges[root]; edge < firstEdges[root + 1]; edge++) {
      if (!getBit(this.essential, edge)) continue;
      const vertex = this.numbers[edgeTargets[edge]];
      if (vertex === 0) this.search(edgeTargets[edge], 1);
      else this.least[vertex] = 1;
    }
    this.reachRest();
  }

  private enterEnclave(root: number, enclave: Enclave): void {
    const { entries } = enclave;
    const alone = entries.length === 1;
    for (const entry of entries) if (this.numbers[entry] === 0) this.search(entry, alone ? 2 : 1);
    let open = enclave.close(this.numbers);
    const { firstEdges, edgeTargets } = this.graph;
    for (let edge = firstEdges[root]; edge < firstEdges[root + 1]; edge++) {
      const target = edgeTargets[edge];
      if (target !== entries[0] && this.numbers[target] > 1 && getBit(this.essential, edge)) open = true;
    }
    if (!alone) return;
    if (!open) {
      this.soleEntryEnd = this.count;
      return;
    }
    // The entry is not above all that it leads to, as the search supposed.
    this.numbers.fill(0);
    this.heads.fill(0);
    this.sole.fill(0);
    this.count = 0;
    this.used = 0;
    this.enter(root, 0);
    this.search(entries[0], 1);
  }

  private enter(node: number, parent: number): void {
    const vertex = ++this.count;
    this.numbers[node] = vertex;
    this.vertexOf[vertex] = node;
    this.parents[vertex] = parent;
    this.least[vertex] = parent;
  }

  /**
   * Numbers all that `start`, a child of the root, leads to. `top` (1, or 2 for `start` itself) is above all of that.
   * So where one child of `top` leads into the branch of an earlier one, that is led to from `top` over vertices of
   * greater number, and nothing can be less: such edges, in large heaps most, need no entry.
   */
  private search(start: number, top: 1 | 2): void {
    const { numbers, vertexOf, parents, least, heads, links, stack, essential, soleNodes, sole } = this;
    const { firstEdges, edgeTargets } = this.graph;
    this.enter(start, 1);
    let count = this.count;
    let used = this.used;
    let branch = count;
    let depth = 0;
    let vertex = count;
    let edge = firstEdges[start];
    let end = firstEdges[start + 1];
    for (;;) {
      while (edge < end) {
        const at = edge++;
        if ((essential[at >>> 5] & (1 << (at & 31))) === 0) continue;
        const target = edgeTargets[at];
        const to = numbers[target];
        if (to === 0) {
          stack[depth] = edge;
          stack[depth + 1] = end;
          depth += 2;
          count++;
          numbers[target] = count;
          vertexOf[count] = target;
          parents[count] = vertex;
          least[count] = vertex;
          if ((soleNodes[target >>> 5] & (1 << (target & 31))) !== 0) sole[count >>> 5] |= 1 << (count & 31);
          if (vertex === top) branch = count;
          vertex = count;
          edge = firstEdges[target];
          end = firstEdges[target + 1];
        } else if (to > vertex) {
          if (vertex < least[to]) least[to] = vertex;
        } else if (to < branch) {
          if (least[to] > top) least[to] = top;
        } else if (least[to] > top) {
          let from = vertex;
          for (let i = 0; i < MOST_LIFT && from > to && (sole[from >>> 5] & (1 << (from & 31))) !== 0; i++) {
            from = parents[from];
          }
          if (from < to) {
            if (from < least[to]) least[to] = from;
          } else if (from > to) {
            let at = heads[to];
            if (at === 0) {
              heads[to] = from | ALONE;
              continue;
            }
            if (at >= ALONE) {
              const first = at & ~ALONE;
              if (first === from) continue;
              used += 4;
              links[used] = 0;
              at = used + 1;
              links[at] = first;
            } else if (links[at] === from) continue;
            else if ((at & 3) === 3) {
              used += 4;
              links[used] = at;
              at = used;
            }
            links[at + 1] = from;
            heads[to] = at + 1;
          }
        }
      }
      if (depth === 0) break;
      vertex = parents[vertex];
      depth -= 2;
      edge = stack[depth];
      end = stack[depth + 1];
    }
    this.count = count;
    this.used = used;
  }

  /** What the root does not lead to: what nothing leads to is as if it did, the rest goes behind the vertices. */
  private reachRest(): void {
    const { nodeCount, numbers, vertexOf, essential } = this;
    const { firstEdges, edgeTargets } = this.graph;
    if (this.count === nodeCount) return;
    const ledTo = makeBits(nodeCount);
    for (let node = 0; node < nodeCount; node++) {
      if (numbers[node] !== 0) continue;
      for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
        if (getBit(essential, edge)) setBit(ledTo, edgeTargets[edge]);
      }
    }
    for (let node = 0; node < nodeCount; node++) {
      if (numbers[node] === 0 && !getBit(ledTo, node)) this.search(node, 1);
    }
    let next = this.count;
    for (let node = 0; node < nodeCount; node++) if (numbers[node] === 0) vertexOf[++next] = node;
  }
}

/** The nodes that one essential edge or none leads to. */
function ledToOnce({ nodeCount, edgeCount, edgeTargets }: FlowGraph, essential: Bits): Bits {
  const once = makeBits(nodeCount);
  const twice = makeBits(nodeCount);
  for (let edge = 0; edge < edgeCount; edge++) {
    if ((essential[edge >>> 5] & (1 << (edge & 31))) === 0) continue;
    const target = edgeTargets[edge];
    const bit = 1 << (target & 31);
    if ((once[target >>> 5] & bit) === 0) once[target >>> 5] |= bit;
    else twice[target >>> 5] |= bit;
  }
  for (let i = 0; i < twice.length; i++) twice[i] = ~twice[i];
  return twice;
}

/** The dominator of each vertex but the first, in place of `heads`. Uses up numbers, parents and least. */
function dominatorsByVertex(search: Search): void {
  const { count, links, heads, soleEntryEnd } = search;
  // Arrays do two duties, for memory's sake. Parents become ancestors where a vertex is linked, the least vertex known
  // becomes the semidominator. A vertex's list is done with when it has a dominator, which takes its place; until then
  // it waits there in the chain of its bucket. And a vertex has a label from where it is linked on; before, the head
  // of its own bucket, which is empty when it is linked.
  const ancestor = search.parents;
  const semi = search.least;
  const dom = heads;
  const label = search.numbers.fill(0);
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
    const least = w <= soleEntryEnd ? 2 : 1;
    let found = semi[w];
    for (let at = heads[w]; at !== 0 && found > least; ) {
      const candidate = semi[evaluate(at >= ALONE ? at & ~ALONE : links[at])];
      if (candidate < found) found = candidate;
      if (at >= ALONE) break;
      at = (at & 3) === 1 ? links[at - 1] : at - 1;
    }
    semi[w] = found;
    linked = w;
    label[w] = w;
    if (found === parent) dom[w] = parent;
    else {
      dom[w] = buckets[found];
      buckets[found] = w;
    }
    let v = buckets[parent];
    if (v !== 0) buckets[parent] = 0;
    while (v !== 0) {
      const next = dom[v];
      const u = evaluate(v);
      dom[v] = semi[u] < semi[v] ? u : parent;
      v = next;
    }
  }
  for (let w = 2; w <= count; w++) if (dom[w] !== semi[w]) dom[w] = dom[dom[w]];
}

/**
 * The dominators by node, and the tree in preorder. Vertices come in depth-first order, so a dominator before what it
 * dominates. The results take the place of two arrays of the search that are done with.
 */
function treeOf({ nodeCount, count, vertexOf, heads, least, numbers, parents }: Search): Dominators {
  const dom = heads;
  const dominators = numbers.subarray(0, nodeCount);
  const order = parents.subarray(0, nodeCount);
  // The size of a vertex's subtree until it is placed; from then on where its next child goes: right behind it, then
  // behind the children placed before.
  const slots = least.fill(1);
  for (let w = count; w > 1; w--) slots[dom[w]] += slots[w];
  const root = vertexOf[1];
  dominators[root] = root;
  order[0] = root;
  slots[1] = 1;
  for (let w = 2; w <= count; w++) {
    const above = dom[w];
    const node = vertexOf[w];
    const position = slots[above];
    slots[above] = position + slots[w];
    slots[w] = position + 1;
    dominators[node] = vertexOf[above];
    order[position] = node;
  }
  for (let i = count; i < nodeCount; i++) {
    const node = vertexOf[i + 1];
    dominators[node] = root;
    order[i] = node;
  }
  return { dominators, order };
}
