/** Snapshot files as they should not be, or as a later V8 may write them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

interface SnapshotFile {
  snapshot: {
    meta: Record<string, unknown> & {
      node_fields: string[];
      node_types: unknown[];
      edge_fields: string[];
      edge_types: unknown[];
    };
  };
  nodes: number[];
  edges: number[];
  locations: number[];
  [section: string]: unknown;
}

/** A real snapshot of a small program. */
export async function writeSnapshot(file: string): Promise<void> {
  const program = 'const kept = []; for (let i = 0; i < 1000; i++) kept.push({ i }); globalThis.kept = kept;';
  const script = `${program} require('node:v8').writeHeapSnapshot(process.argv[1]);`;
  await promisify(execFile)(process.execPath, ['-e', script, file]);
}

/** The same heap with sections, meta fields, node columns and edge columns that nobody knows yet. */
export function withUnknownFields(text: string): string {
  const file = JSON.parse(text) as SnapshotFile;
  const { meta } = file.snapshot;
  const nodeWidth = meta.node_fields.length;
  meta.node_fields.push('mood');
  (meta.node_types as string[]).push('number');
  meta.edge_fields.splice(1, 0, 'colour');
  (meta.edge_types as string[]).splice(1, 0, 'number');
  meta.weather_fields = ['temperature'];
  file.nodes = widen(file.nodes, nodeWidth, nodeWidth, () => 7);
  file.edges = widen(file.edges, 3, 1, () => 3);
  // to_node counts in numbers of the flat node array, whose rows are now longer.
  for (let at = 3; at < file.edges.length; at += 4)
    file.edges[at] = (file.edges[at] / nodeWidth) * (nodeWidth + 1);
  // So does a location's first field, of four.
  for (let at = 0; at < file.locations.length; at += 4)
    file.locations[at] = (file.locations[at] / nodeWidth) * (nodeWidth + 1);
  const { snapshot, nodes, edges, ...rest } = file;
  return JSON.stringify({
    weather: { days: [1.5e3, -2, null, true, { 'a"]}': '\u2028"}' }] },
    snapshot,
    nodes,
    notes: ['[', '{"nodes":[', '\\'],
    edges,
    ...rest,
  });
}

function widen(rows: number[], width: number, at: number, fill: () => number): number[] {
  const wide: number[] = [];
  for (let row = 0; row < rows.length; row += width) {
    for (let column = 0; column < width; column++) {
      if (column === at) wide.push(fill());
      wide.push(rows[row + column]);
    }
    if (at === width) wide.push(fill());
  }
  return wide;
}

const META =
  '{"node_fields":["type","name","id","self_size","edge_count","detachedness"],' +
  '"node_types":[["hidden","array","string","object"],"string","number","number","number","number"],' +
  '"edge_fields":["type","name_or_index","to_node"],' +
  '"edge_types":[["context","element","property"],"string_or_number","node"]}';

/** Files that ask for far more memory, depth or time than they are worth. */
export const BOMBS: Record<string, () => string> = {
  'ten million open brackets': () => `{"snapshot":${'['.repeat(10_000_000)}`,
  'ten million open braces in an unknown section': () => `{"x":${'{"a":'.repeat(10_000_000)}`,
  'four billion nodes announced': () =>
    `{"snapshot":{"meta":${META},"node_count":4000000000,"edge_count":4000000000},"nodes":[1,1,1,1,0,0],"edges":[],"strings":[""]}`,
  'a number of twenty million digits': () =>
    `{"snapshot":{"meta":${META},"node_count":1,"edge_count":0},"nodes":[${'9'.repeat(20_000_000)},1,1,1,0,0],"edges":[],"strings":[""]}`,
  'edges that lead out of the file': () =>
    `{"snapshot":{"meta":${META},"node_count":1,"edge_count":1},"nodes":[3,0,1,1,1,0],"edges":[2,0,6000000000],"strings":[""]}`,
  'more edges promised by a node than there are': () =>
    `{"snapshot":{"meta":${META},"node_count":1,"edge_count":1},"nodes":[3,0,1,1,900000000,0],"edges":[2,0,0],"strings":[""]}`,
  'an allocation tree five million levels deep': () =>
    `{"snapshot":{"meta":${META},"node_count":1,"edge_count":0},"nodes":[3,0,1,1,0,0],"edges":[],"trace_tree":${'[1,1,1,1,'.repeat(5_000_000)}`,
  'a key of fifty million characters': () => `{"${'k'.repeat(50_000_000)}":1}`,
};
