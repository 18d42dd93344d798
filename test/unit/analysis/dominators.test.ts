import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Bits, makeBits, setBit } from '../../../src/analysis/bits.ts';
import { computeDominators, type FlowGraph } from '../../../src/analysis/dominators.ts';
import { immediateDominators } from '../../support/dominators.ts';
import { seededRandom } from '../../support/random.ts';

function flowGraph(nodeCount: number, edges: [number, number][]): FlowGraph {
  const firstEdges = new Uint32Array(nodeCount + 1);
  for (const [from] of edges) firstEdges[from + 1]++;
  for (let node = 0; node < nodeCount; node++) firstEdges[node + 1] += firstEdges[node];
  const next = firstEdges.slice();
  const edgeTargets = new Uint32Array(edges.length);
  for (const [from, to] of edges) edgeTargets[next[from]++] = to;
  return { nodeCount, edgeCount: edges.length, firstEdges, edgeTargets };
}

function allBits(count: number): Bits {
  return makeBits(count).fill(0xffffffff);
}

function naive(graph: FlowGraph, isUsed: (edge: number) => boolean): number[] {
  const { nodeCount, firstEdges, edgeTargets } = graph;
  const successors = Array.from({ length: nodeCount }, (_, node) =>
    [...edgeTargets.subarray(firstEdges[node], firstEdges[node + 1])].filter((_, i) =>
      isUsed(firstEdges[node] + i),
    ),
  );
  return immediateDominators(successors);
}

describe('computeDominators', () => {
  it('agrees with the definition on random graphs', () => {
    const next = seededRandom(7);
    for (let round = 0; round < 600; round++) {
      const nodeCount = 2 + Math.floor(next() * 14);
      const density = 0.5 + next() * 2.5;
      const edges = Array.from({ length: Math.floor(nodeCount * density) }, (): [number, number] => [
        Math.floor(next() * nodeCount),
        1 + Math.floor(next() * (nodeCount - 1)),
      ]).filter(([from, to]) => from !== to);
      const graph = flowGraph(nodeCount, edges);
      const bits = makeBits(edges.length);
      const used = edges.map(() => next() < 0.85);
      used.forEach((is, edge) => {
        if (is) setBit(bits, edge);
      });
      const expected = naive(graph, (edge) => used[edge]);
      const { dominators, order } = computeDominators(graph, bits, 0);
      assert.deepEqual([...dominators], expected, `round ${round}: ${JSON.stringify(edges)}`);
      assert.deepEqual(
        [...order].sort((a, b) => a - b),
        [...expected.keys()],
      );
      assertPreorder(dominators, order);
    }
  });

  it('takes a chain of a million, without and with an edge back to the start of it', () => {
    const count = 1_000_000;
    const chain = Array.from({ length: count - 1 }, (_, i): [number, number] => [i, i + 1]);
    const plain = computeDominators(flowGraph(count, chain), allBits(chain.length), 0);
    assert.ok(plain.dominators.every((dominator, node) => dominator === Math.max(0, node - 1)));
    const ring: [number, number][] = [...chain, [count - 1, 1]];
    const back = computeDominators(flowGraph(count, ring), allBits(ring.length), 0);
    assert.deepEqual(back.dominators, plain.dominators);
  });

  it('takes a star of a million', () => {
    const count = 1_000_000;
    const star = Array.from({ length: count - 1 }, (_, i): [number, number] => [0, i + 1]);
    const { dominators } = computeDominators(flowGraph(count, star), allBits(star.length), 0);
    assert.ok(dominators.every((dominator) => dominator === 0));
  });

  it('takes a dense bipartite graph', () => {
    const side = 700;
    const edges: [number, number][] = [];
    for (let i = 1; i <= side; i++) edges.push([0, i]);
    for (let i = 1; i <= side; i++) {
      for (let j = 1; j <= side; j++) edges.push([i, side + j], [side + j, i]);
    }
    const { dominators } = computeDominators(flowGraph(2 * side + 1, edges), allBits(edges.length), 0);
    assert.ok(dominators.every((dominator) => dominator === 0));
  });

  it('takes a long list whose values are also held from the start (quadratic for semi-NCA)', () => {
    const length = 200_000;
    const edges: [number, number][] = [];
    for (let i = 0; i < length; i++) edges.push([i, i + 1], [i, length + 1 + i]);
    for (let i = 0; i < length; i++) edges.push([0, length + 1 + i]);
    const { dominators } = computeDominators(flowGraph(2 * length + 1, edges), allBits(edges.length), 0);
    assert.ok(
      dominators.every((dominator, node) => dominator === (node > length ? 0 : Math.max(0, node - 1))),
    );
  });

  it('hangs what nothing leads to, and rings that nothing leads to, off the root', () => {
    const edges: [number, number][] = [
      [0, 1],
      [2, 3], // 2: an orphan
      [4, 5], // 4 and 5: a ring, which leads to 6 and to 1
      [5, 4],
      [5, 6],
      [5, 1],
    ];
    const { dominators } = computeDominators(flowGraph(7, edges), allBits(edges.length), 0);
    assert.deepEqual([...dominators], [0, 0, 0, 2, 0, 0, 0]);
  });

  it('takes a lone root', () => {
    const { dominators, order } = computeDominators(flowGraph(1, []), allBits(0), 0);
    assert.deepEqual([[...dominators], [...order]], [[0], [0]]);
  });
});

function assertPreorder(dominators: Uint32Array, order: Uint32Array): void {
  const open: number[] = [];
  assert.equal(order[0], 0);
  for (const node of order.subarray(1)) {
    while (open.length > 0 && open.at(-1) !== dominators[node]) open.pop();
    assert.ok(open.length > 0 || dominators[node] === 0, 'a node does not follow its dominator in one run');
    open.push(node);
  }
}
