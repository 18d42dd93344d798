import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SnapshotReader } from '../../../src/heap/snapshot-reader.ts';
import { drawnSnapshot, inRows } from './drawn.ts';
import { assertSame, readSnapshot, type SnapshotJson } from './reference.ts';

test('a hand-drawn graph comes out as drawn', () => {
  const graph = readSnapshot(inRows(drawnSnapshot()));
  assert.equal(graph.nodeCount, 5);
  assert.deepEqual([...graph.firstEdges], [0, 1, 2, 3, 5, 5]);
  assert.deepEqual([...graph.edgeTargets], [1, 2, 3, 2, 4]);
  assert.deepEqual([...graph.nodeIds], [1, 3, 5, 4294967294, 9]);
  assert.deepEqual([...graph.nodeSelfSizes], [0, 24, 48, 32, 1000]);
  assert.deepEqual([...(graph.nodeDetachedness ?? [])], [0, 0, 1, 2, 0]);
  assert.deepEqual([...(graph.nodeTraceIds ?? [])], [0, 0, 3, 2, 0]);
  assert.equal(graph.strings.get(graph.nodeNames[3]), 'Agent');
  assert.equal(graph.strings.indexOf('agent'), 6);
  assert.equal(graph.strings.indexOf('text: " \\ \n é 漢 😀 \ud800'), 4);
  assert.equal(graph.strings.indexOf(''), 9);
  assert.equal(graph.strings.indexOf('nobody'), -1);
  assert.throws(() => graph.strings.get(12), RangeError);
  assert.deepEqual([...graph.locations.nodes], [2, 3]);
  assert.deepEqual([...graph.locations.lines], [4, 8]);
  assert.deepEqual([...graph.traceTree.parents], [-1, 0, 1, 0]);
  assert.deepEqual([...graph.traceTree.ids], [1, 2, 4, 3]);
  assert.deepEqual([...graph.samples.timestamps], [0, 51234]);
  assert.deepEqual(graph.problems, []);
  assertSame(graph, drawnSnapshot());
});

test('cuts between pieces make no difference', () => {
  const json = drawnSnapshot();
  for (const text of [inRows(json), JSON.stringify(json), `\ufeff${JSON.stringify(json, null, 2)}\r\n\t `]) {
    const bytes = Buffer.from(text);
    for (const size of [1, 2, 3, 5, 7, 64, bytes.length]) assertSame(readSnapshot(bytes, [size]), json);
    for (let first = 1; first < bytes.length; first++) {
      assertSame(readSnapshot(bytes, [first, Infinity]), json);
    }
  }
});

test('the caller may fill the same Buffer anew', () => {
  const json = drawnSnapshot();
  const bytes = Buffer.from(JSON.stringify(json));
  for (const size of [5, 64]) {
    const reader = new SnapshotReader({ fileBytes: bytes.length });
    const buffer = Buffer.alloc(size);
    for (let at = 0; at < bytes.length; at += size) {
      const copied = bytes.copy(buffer, 0, at, at + size);
      reader.write(buffer.subarray(0, copied));
      buffer.fill('?');
    }
    assertSame(reader.finish(), json);
  }
});

test('fields may come in any order, unknown ones are passed over', () => {
  const json = drawnSnapshot();
  const { meta } = json.snapshot;
  meta.node_fields = ['id', 'edge_count', 'colour', 'name', 'type', 'self_size'];
  meta.node_types = ['number', 'number', 'number', 'string', ['synthetic', 'object'], 'number'];
  meta.edge_fields = ['to_node', 'weight', 'name_or_index', 'type'];
  meta.edge_types = ['node', 'number', 'string_or_number', ['hidden', 'property']];
  meta.trace_node_fields = ['children', 'size', 'id', 'extra', 'function_info_index', 'count'];
  meta.location_fields = ['line', 'object_index', 'column', 'end', 'script_id'];
  meta.trace_function_info_fields.push('flags');
  meta.sample_fields.unshift('kind');
  json.snapshot.node_count = 2;
  json.snapshot.edge_count = 2;
  json.nodes = [1, 1, 99, 0, 0, 0, 3, 1, 99, 1, 1, 16];
  json.edges = [6, 7, 4294967295, 0, 0, 8, 5, 1];
  json.trace_tree = [[[[], 4, 3, 0, 1, 2], 8, 2, 0, 1, 1], 0, 1, 0, 0, 0];
  json.locations = [5, 6, 1, 0, 30, 4, 0, 1, 0, 30];
  json.trace_function_infos = [0, 9, 9, 0, 0, 0, 1, 77, 10, 11, 30, 12, 3, 1];
  json.samples = [1, 0, 5];
  const graph = readSnapshot(JSON.stringify(json));
  assertSame(graph, json);
  assert.equal(graph.nodeDetachedness, undefined);
  assert.deepEqual([...graph.locations.nodes], [0, 1]);
  assert.match(graph.problems.join('\n'), /unknown field "colour" of "node_fields"/);
  assert.equal(graph.problems.length, 6);
});

