/** Ways to objects, merged: on a graph drawn by hand. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FreshColumns } from '../../../src/engine/heap/columns.ts';
import { OpenHeap } from '../../../src/engine/heap/open-heap.ts';
import { MOST_GRAPH_NODES } from '../../../src/engine/heap/path-graph.ts';
import type { PathGraph } from '../../../src/protocol/pictures.ts';
import { buildGraph, type DrawnEdge, type DrawnNode } from '../../support/graphs.ts';

function opened(nodes: DrawnNode[], edges: DrawnEdge[]): OpenHeap {
  return new OpenHeap('drawn', 1, new FreshColumns(buildGraph({ nodes, edges })));
}

const told = ({ nodes, edges }: PathGraph): string[] =>
  edges.map(({ from, to, edge }) => `${nodes[from].name} ${edge} ${nodes[to].count} ${nodes[to].className}`);

/** A server with so many sessions, each with a history of two messages. */
function server(sessions: number): OpenHeap {
  const nodes: DrawnNode[] = [
    { type: 'synthetic', name: '' },
    { name: 'global', size: 1 },
    { name: 'Server', size: 1 },
    { name: 'Array', size: 1 },
    { type: 'array', name: '(object elements)', size: 1 },
  ];
  const edges: DrawnEdge[] = [
    [0, 1, 'shortcut', 'global'],
    [1, 2, 'property', 'server'],
    [2, 3, 'property', 'sessions'],
    [3, 4, 'internal', 'elements'],
  ];
  for (let i = 0; i < sessions; i++) {
    const session = nodes.length;
    nodes.push({ name: 'Session', size: 9 }, { name: 'Message', size: 9 }, { name: 'Message', size: 9 });
    edges.push([4, session, 'element', i]);
    edges.push([session, session + 1, 'property', 'first'], [session, session + 2, 'property', 'last']);
  }
  return opened(nodes, edges);
}

it('merges the ways to many objects of a class by how they are held', async () => {
  const graph = await server(40).pathGraph({ of: { className: 'Message' }, most: 80 });
  assert.deepEqual([graph.objects, graph.followed], [80, 80]);
  assert.deepEqual(told(graph), [
    'global .server 1 Server',
    'server .sessions 1 Array',
    'sessions[] […] 40 Session',
    'sessions[] .first 40 Message',
    'sessions[] .last 40 Message',
  ]);
  assert.deepEqual(
    graph.nodes.filter(({ target }) => target).map(({ name }) => name),
    ['first', 'last'],
  );
  assert.deepEqual(
    graph.edges.map(({ count }) => count),
    [80, 80, 80, 40, 40],
  );
});

it('follows some from all over where there are many', async () => {
  const graph = await server(400).pathGraph({ of: { className: 'Session' }, most: 10 });
  assert.deepEqual([graph.objects, graph.followed], [400, 10]);
  assert.equal(graph.nodes.find(({ target }) => target)!.count, 10);
});

it('of one object tells every way, each node once', async () => {
  const heap = opened(
    [
      { type: 'synthetic', name: '' },
      { name: 'global', size: 1 },
      { name: 'Cache', size: 1 },
      { name: 'Log', size: 1 },
      { name: 'Turn', size: 1 },
    ],
    [
      [0, 1, 'shortcut', 'global'],
      [1, 2, 'property', 'cache'],
      [1, 3, 'property', 'log'],
      [2, 4, 'element', 7],
      [3, 4, 'property', 'last'],
    ],
  );
  const graph = await heap.pathGraph({ of: 9, most: 5 });
  assert.deepEqual(told(graph).sort(), [
    'cache [7] 1 Turn',
    'global .cache 1 Cache',
    'global .log 1 Log',
    'log .last 1 Turn',
  ]);
  assert.equal(graph.nodes.length, 4);
});

it('makes one node of a list, and stays small whatever it is asked', async () => {
  const nodes: DrawnNode[] = [
    { type: 'synthetic', name: '' },
    { name: 'Head', size: 1 },
  ];
  const edges: DrawnEdge[] = [[0, 1, 'shortcut', 'head']];
  for (let i = 0; i < 90; i++) {
    nodes.push({ name: 'Link', size: 1 });
    edges.push([i + 1, i + 2, 'property', 'next']);
  }
  const links = await opened(nodes, edges).pathGraph({ of: { className: 'Link' }, most: 90 });
  assert.deepEqual(told(links), ['Head .next 90 Link']);

  const wide: DrawnNode[] = [{ type: 'synthetic', name: '' }];
  const spokes: DrawnEdge[] = [];
  for (let i = 0; i < 1000; i++) {
    wide.push({ name: `Holder${i}`, size: 1 }, { name: 'Held', size: 1 });
    spokes.push([0, 2 * i + 1], [2 * i + 1, 2 * i + 2]);
  }
  const graph = await opened(wide, spokes).pathGraph({ of: { className: 'Held' }, most: 1e9 });
  assert.ok(graph.nodes.length <= MOST_GRAPH_NODES + 1, String(graph.nodes.length));
  assert.ok(graph.followed < graph.objects);
});

it('tells who holds an object, with names, a part at a time', async () => {
  const holders = Array.from({ length: 400 }, (_, i) => 2 + i);
  const heap = opened(
    [
      { type: 'synthetic', name: '' },
      { name: 'Shared', size: 1 },
      ...holders.map(() => ({ name: 'Holder', size: 1 })),
    ],
    [
      ...holders.map((holder): DrawnEdge => [0, holder]),
      ...holders.map((holder): DrawnEdge => [holder, 1, holder % 2 ? 'weak' : 'property', 'it']),
    ],
  );
  const { total, start, rows } = await heap.holders({ nodeId: 3, range: { start: 0, count: 8 } });
  const [first] = rows;
  assert.deepEqual(
    [total, start, rows.length, first.name, first.edgeType],
    [400, 0, 8, 'Holder', 'property'],
  );
  const more = await heap.holders({ nodeId: 3, range: { start: 8, count: 24 } });
  assert.equal(new Set([...rows, ...more.rows].map(({ node }) => node.nodeId)).size, 32);
});
