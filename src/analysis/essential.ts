import type { HeapGraph } from '../heap/graph.ts';
import { type Bits, clearBit, getBit, makeBits, setBit } from './bits.ts';
import type { Enclave, FlowGraph } from './dominators.ts';
import type { Ephemerons } from './ephemerons.ts';
import { isDocumentTrees, type Kinds, kindsOf, ROOT } from './kinds.ts';
import { edgeSource } from './retainers.ts';
import { Uint32List } from './uint32-list.ts';

/** All that the dominator tree is made from: columns that threads can share, and what was to be read from strings. */
export interface FlowColumns extends FlowGraph {
  readonly edgeTypes: Uint8Array;
  readonly weakEdge: number;
  readonly shortcutEdge: number;
  /** The global objects (the root's shortcuts) and document trees. */
  readonly entries: Uint32Array;
  readonly ephemerons: Pick<Ephemerons, 'edges' | 'fromTable'>;
}

export function flowColumns(graph: HeapGraph, ephemerons: Ephemerons): FlowColumns {
  const { nodeCount, edgeCount, firstEdges, edgeTypes, edgeTargets } = graph;
  const kinds = kindsOf(graph);
  const { edges, fromTable } = ephemerons;
  return {
    nodeCount,
    edgeCount,
    firstEdges,
    edgeTypes,
    edgeTargets,
    weakEdge: kinds.weakEdge,
    shortcutEdge: kinds.shortcutEdge,
    entries: findEntries(graph, kinds),
    ephemerons: { edges, fromTable },
  };
}

function findEntries(graph: HeapGraph, kinds: Kinds): Uint32Array {
  const { firstEdges, edgeTypes, edgeTargets } = graph;
  const entries = new Set<number>();
  for (let edge = firstEdges[ROOT]; edge < firstEdges[ROOT + 1]; edge++) {
    const type = edgeTypes[edge];
    const target = edgeTargets[edge];
    const isEntry =
      type === kinds.shortcutEdge || (type === kinds.elementEdge && isDocumentTrees(graph, kinds, target));
    if (isEntry && target !== ROOT) entries.add(target);
  }
  return Uint32Array.from(entries);
}

/** The edges that count for dominators and retained sizes. */
export interface EssentialEdges {
  readonly bits: Bits;
  /** What the global objects reach. Until it is closed, edges into it from outside are among the bits. */
  readonly enclave: Enclave;
}

/**
 * Essential edges as DevTools has it. Left out: weak edges, edges to oneself, shortcuts (but for the root's, which mark
 * the global objects), the table's edge of a WeakMap entry (the key's stays), and, by the enclave, edges from what the
 * global objects do not reach into what they do (a debugger's handles, say).
 */
export function findEssentialEdges(columns: FlowColumns): EssentialEdges {
  const { nodeCount, edgeCount, firstEdges, edgeTypes, edgeTargets, weakEdge, shortcutEdge } = columns;
  const { edges, fromTable } = columns.ephemerons;
  const bits = makeBits(edgeCount + 1);
  const shortcuts = new Uint32List();
  let word = 0;
  let edge = 0;
  for (let node = 0; node < nodeCount; node++) {
    for (const end = firstEdges[node + 1]; edge < end; edge++) {
      const type = edgeTypes[edge];
      if (type === shortcutEdge && node !== ROOT) shortcuts.push(edge);
      else if (type !== weakEdge && edgeTargets[edge] !== node) word |= 1 << (edge & 31);
      if ((edge & 31) === 31) {
        bits[edge >>> 5] = word;
        word = 0;
      }
    }
  }
  bits[edge >>> 5] |= word;
  for (let i = 0; i < edges.length; i++) if (getBit(fromTable, i)) clearBit(bits, edges[i]);
  return { bits, enclave: new OwnedByPage(columns, bits, shortcuts.column()) };
}

/** All that the entries reach over edges that are not weak. */
class OwnedByPage implements Enclave {
  readonly entries: Uint32Array;

  constructor(
    private readonly columns: FlowColumns,
    private readonly essential: Bits,
    private readonly shortcuts: Uint32Array,
  ) {
    this.entries = columns.entries;
  }

  close(reached: Uint32Array): boolean {
    if (this.entries.length === 0) return false;
    const { nodeCount, firstEdges, edgeTargets } = this.columns;
    const { essential } = this;
    const more = this.ownedBesides(reached);
    for (let node = 0; node < nodeCount; node++) {
      if (reached[node] !== 0 || (more && getBit(more, node))) continue;
      for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
        const target = edgeTargets[edge];
        if (reached[target] !== 0 || (more && getBit(more, target))) clearBit(essential, edge);
      }
    }
    return more !== undefined;
  }

  /** Edges that are not essential lead to what is owned as well: what they alone lead to. */
  private ownedBesides(reached: Uint32Array): Bits | undefined {
    const { nodeCount, firstEdges, edgeTypes, edgeTargets, weakEdge } = this.columns;
    const { edges, fromTable } = this.columns.ephemerons;
    const starts = new Uint32List();
    const look = (edge: number): void => {
      if (reached[edgeTargets[edge]] !== 0) return;
      const source = edgeSource(this.columns, edge);
      if (source !== ROOT && reached[source] !== 0) starts.push(edgeTargets[edge]);
    };
    for (const edge of this.shortcuts) look(edge);
    for (let i = 0; i < edges.length; i++) if (getBit(fromTable, i)) look(edges[i]);
    if (starts.length === 0) return undefined;

    const owned = makeBits(nodeCount);
    const stack = new Uint32Array(nodeCount);
    let depth = 0;
    const mark = (node: number): void => {
      if (reached[node] !== 0 || getBit(owned, node)) return;
      setBit(owned, node);
      stack[depth++] = node;
    };
    for (const node of starts.column()) mark(node);
    while (depth > 0) {
      const node = stack[--depth];
      for (let edge = firstEdges[node]; edge < firstEdges[node + 1]; edge++) {
        if (edgeTypes[edge] !== weakEdge) mark(edgeTargets[edge]);
      }
    }
    return owned;
  }
}
