import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyseHeap } from '../../../src/analysis/heap.ts';
import { edgeLabel } from '../../../src/analysis/labels.ts';
import { type PathStep, retainingPaths } from '../../../src/analysis/paths.ts';
import { buildRetainers, edgeSource } from '../../../src/analysis/retainers.ts';
import { buildGraph, type DrawnEdge, type DrawnNode } from '../../support/graphs.ts';

const ROOT: DrawnNode = { type: 'synthetic', name: '' };
const GLOBAL: DrawnNode = { name: 'global' };
const GC_ROOTS: DrawnNode = { type: 'synthetic', name: '(GC roots)' };

/** The paths to `node`, each as the nodes on it. Checks that each hangs together. */
function paths(nodes: DrawnNode[], edges: DrawnEdge[], node: number, max?: number): number[][] {
  const graph = buildGraph({ nodes, edges });
  const found = retainingPaths(analyseHeap(graph), buildRetainers(graph), node, max);
  for (const path of found) {
    path.forEach((step: PathStep, i: number) => {
      assert.equal(graph.edgeTargets[step.edgeIndex], step.node);
      assert.equal(edgeSource(graph, step.edgeIndex), i === 0 ? 0 : path[i - 1].node);
    });
  }
  return found.map((path) => path.map((step) => step.node));
}

describe('retainingPaths', () => {
  it('gives the shortest from a user root, not over weak edges', () => {
    const nodes = [ROOT, GLOBAL, {}, {}, {}];
    const edges: DrawnEdge[] = [
      [0, 1, 'shortcut'],
      [1, 4, 'weak', 'w'],
      [1, 2],
      [2, 3],
      [3, 4],
      [2, 4],
    ];
    assert.deepEqual(paths(nodes, edges, 4), [[1, 2, 4]]);
  });

  it('prefers properties to internals where both are shortest', () => {
    const nodes: DrawnNode[] = [ROOT, GLOBAL, {}, {}, {}];
    const edges: DrawnEdge[] = [
      [0, 1, 'shortcut'],
      [1, 2, 'internal', 'hash'],
      [1, 3],
      [2, 4],
      [3, 4],
    ];
    assert.deepEqual(paths(nodes, edges, 4), [[1, 3, 4]]);
    assert.deepEqual(paths(nodes, [...edges.slice(0, 1), ...edges.slice(1).reverse()], 4), [[1, 3, 4]]);
  });

  it('starts at (GC roots) for what no user root reaches', () => {
    const edges: DrawnEdge[] = [
      [0, 1, 'shortcut'],
      [0, 2, 'element', 1],
      [2, 3, 'element', 1],
    ];
    assert.deepEqual(paths([ROOT, GLOBAL, GC_ROOTS, {}], edges, 3), [[2, 3]]);
  });

  it('gives none for what no root reaches, for the root, or when none is wanted', () => {
    const edges: DrawnEdge[] = [
      [0, 1, 'shortcut'],
      [1, 2, 'weak', 'w'],
    ];
    assert.deepEqual(paths([ROOT, GLOBAL, {}], edges, 2, 3), []);
    assert.deepEqual(paths([ROOT, GLOBAL, {}], edges, 0), []);
    assert.deepEqual(paths([ROOT, GLOBAL, {}], edges, 1, 0), []);
  });

  it("gives others by the node's own holders first, then by its holders' holders", () => {
    // 5 is held by 2 and 4; 4 is held by 3 alone; 2 by the global object and by 3.
    const nodes = [ROOT, GLOBAL, {}, {}, {}, {}];
    const edges: DrawnEdge[] = [
      [0, 1, 'shortcut'],
      [1, 2],
      [1, 3],
      [3, 2],
      [3, 4],
      [2, 5],
      [4, 5],
    ];
    assert.deepEqual(paths(nodes, edges, 5, 5), [
      [1, 2, 5],
      [1, 3, 4, 5],
      [1, 3, 2, 5],
    ]);
    assert.deepEqual(paths(nodes, edges, 5, 2), [
      [1, 2, 5],
      [1, 3, 4, 5],
    ]);
  });

  it('does not give the same again through the store of properties or elements', () => {
    // 2 holds 5 as a property, kept in its dictionary's cell; a Map holds it, too, in its table.
    const nodes: DrawnNode[] = [
      ROOT,
      GLOBAL,
      {},
      { type: 'array' },
      { type: 'hidden' },
      {},
      {},
      { type: 'array' },
    ];
    const edges: DrawnEdge[] = [
      [0, 1, 'shortcut'],
      [1, 2],
      [1, 6],
      [2, 3, 'internal', 'properties'],
      [2, 5],
      [3, 4, 'internal', '170'],
      [4, 5, 'internal', 'value'],
      [6, 7, 'internal', 'table'],
      [7, 5, 'internal', '1'],
    ];
    assert.deepEqual(paths(nodes, edges, 5, 5), [
      [1, 2, 5],
      [1, 6, 7, 5],
    ]);
  });

  it('does not take for a holder what the node itself holds', () => {
    // Parent and child point at each other; the child's other holder only hangs below the parent.
    const nodes = [ROOT, GLOBAL, {}, {}, {}];
    const edges: DrawnEdge[] = [
      [0, 1, 'shortcut'],
      [1, 2],
      [2, 3],
      [3, 2, 'property', 'parent'],
      [3, 4],
      [4, 2, 'property', 'owner'],
    ];
    assert.deepEqual(paths(nodes, edges, 2, 5), [[1, 2]]);
  });

  it("follows a WeakMap's value to its key", () => {
    const entry = 'part of key (Object @9) -> value (Object @11) pair in WeakMap (table @7)';
    const nodes: DrawnNode[] = [ROOT, GLOBAL, { name: 'WeakMap' }, { type: 'array' }, {}, {}];
    const edges: DrawnEdge[] = [
      [0, 1, 'shortcut'],
      [1, 2],
      [1, 4],
      [2, 3, 'internal', 'table'],
      [3, 5, 'internal', `2 / ${entry}`],
      [4, 5, 'internal', `1 / ${entry}`],
    ];
    assert.deepEqual(paths(nodes, edges, 5, 5), [[1, 4, 5]]);
  });

  it('takes a chain of 200,000', () => {
    const length = 200_000;
    const nodes: DrawnNode[] = [ROOT, GLOBAL, ...Array.from({ length }, () => ({}))];
    const edges = nodes.slice(1).map((_, i): DrawnEdge => [i, i + 1, i ? 'property' : 'shortcut']);
    const graph = chain(nodes, edges);
    const [path] = retainingPaths(analyseHeap(graph), buildRetainers(graph), length + 1);
    assert.equal(path.length, length + 1);
  });
});

