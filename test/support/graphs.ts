/** Graphs for tests: small ones drawn by hand, and V8's files read the plain way, with JSON.parse. */
import { readFileSync } from 'node:fs';
import type { HeapGraph } from '../../src/heap/graph.ts';

const NODE_TYPES =
  'hidden,array,string,object,code,closure,regexp,number,native,synthetic,concatenated string,sliced string,symbol,bigint,object shape'.split(
    ',',
  );
const EDGE_TYPES = 'context,element,property,internal,hidden,shortcut,weak'.split(',');

export interface DrawnNode {
  /** Default `object`. */
  type?: string;
  /** Default `Object`. */
  name?: string;
  /** Default 2 * ordinal + 1. */
  id?: number;
  /** Default 0. */
  size?: number;
  detachedness?: number;
}

/** From, to, edge type (default `property`), name (default `p`; a number for `element` and `hidden`). */
export type DrawnEdge = [from: number, to: number, type?: string, name?: string | number];

/** The first node is the root. */
export function buildGraph(drawing: {
  nodes: DrawnNode[];
  edges: DrawnEdge[];
  locations?: { node: number; scriptId: number; line: number; column: number }[];
}): HeapGraph {
  const strings: string[] = [];
  const indexes = new Map<string, number>();
  const intern = (text: string): number => {
    let index = indexes.get(text);
    if (index === undefined) {
      index = strings.push(text) - 1;
      indexes.set(text, index);
    }
    return index;
  };
  const nodes = drawing.nodes.flatMap((node, ordinal) => [
    NODE_TYPES.indexOf(node.type ?? 'object'),
    intern(node.name ?? 'Object'),
    node.id ?? 2 * ordinal + 1,
    node.size ?? 0,
    drawing.edges.filter(([from]) => from === ordinal).length,
    node.detachedness ?? 0,
  ]);
  const edges = drawing.nodes.flatMap((_, ordinal) =>
    drawing.edges
      .filter(([from]) => from === ordinal)
      .flatMap(([, to, type = 'property', name = 'p']) => [
        EDGE_TYPES.indexOf(type),
        typeof name === 'number' ? name : intern(name),
        to * 6,
      ]),
  );
  return graphFromJson({
    snapshot: {
      meta: {
        node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'],
        node_types: [NODE_TYPES],
        edge_fields: ['type', 'name_or_index', 'to_node'],
        edge_types: [EDGE_TYPES],
        location_fields: ['object_index', 'script_id', 'line', 'column'],
      },
      node_count: drawing.nodes.length,
      edge_count: edges.length / 3,
    },
    nodes,
    edges,
    locations: (drawing.locations ?? [])
      .sort((a, b) => a.node - b.node)
      .flatMap(({ node, scriptId, line, column }) => [node * 6, scriptId, line, column]),
    strings,
  });
}

/**
 * A large graph straight as columns: the root, its global object (node 1), and objects `A` and `B` in turn, each of 8
 * bytes and one edge or more. `targets` gives each node's, in ascending order of nodes.
 */
export function largeGraph(
  nodeCount: number,
  edgeCount: number,
  targets: (node: number, add: (target: number) => void) => void,
): HeapGraph {
  const base = buildGraph({
    nodes: [{ type: 'synthetic', name: '' }, { name: 'A' }, { name: 'B' }],
    edges: [
      [0, 1, 'shortcut'],
      [1, 2],
    ],
  });
  const [object, property] = [base.nodeTypes[1], base.edgeTypes[1]];
  const nodeTypes = new Uint8Array(nodeCount).fill(object);
  nodeTypes[0] = base.nodeTypes[0];
  const nodeNames = Uint32Array.from({ length: nodeCount }, (_, node) => base.nodeNames[1 + (node & 1)]);
  const nodeIds = Uint32Array.from({ length: nodeCount }, (_, node) => 2 * node + 1);
  const firstEdges = new Uint32Array(nodeCount + 1);
  const edgeTargets = new Uint32Array(edgeCount);
  let edges = 0;
  for (let node = 0; node < nodeCount; node++) {
    targets(node, (target) => {
      edgeTargets[edges++] = target;
    });
    firstEdges[node + 1] = edges;
  }
  if (edges !== edgeCount) throw new Error(`${edges} edges, not ${edgeCount}`);
  const edgeTypes = new Uint8Array(edgeCount).fill(property);
  edgeTypes.fill(base.edgeTypes[0], 0, firstEdges[1]);
  return {
    ...base,
    nodeCount,
    nodeTypes,
    nodeNames,
    nodeIds,
    nodeSelfSizes: new Uint32Array(nodeCount).fill(8),
    nodeDetachedness: undefined,
    edgeCount,
    firstEdges,
    edgeTypes,
    edgeNames: new Uint32Array(edgeCount).fill(base.edgeNames[1]),
    edgeTargets,
  };
}

