/** Snapshots the plain way: JSON.parse and recursion, to compare the reader with. */
import assert from 'node:assert/strict';
import type { HeapGraph } from '../../../src/heap/graph.ts';
import { SnapshotReader } from '../../../src/heap/snapshot-reader.ts';

export interface SnapshotJson {
  snapshot: {
    meta: Record<string, (string | string[])[]>;
    node_count: number;
    edge_count: number;
    trace_function_count?: number;
  };
  nodes: number[];
  edges: number[];
  trace_function_infos?: number[];
  trace_tree?: TraceList;
  samples?: number[];
  locations?: number[];
  strings: string[];
}

export type TraceList = (number | TraceList)[];

/** Reads text or bytes, in pieces of the given sizes (the last one is used for the rest). */
export function readSnapshot(file: string | Uint8Array, sizes: number[] = [Infinity]): HeapGraph {
  const bytes = typeof file === 'string' ? Buffer.from(file) : file;
  const reader = new SnapshotReader({ fileBytes: bytes.length });
  // A buffer used over and over, as the reader allows.
  const piece = new Uint8Array(Math.min(bytes.length, Math.max(...sizes)));
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const part = bytes.subarray(at, at + Math.max(1, sizes[Math.min(turn, sizes.length - 1)]));
    piece.fill(0x39).set(part);
    reader.write(piece.subarray(0, part.length));
    at += part.length;
  }
  return reader.finish();
}

/** Compares every column, every string and every table with what JSON.parse gives. */
export function assertSame(graph: HeapGraph, json: SnapshotJson): void {
  const { meta } = json.snapshot;
  const nodes = rowsOf(json.nodes, meta.node_fields as string[]);
  const width = meta.node_fields.length;
  assert.equal(graph.nodeCount, json.snapshot.node_count);
  assert.deepEqual(graph.nodeTypeNames, meta.node_types[meta.node_fields.indexOf('type')]);
  same('node types', graph.nodeTypes, nodes('type'));
  same('node names', graph.nodeNames, nodes('name'));
  same('node ids', graph.nodeIds, nodes('id'));
  same('node sizes', graph.nodeSelfSizes, nodes('self_size'));
  const unlessZero = (column: number[]): number[] => (column.some(Boolean) ? column : []);
  same('detachedness', graph.nodeDetachedness ?? [], unlessZero(nodes('detachedness')));
  same('trace ids', graph.nodeTraceIds ?? [], unlessZero(nodes('trace_node_id')));

  const edges = rowsOf(json.edges, meta.edge_fields as string[]);
  assert.equal(graph.edgeCount, json.snapshot.edge_count);
  assert.deepEqual(graph.edgeTypeNames, meta.edge_types[meta.edge_fields.indexOf('type')]);
  let sum = 0;
  same('first edges', graph.firstEdges, [0, ...nodes('edge_count').map((count) => (sum += count))]);
  same('edge types', graph.edgeTypes, edges('type'));
  same('edge names', graph.edgeNames, edges('name_or_index'));
  same(
    'edge targets',
    graph.edgeTargets,
    edges('to_node').map((at) => at / width),
  );

  assert.equal(graph.strings.count, json.strings.length);
  for (let index = 0; index < json.strings.length; index++) {
    if (graph.strings.get(index) !== json.strings[index]) {
      assert.equal(graph.strings.get(index), json.strings[index], `string ${index}`);
    }
  }
  assertSameTables(graph, json, width);
}

function assertSameTables(graph: HeapGraph, json: SnapshotJson, width: number): void {
  const { meta } = json.snapshot;
  const locations = rowsOf(json.locations ?? [], (meta.location_fields ?? []) as string[]);
  const places = locations('object_index').map((at, row) => ({ node: at / width, row }));
  const order = places.sort((a, b) => a.node - b.node).map(({ row }) => row);
  const ordered = (field: string): number[] => {
    const values = locations(field);
    return order.map((row) => values[row]);
  };
  assert.equal(graph.locations.count, places.length);
  same(
    'located nodes',
    graph.locations.nodes,
    places.map(({ node }) => node),
  );
  same('location scripts', graph.locations.scriptIds, ordered('script_id'));
  same('location lines', graph.locations.lines, ordered('line'));
  same('location columns', graph.locations.columns, ordered('column'));

  const functions = rowsOf(json.trace_function_infos ?? [], meta.trace_function_info_fields as string[]);
  assert.equal(graph.traceFunctions.count, functions('function_id').length);
  same('function ids', graph.traceFunctions.functionIds, functions('function_id'));
  same('function names', graph.traceFunctions.names, functions('name'));
  same('function script names', graph.traceFunctions.scriptNames, functions('script_name'));
  same('function scripts', graph.traceFunctions.scriptIds, functions('script_id'));
  same('function lines', graph.traceFunctions.lines, functions('line'));
  same('function columns', graph.traceFunctions.columns, functions('column'));

  const tree = flattened(json.trace_tree ?? [], meta.trace_node_fields as string[]);
  const { traceTree } = graph;
  assert.equal(traceTree.count, tree.length);
  for (let row = 0; row < traceTree.count; row++) {
    assert.deepEqual(
      {
        id: traceTree.ids[row],
        function_info_index: traceTree.functions[row],
        count: traceTree.counts[row],
        size: traceTree.sizes[row],
        parent: traceTree.parents[row],
      },
      tree[row],
    );
  }

  const samples = rowsOf(json.samples ?? [], (meta.sample_fields ?? []) as string[]);
  assert.equal(graph.samples.count, samples('timestamp_us').length);
  same('sample times', graph.samples.timestamps, samples('timestamp_us'));
  same('sample ids', graph.samples.lastAssignedIds, samples('last_assigned_id'));
}

function rowsOf(flat: number[], fields: string[]): (field: string) => number[] {
  return (field) => {
    const offset = fields.indexOf(field);
    const values: number[] = [];
    if (offset >= 0) for (let at = offset; at < flat.length; at += fields.length) values.push(flat[at]);
    return values;
  };
}

const TREE_FIELDS = ['id', 'function_info_index', 'count', 'size'];

function flattened(
  list: TraceList,
  fields: string[],
  parent = -1,
  into: Record<string, number>[] = [],
): Record<string, number>[] {
  for (let at = 0; at < list.length; at += fields.length) {
    const row = into.length;
    const node: Record<string, number> = { parent };
    into.push(node);
    fields.forEach((field, offset) => {
      const value = list[at + offset];
      if (Array.isArray(value)) flattened(value, fields, row, into);
      else if (TREE_FIELDS.includes(field)) node[field] = value;
    });
  }
  return into;
}

function same(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  assert.equal(actual.length, expected.length, `${what}: length`);
  for (let row = 0; row < expected.length; row++) {
    if (actual[row] !== expected[row]) assert.equal(actual[row], expected[row], `${what}, row ${row}`);
  }
}
