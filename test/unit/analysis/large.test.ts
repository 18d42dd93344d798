/** Graphs of awkward form and some size: no recursion, nothing quadratic, right to the last node. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aggregateByClass, type ClassAggregate } from '../../../src/analysis/aggregates.ts';
import { classify } from '../../../src/analysis/classes.ts';
import { diffHeaps } from '../../../src/analysis/diff.ts';
import { digestHeap } from '../../../src/analysis/digest.ts';
import { type AnalysedHeap, analyseHeap } from '../../../src/analysis/heap.ts';
import type { HeapGraph } from '../../../src/heap/graph.ts';
import { largeGraph } from '../../support/graphs.ts';

const COUNT = 400_000;

function analyse(graph: HeapGraph): { heap: AnalysedHeap; rows: Record<string, ClassAggregate> } {
  const heap = analyseHeap(graph);
  const classes = classify(graph);
  const rows = aggregateByClass(heap, classes);
  const digest = digestHeap(heap, classes);
  assert.deepEqual(diffHeaps(digest, digest), { rows: [], sharedIds: 1, changedKinds: 0 });
  return { heap, rows: Object.fromEntries(rows.map((row) => [row.className, row])) };
}

describe('analyseHeap of', () => {
  it('a chain, with an edge back to its start', () => {
    const graph = largeGraph(COUNT, COUNT, (node, add) => add(node + 1 < COUNT ? node + 1 : 1));
    const { heap, rows } = analyse(graph);
    const { dominators, retainedSizes, distances, order } = heap;
    assert.ok(dominators.every((dominator, node) => dominator === Math.max(0, node - 1)));
    assert.ok(retainedSizes.every((size, node) => size === 8 * (COUNT - node)));
    assert.ok(distances.every((distance, node) => node === 0 || distance === node));
    assert.ok(order.every((node, i) => node === i));
    // Each class holds all that comes behind its first.
    assert.equal(rows.B.retainedSize, 8 * (COUNT - 1));
    assert.equal(rows.A.retainedSize, 8 * (COUNT - 2));
    assert.equal(rows.A.count + rows.B.count, COUNT - 1);
  });

  it('a star whose points lead back to a few hubs', () => {
    const hubs = 5;
    const graph = largeGraph(COUNT, 1 + (COUNT - 2) + (COUNT - 2 - hubs), (node, add) => {
      if (node === 0) add(1);
      else if (node === 1) for (let to = COUNT - 1; to > 1; to--) add(to);
      else if (node >= 2 + hubs) add(2 + (node % hubs));
    });
    const { heap } = analyse(graph);
    assert.ok(heap.dominators.every((dominator, node) => dominator === (node > 1 ? 1 : 0)));
    assert.equal(heap.retainedSizes[1], 8 * (COUNT - 1));
    assert.ok(heap.distances.every((distance, node) => node === 0 || distance === Math.min(node, 2)));
  });

  it('a dense bipartite graph', () => {
    const side = 1000;
    const graph = largeGraph(2 + 2 * side, 1 + side + 2 * side * side, (node, add) => {
      if (node === 0) add(1);
      else if (node === 1) for (let i = 0; i < side; i++) add(2 + i);
      else for (let i = 0; i < side; i++) add(2 + (node < 2 + side ? side : 0) + i);
    });
    const { heap } = analyse(graph);
    assert.ok(heap.dominators.every((dominator, node) => dominator === (node > 1 ? 1 : 0)));
    assert.ok(heap.distances.every((distance, node) => node < 2 || distance === (node < 2 + side ? 2 : 3)));
  });

  it('a deep tree: a chain, each link of which holds a leaf that the last link holds as well', () => {
    const links = COUNT / 2 - 1;
    const graph = largeGraph(2 + 2 * links, 2 + 3 * links - 1, (node, add) => {
      if (node < 2) add(node + 1);
      else if (node < 2 + links) {
        if (node + 1 < 2 + links) add(node + 1);
        add(node + links);
        if (node === 1 + links) for (let i = 0; i < links; i++) add(2 + links + i);
      }
    });
    const { heap } = analyse(graph);
    const { dominators, retainedSizes } = heap;
    // A leaf's own link stands above the last one, so it holds the leaf.
    assert.ok(
      dominators.every(
        (dominator, node) => dominator === (node < 2 + links ? Math.max(0, node - 1) : node - links),
      ),
    );
    assert.equal(retainedSizes[1], 8 * (1 + 2 * links));
    assert.equal(retainedSizes[1 + links], 16);
  });

  it('a ladder, on which every rung can be reached by both sides', () => {
    const rungs = COUNT / 2 - 1;
    const graph = largeGraph(2 + 2 * rungs, 3 + 4 * (rungs - 1), (node, add) => {
      if (node === 0) add(1);
      else if (node === 1) {
        add(2);
        add(3);
      } else if (node + 2 < 2 + 2 * rungs) {
        add(2 + 2 * (node >>> 1));
        add(3 + 2 * (node >>> 1));
      }
    });
    const { heap } = analyse(graph);
    assert.ok(heap.dominators.every((dominator, node) => dominator === (node > 1 ? 1 : 0)));
    assert.ok(heap.distances.every((distance, node) => node === 0 || distance === (node >>> 1) + 1));
  });
});