/** As buildGraph, which looks for each node's edges among all. */
function chain(nodes: DrawnNode[], edges: DrawnEdge[]): ReturnType<typeof buildGraph> {
  const small = buildGraph({ nodes: nodes.slice(0, 3), edges: edges.slice(0, 2) });
  const count = nodes.length;
  return {
    ...small,
    nodeCount: count,
    nodeTypes: Uint8Array.from(nodes, (_, i) => small.nodeTypes[Math.min(i, 2)]),
    nodeNames: Uint32Array.from(nodes, (_, i) => small.nodeNames[Math.min(i, 2)]),
    nodeIds: Uint32Array.from(nodes, (_, i) => 2 * i + 1),
    nodeSelfSizes: new Uint32Array(count),
    edgeCount: edges.length,
    firstEdges: Uint32Array.from({ length: count + 1 }, (_, i) => Math.min(i, edges.length)),
    edgeTypes: Uint8Array.from(edges, (_, i) => small.edgeTypes[Math.min(i, 1)]),
    edgeNames: Uint32Array.from(edges, (_, i) => small.edgeNames[Math.min(i, 1)]),
    edgeTargets: Uint32Array.from(edges, ([, to]) => to),
  };
}

describe('edgeLabel', () => {
  it('names edges as a person reads them', () => {
    const labels: [string, string | number, string][] = [
      ['property', 'history', '.history'],
      ['property', '#private', '.#private'],
      ['property', 'größe', '.größe'],
      ['property', 'a b', '["a b"]'],
      ['property', 'say "hi"', '["say \\"hi\\""]'],
      ['property', '12', '[12]'],
      ['property', '<symbol tag>', '[<symbol tag>]'],
      ['shortcut', 'bound_this', '.bound_this'],
      ['element', 12, '[12]'],
      ['context', 'cache', '(closure) cache'],
      ['internal', 'table', '(internal) table'],
      ['hidden', 3, '(hidden) 3'],
      ['weak', 'x', '(weak) x'],
    ];
    const graph = buildGraph({
      nodes: [{}, {}],
      edges: labels.map(([type, name]): DrawnEdge => [0, 1, type, name]),
    });
    assert.deepEqual(
      labels.map((_, edge) => edgeLabel(graph, edge)),
      labels.map(([, , label]) => label),
    );
  });
});
