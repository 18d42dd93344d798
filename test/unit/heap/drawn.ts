import type { SnapshotJson } from './reference.ts';

/**
 * Five nodes drawn by hand:
 *
 *     0 (root) --element 1--> 1 global --property session--> 2 Session --property agent--> 3 Agent
 *                                                                 3 --property owner--> 2
 *                                                                 3 --weak--> 4 "text"
 * with every other section, too.
 */
export function drawnSnapshot(): SnapshotJson {
  return {
    snapshot: {
      meta: {
        node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'],
        node_types: [['synthetic', 'object', 'string'], 'string', 'number', 'number', 'number', 'number'],
        edge_fields: ['type', 'name_or_index', 'to_node'],
        edge_types: [['element', 'property', 'weak'], 'string_or_number', 'node'],
        trace_function_info_fields: ['function_id', 'name', 'script_name', 'script_id', 'line', 'column'],
        trace_node_fields: ['id', 'function_info_index', 'count', 'size', 'children'],
        sample_fields: ['timestamp_us', 'last_assigned_id'],
        location_fields: ['object_index', 'script_id', 'line', 'column'],
      },
      node_count: 5,
      edge_count: 5,
      trace_function_count: 2,
    },
    nodes: [
      [0, 0, 1, 0, 1, 0, 0],
      [1, 1, 3, 24, 1, 0, 0],
      [1, 2, 5, 48, 1, 3, 1],
      [1, 3, 4294967294, 32, 2, 2, 2],
      [2, 4, 9, 1000, 0, 0, 0],
    ].flat(),
    edges: [
      [0, 1, 7],
      [1, 5, 14],
      [1, 6, 21],
      [1, 7, 14],
      [2, 8, 28],
    ].flat(),
    trace_function_infos: [0, 9, 9, 0, 0, 0, 77, 10, 11, 4294967295, 12, 3],
    trace_tree: [1, 0, 0, 0, [2, 1, 5, 160, [4, 0, 1, 8, []], 3, 1, 7, 224, []]],
    samples: [0, 5, 51234, 9],
    locations: [21, 30, 8, 2, 14, 30, 4, 2],
    strings: [
      '(root)',
      'global',
      'Session',
      'Agent',
      'text: " \\ \n é 漢 😀 \ud800',
      'session',
      'agent',
      'owner',
      'ref',
      '',
      'makeAgent',
      'agent.js',
    ],
  };
}

/** As V8 in Node 18 to 22 writes it: a newline before each row's comma. */
export function inRows(json: SnapshotJson): string {
  const rows = (flat: number[], width: number): string => {
    const lines: string[] = [];
    for (let at = 0; at < flat.length; at += width) lines.push(flat.slice(at, at + width).join(','));
    return `[${lines.join('\n,')}\n]`;
  };
  const { meta } = json.snapshot;
  return [
    `{"snapshot":${JSON.stringify(json.snapshot)}`,
    `\n"nodes":${rows(json.nodes, meta.node_fields.length)}`,
    `\n"edges":${rows(json.edges, meta.edge_fields.length)}`,
    `\n"trace_function_infos":${rows(json.trace_function_infos ?? [], 6)}`,
    `\n"trace_tree":${JSON.stringify(json.trace_tree ?? [])}`,
    `\n"samples":${rows(json.samples ?? [], 2)}`,
    `\n"locations":${rows(json.locations ?? [], 4)}`,
    `\n"strings":[${json.strings.map((text) => JSON.stringify(text)).join(',\n')}]}`,
  ].join(',');
}