test('unknown sections of any kind are passed over, and said at most 20 times', () => {
  const json = drawnSnapshot();
  const { snapshot, ...rest } = json;
  const odd = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [`odd ${index}`, { '}': ['"]\\', -1.5e3, null, [[]]] }]),
  );
  const text = JSON.stringify({
    word: true,
    number: -1e5,
    text: 'a"b',
    snapshot,
    ...odd,
    scopes: [1],
    ...rest,
  });
  for (const size of [1, 10, Infinity]) {
    const graph = readSnapshot(text, [size]);
    assertSame(graph, json);
    assert.equal(graph.problems.length, 20);
    assert.equal(graph.problems[3], 'Passed over the unknown section "odd 0".');
  }
  const known = readSnapshot(JSON.stringify({ ...json, scopes: [1], scope_uses: {} }));
  assert.deepEqual(known.problems, []);
});

test('the sections behind the header may come in any order, and all but three be missing', () => {
  const { snapshot, nodes, edges, strings, ...more } = drawnSnapshot();
  const turned: SnapshotJson = { snapshot, strings, ...more, edges, nodes };
  assertSame(readSnapshot(JSON.stringify(turned)), turned);
  const least: SnapshotJson = { snapshot, nodes, edges, strings };
  assertSame(readSnapshot(JSON.stringify(least)), least);
  delete (snapshot.meta as Record<string, unknown>).location_fields;
  delete snapshot.trace_function_count;
  const graph = readSnapshot(JSON.stringify(least));
  assert.equal(graph.nodeTraceIds, undefined);
  assert.equal(graph.locations.count, 0);
});

test('sizes past 2^32 widen their column, wherever they come', () => {
  for (const node of [0, 2, 4]) {
    const json = drawnSnapshot();
    json.nodes[node * 7 + 3] = 2 ** 40 + 1;
    const graph = readSnapshot(JSON.stringify(json));
    assert.ok(graph.nodeSelfSizes instanceof Float64Array);
    assertSame(graph, json);
  }
  assert.ok(readSnapshot(JSON.stringify(drawnSnapshot())).nodeSelfSizes instanceof Uint32Array);
});

test('numbers of every length around the fast parser, in pieces of every size', () => {
  const json = drawnSnapshot();
  const count = 400;
  const number = (row: number): number => Math.min(2 ** 32 - 1, Math.floor(10 ** ((row % 11) - 0.3)));
  json.snapshot.node_count = count;
  json.snapshot.edge_count = count;
  json.nodes = Array.from({ length: count }, (_, row) => [
    row % 3,
    0,
    number(row),
    number(row * 7),
    1,
    row % 2,
    0,
  ]).flat();
  json.edges = Array.from({ length: count }, (_, row) => [
    0,
    number(row * 3),
    ((row * 37) % count) * 7,
  ]).flat();
  json.locations = Array.from({ length: count }, (_, row) => [
    ((row * 91) % count) * 7,
    number(row),
    number(row + 1),
    number(row + 2),
  ]).flat();
  for (const text of [inRows(json), JSON.stringify(json), JSON.stringify(json, null, 1)]) {
    for (const size of [1, 13, 100, 777, 5000, Infinity]) assertSame(readSnapshot(text, [size]), json);
  }
});

test('a trace tree of any depth is read', () => {
  const json = drawnSnapshot();
  const depth = 50_000;
  const { trace_tree: _, ...rest } = json;
  const nested = `${'[1,0,0,0,'.repeat(depth)}[]${']'.repeat(depth)}`;
  const graph = readSnapshot(JSON.stringify(rest).replace(/\}$/, `,"trace_tree":${nested}}`));
  assert.equal(graph.traceTree.count, depth);
  assert.equal(graph.traceTree.parents[depth - 1], depth - 2);
});

test('without the file size the header is believed', () => {
  const reader = new SnapshotReader();
  reader.write(Buffer.from(JSON.stringify(drawnSnapshot())));
  assertSame(reader.finish(), drawnSnapshot());
});
