/**
 * A heap snapshot as columns. Nodes and edges are positions (ordinals); every column is a typed array.
 * Nothing here knows of files, runtimes' protocols or wires.
 */

/** Strings kept as bytes, decoded when asked for. */
export interface StringTable {
  readonly count: number;
  /** Memory that it takes. */
  readonly byteLength: number;
  /** Decoded exactly as JSON.parse would. @throws RangeError out of range. */
  get(index: number): string;
  /** Index of the first string equal to `text`, or -1. Linear: for a handful of well-known names. */
  indexOf(text: string): number;
}

/** Where V8 says that a class (its constructor) or closure is written. Columns of equal length, sorted by node. */
export interface Locations {
  readonly count: number;
  readonly nodes: Uint32Array;
  readonly scriptIds: Uint32Array;
  /** 0-based, as in the file. */
  readonly lines: Uint32Array;
  /** 0-based, as in the file. */
  readonly columns: Uint32Array;
}

/** The functions of `trace_function_infos`, one per row. Lines and columns are 1-based there, 0 = unknown. */
export interface TraceFunctions {
  readonly count: number;
  readonly functionIds: Uint32Array;
  readonly names: Uint32Array;
  readonly scriptNames: Uint32Array;
  readonly scriptIds: Uint32Array;
  readonly lines: Uint32Array;
  readonly columns: Uint32Array;
}

/** `trace_tree` flattened, parents before children. `parents[i]` is a row, -1 for the root. */
export interface TraceTree {
  readonly count: number;
  readonly ids: Uint32Array;
  readonly parents: Int32Array;
  /** Row in TraceFunctions. */
  readonly functions: Uint32Array;
  readonly counts: Uint32Array;
  readonly sizes: Float64Array;
}

/** Rows of `samples`: allocation timeline marks. */
export interface Samples {
  readonly count: number;
  /** Microseconds. */
  readonly timestamps: Float64Array;
  readonly lastAssignedIds: Float64Array;
}

export interface HeapGraph {
  /** V8's spellings, in the file's order: `hidden`, `array`, `string`, `object`, `code`, `closure`, ... */
  readonly nodeTypeNames: readonly string[];
  /** V8's spellings: `context`, `element`, `property`, `internal`, `hidden`, `shortcut`, `weak`. */
  readonly edgeTypeNames: readonly string[];

  readonly nodeCount: number;
  /** Index into nodeTypeNames. */
  readonly nodeTypes: Uint8Array;
  /** Index into strings. */
  readonly nodeNames: Uint32Array;
  /** V8's ids. */
  readonly nodeIds: Uint32Array;
  /** Bytes. Float64Array only where a size passes 2^32. */
  readonly nodeSelfSizes: Uint32Array | Float64Array;
  /** 0 unknown, 1 attached, 2 detached; absent where the file has no such field or it is 0 throughout. */
  readonly nodeDetachedness?: Uint8Array;
  /** `trace_node_id`; absent where the file has no such field or it is 0 throughout. */
  readonly nodeTraceIds?: Uint32Array;

  readonly edgeCount: number;
  /** Edges of node n are firstEdges[n] .. firstEdges[n + 1] - 1; length nodeCount + 1. */
  readonly firstEdges: Uint32Array;
  /** Index into edgeTypeNames. */
  readonly edgeTypes: Uint8Array;
  /** For `element` and `hidden` edges the index itself, else an index into strings. */
  readonly edgeNames: Uint32Array;
  /** Node ordinal. */
  readonly edgeTargets: Uint32Array;

  readonly strings: StringTable;
  readonly locations: Locations;
  readonly traceFunctions: TraceFunctions;
  readonly traceTree: TraceTree;
  readonly samples: Samples;

  /** What was odd in the file and was passed over, capped at 20. */
  readonly problems: readonly string[];
}
