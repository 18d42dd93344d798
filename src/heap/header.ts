import { HeaplineError } from '../base/errors.ts';
import { malformed, notASnapshot, truncated } from './bad-file.ts';
import { decodeUtf8 } from './json-text.ts';

/**
 * What the file's `snapshot` object says about the rest: field layouts from `meta`, and counts.
 * Format: V8, src/profiler/heap-snapshot-generator.cc, HeapSnapshotJSONSerializer::SerializeSnapshot.
 */
export interface Header {
  nodeFields: readonly string[];
  nodeTypeNames: readonly string[];
  edgeFields: readonly string[];
  edgeTypeNames: readonly string[];
  traceFunctionFields: readonly string[];
  traceNodeFields: readonly string[];
  sampleFields: readonly string[];
  locationFields: readonly string[];
  nodeCount: number;
  edgeCount: number;
  traceFunctionCount: number;
}

const NODE_FIELDS = ['type', 'name', 'id', 'self_size', 'edge_count'];
const EDGE_FIELDS = ['type', 'name_or_index', 'to_node'];
const TRACE_FUNCTION_FIELDS = ['function_id', 'name', 'script_name', 'script_id', 'line', 'column'];
const TRACE_NODE_FIELDS = ['id', 'function_info_index', 'count', 'size', 'children'];
const SAMPLE_FIELDS = ['timestamp_us', 'last_assigned_id'];
const LOCATION_FIELDS = ['object_index', 'script_id', 'line', 'column'];

/** Fields known to exist and left aside: no reason to tell a user. */
const UNUSED_FIELDS = ['detachedness', 'trace_node_id'];

const MOST_FIELDS = 64;
const MOST_ROWS = 2 ** 32 - 2;
const MIN_FIELD_BYTES = 2; // a digit and a comma

/**
 * @param bytes the JSON of the `snapshot` value.
 * @param note is told of each field that is passed over.
 * @throws HeaplineError `not-a-snapshot` or `malformed`.
 */
export function readHeader(bytes: Uint8Array, note: (problem: string) => void): Header {
  const snapshot = parse(bytes);
  const meta = isRecord(snapshot) ? snapshot.meta : undefined;
  if (!isRecord(snapshot) || !isRecord(meta)) {
    throw notASnapshot('This is no V8 heap snapshot: its "snapshot" has no "meta".');
  }
  const fields = (name: string, needed: readonly string[], required: boolean): readonly string[] => {
    const given = meta[name];
    if (given === undefined && !required) return needed;
    if (!isNames(given) || given.length > MOST_FIELDS || new Set(given).size < given.length) {
      throw malformed(`The header's "${name}" is no list of up to ${MOST_FIELDS} different names.`);
    }
    for (const field of needed) {
      if (!given.includes(field)) throw malformed(`The header's "${name}" lacks "${field}".`);
    }
    for (const field of given) {
      if (!needed.includes(field) && !UNUSED_FIELDS.includes(field)) {
        note(`Passed over the unknown field ${JSON.stringify(field.slice(0, 80))} of "${name}".`);
      }
    }
    return given;
  };
  const types = (name: string, of: readonly string[]): readonly string[] => {
    const given = meta[name];
    const names: unknown = Array.isArray(given) ? given[of.indexOf('type')] : undefined;
    if (!isNames(names) || names.length > 256) {
      throw malformed(`The header's "${name}" does not name up to 256 types.`);
    }
    return names;
  };
  const nodeFields = fields('node_fields', NODE_FIELDS, true);
  const edgeFields = fields('edge_fields', EDGE_FIELDS, true);
  return {
    nodeFields,
    nodeTypeNames: types('node_types', nodeFields),
    edgeFields,
    edgeTypeNames: types('edge_types', edgeFields),
    traceFunctionFields: fields('trace_function_info_fields', TRACE_FUNCTION_FIELDS, false),
    traceNodeFields: fields('trace_node_fields', TRACE_NODE_FIELDS, false),
    sampleFields: fields('sample_fields', SAMPLE_FIELDS, false),
    locationFields: fields('location_fields', LOCATION_FIELDS, false),
    nodeCount: countOf(snapshot, 'node_count', true),
    edgeCount: countOf(snapshot, 'edge_count', true),
    traceFunctionCount: countOf(snapshot, 'trace_function_count', false),
  };
}

/** @throws HeaplineError `truncated` when so many nodes and edges can't be in a file of `fileBytes`. */
export function checkFileSize(header: Header, fileBytes: number): void {
  const { nodeCount, nodeFields, edgeCount, edgeFields } = header;
  const least = MIN_FIELD_BYTES * (nodeCount * nodeFields.length + edgeCount * edgeFields.length);
  if (least > fileBytes) {
    throw truncated(
      `The header announces ${nodeCount} nodes and ${edgeCount} edges, which take at least ${least} bytes, but the file has only ${fileBytes}.`,
    );
  }
}

function countOf(snapshot: Record<string, unknown>, name: string, required: boolean): number {
  const count = snapshot[name];
  if (count === undefined && !required) return 0;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 0) {
    throw malformed(`The header's "${name}" is no count.`);
  }
  if (count > MOST_ROWS) {
    throw new HeaplineError('too-large', `The header's "${name}" is ${count}: more than ${MOST_ROWS}.`, {
      hint: 'The file is most likely damaged: take the snapshot again.',
    });
  }
  return count;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes));
  } catch (error) {
    throw malformed('The header is no JSON.', error);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string');
}