interface SnapshotJson {
  snapshot: {
    meta: {
      node_fields: string[];
      node_types: (string | string[])[];
      edge_fields: string[];
      edge_types: (string | string[])[];
      location_fields?: string[];
    };
    node_count: number;
    edge_count: number;
  };
  nodes: number[];
  edges: number[];
  locations?: number[];
  strings: string[];
}

/** Reads a whole `.heapsnapshot` of up to some 100 MB with JSON.parse: for tests only, and without traces. */
export function readGraph(path: string): HeapGraph {
  return graphFromJson(JSON.parse(readFileSync(path, 'utf8')) as SnapshotJson);
}

function graphFromJson({ snapshot, nodes, edges, locations = [], strings }: SnapshotJson): HeapGraph {
  const { meta, node_count: nodeCount, edge_count: edgeCount } = snapshot;
  const width = meta.node_fields.length;
  const column = (name: string): ((row: number) => number) => {
    const offset = meta.node_fields.indexOf(name);
    return (row) => nodes[row * width + offset];
  };
  const rows = { length: nodeCount };
  const edgeCounts = column('edge_count');
  const firstEdges = new Uint32Array(nodeCount + 1);
  for (let node = 0; node < nodeCount; node++) firstEdges[node + 1] = firstEdges[node] + edgeCounts(node);
  const fill = (name: string): ((_: unknown, row: number) => number) => {
    const read = column(name);
    return (_, row) => read(row);
  };
  const edgeWidth = meta.edge_fields.length;
  const edgeColumn = (name: string): ((_: unknown, row: number) => number) => {
    const offset = meta.edge_fields.indexOf(name);
    return (_, row) => edges[row * edgeWidth + offset];
  };
  const locationColumn = (name: string): Uint32Array => {
    const fields = meta.location_fields ?? [];
    const offset = fields.indexOf(name);
    return Uint32Array.from(
      { length: fields.length ? locations.length / fields.length : 0 },
      (_, row) => locations[row * fields.length + offset] / (name === 'object_index' ? width : 1),
    );
  };
  const targets = edgeColumn('to_node');
  const scriptIds = locationColumn('script_id');
  const none = new Uint32Array(0);
  return {
    nodeTypeNames: meta.node_types[0] as string[],
    edgeTypeNames: meta.edge_types[0] as string[],
    nodeCount,
    nodeTypes: Uint8Array.from(rows, fill('type')),
    nodeNames: Uint32Array.from(rows, fill('name')),
    nodeIds: Uint32Array.from(rows, fill('id')),
    nodeSelfSizes: Uint32Array.from(rows, fill('self_size')),
    nodeDetachedness: meta.node_fields.includes('detachedness')
      ? Uint8Array.from(rows, fill('detachedness'))
      : undefined,
    edgeCount,
    firstEdges,
    edgeTypes: Uint8Array.from({ length: edgeCount }, edgeColumn('type')),
    edgeNames: Uint32Array.from({ length: edgeCount }, edgeColumn('name_or_index')),
    edgeTargets: Uint32Array.from({ length: edgeCount }, (_, row) => targets(_, row) / width),
    strings: {
      count: strings.length,
      byteLength: 0,
      get(index) {
        if (index >= strings.length) throw new RangeError(`No string ${index}.`);
        return strings[index];
      },
      indexOf: (text) => strings.indexOf(text),
    },
    locations: {
      count: scriptIds.length,
      nodes: locationColumn('object_index'),
      scriptIds,
      lines: locationColumn('line'),
      columns: locationColumn('column'),
    },
    traceFunctions: {
      count: 0,
      functionIds: none,
      names: none,
      scriptNames: none,
      scriptIds: none,
      lines: none,
      columns: none,
    },
    traceTree: {
      count: 0,
      ids: none,
      parents: new Int32Array(0),
      functions: none,
      counts: none,
      sizes: new Float64Array(0),
    },
    samples: { count: 0, timestamps: new Float64Array(0), lastAssignedIds: new Float64Array(0) },
    problems: [],
  };
}
