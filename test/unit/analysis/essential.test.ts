/** The dominator tree of whole heaps, against its definition, on random graphs with every kind of edge. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dominateHeap } from '../../../src/analysis/heap.ts';
import type { HeapGraph } from '../../../src/heap/graph.ts';
import { immediateDominators } from '../../support/dominators.ts';
import { buildGraph, type DrawnEdge, type DrawnNode } from '../../support/graphs.ts';
import { seededRandom } from '../../support/random.ts';

interface Edge {
  from: number;
  to: number;
  type: string;
  /** The table's edge of a WeakMap entry. */
  isTables: boolean;
}

function edgesOf(graph: HeapGraph): Edge[] {
  const edges: Edge[] = [];
  for (let from = 0; from < graph.nodeCount; from++) {
    for (let edge = graph.firstEdges[from]; edge < graph.firstEdges[from + 1]; edge++) {
      const type = graph.edgeTypeNames[graph.edgeTypes[edge]];
      const table =
        type === 'internal' ? /table @(\d+)/.exec(graph.strings.get(graph.edgeNames[edge])) : null;
      const isTables = table !== null && Number(table[1]) === graph.nodeIds[from];
      edges.push({ from, to: graph.edgeTargets[edge], type, isTables });
    }
  }
  return edges;
}

/** What DevTools calls page-owned: all that the root's shortcuts and document trees lead to over edges not weak. */
function owned(graph: HeapGraph, edges: Edge[]): Set<number> {
  const found = new Set<number>();
  const isDocuments = (node: number): boolean =>
    graph.strings.get(graph.nodeNames[node]) === '(Document DOM trees)';
  const list = edges
    .filter(
      ({ from, to, type }) => from === 0 && (type === 'shortcut' || (type === 'element' && isDocuments(to))),
    )
    .map(({ to }) => to);
  for (let node = list.pop(); node !== undefined; node = list.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    for (const { from, to, type } of edges) if (from === node && type !== 'weak') list.push(to);
  }
  return found;
}

function essentialEdges(graph: HeapGraph): Edge[] {
  const edges = edgesOf(graph);
  const within = owned(graph, edges);
  return edges.filter(
    ({ from, to, type, isTables }) =>
      type !== 'weak' &&
      from !== to &&
      !isTables &&
      (type !== 'shortcut' || from === 0) &&
      (from === 0 || within.has(from) || !within.has(to)),
  );
}

function dominatorsByDefinition(graph: HeapGraph): number[] {
  const { nodeCount } = graph;
  const successors = Array.from({ length: nodeCount }, (): number[] => []);
  for (const { from, to } of essentialEdges(graph)) successors[from].push(to);
  return immediateDominators(successors);
}

/** As V8 makes them: nothing leads to the root. */
function randomHeap(next: () => number): { nodes: DrawnNode[]; edges: DrawnEdge[] } {
  const below = (count: number): number => Math.floor(next() * count);
  const count = 4 + below(14);
  const nodes: DrawnNode[] = Array.from({ length: count }, () => ({}));
  nodes[0] = { type: 'synthetic', name: '' };
  nodes[1] = { type: 'synthetic', name: next() < 0.2 ? '(Document DOM trees)' : '(GC roots)' };
  const edges: DrawnEdge[] = [[0, 1, 'element', 1]];
  const globals = below(3);
  for (let i = 0; i < globals; i++) edges.push([0, 1 + below(count - 1), 'shortcut', `global ${i}`]);
  const straight = next() < 0.3 ? 1 : 0;
  for (let i = 0; i < straight; i++) edges.push([0, 1 + below(count - 1), 'element', 2]);
  for (let i = Math.floor(count * (0.8 + 1.6 * next())); i > 0; i--) {
    const from = 1 + below(count - 1);
    const type = ['property', 'property', 'property', 'element', 'weak', 'shortcut'][below(6)];
    edges.push([from, 1 + below(count - 1), type, type === 'element' ? i : `e${i}`]);
  }
  for (let i = below(4); i > 0; i--) {
    const [key, value, table] = [1 + below(count - 1), 1 + below(count - 1), 1 + below(count - 1)];
    if (key === table) continue;
    const entry = `part of key (Object @${2 * key + 1}) -> value (Object @${2 * value + 1}) pair in WeakMap (table @${2 * table + 1})`;
    edges.push([table, value, 'internal', `2 / ${entry}`], [key, value, 'internal', `1 / ${entry}`]);
  }
  return { nodes, edges };
}

describe('dominateHeap', () => {
  it('agrees with the definition of dominators and of essential edges on random heaps', () => {
    const next = seededRandom(11);
    for (let round = 0; round < 3000; round++) {
      const drawing = randomHeap(next);
      const graph = buildGraph(drawing);
      const { dominators, order } = dominateHeap(graph);
      assert.deepEqual(
        [...dominators],
        dominatorsByDefinition(graph),
        `round ${round}: ${JSON.stringify(drawing)}`,
      );
      assert.deepEqual(new Set(order), new Set(dominators.keys()));
    }
  });
});
