import { HeaplineError } from '../base/errors.ts';
import { malformed, notASnapshot } from './bad-file.ts';
import type { ValueReader } from './bytes.ts';
import { checkEdgeNames, checkNames, sortedOrder, toFirstEdges, unlessZero } from './columns.ts';
import type { HeapGraph, Locations, Samples, StringTable, TraceFunctions, TraceTree } from './graph.ts';
import { checkFileSize, type Header, readHeader } from './header.ts';
import { type ColumnPlan, RowReader } from './row-reader.ts';
import { StringReader } from './string-reader.ts';
import { TraceTreeReader } from './trace-tree-reader.ts';
import { ValueSkipper } from './value-skipper.ts';

const MOST_HEADER_BYTES = 1 << 20;
/** Newer sections that say nothing we use. */
const UNUSED_SECTIONS = ['scopes', 'scope_context_vars', 'scope_uses'];

/** The sections of a snapshot: who reads each, and what graph they make together. */
export class SnapshotSections {
  private readonly note: (problem: string) => void;
  private readonly fileBytes: number | undefined;
  private readonly seen = new Set<string>();
  private headerBytes?: ValueSkipper;
  private header?: Header;
  private nodes?: RowReader;
  private edges?: RowReader;
  private strings?: StringReader;
  private locations?: RowReader;
  private traceFunctions?: RowReader;
  private traceTree?: TraceTreeReader;
  private samples?: RowReader;

  /** `note` is told what is passed over. */
  constructor(note: (problem: string) => void, fileBytes?: number) {
    this.note = note;
    this.fileBytes = fileBytes;
  }

  /** Whether the file has shown to be a snapshot: its header has begun. */
  get begun(): boolean {
    return this.headerBytes !== undefined;
  }

  /** The reader for the section's value. */
  open(section: string): ValueReader {
    const reader = this.readerFor(section);
    if (!reader) {
      if (!UNUSED_SECTIONS.includes(section)) {
        this.note(`Passed over the unknown section ${JSON.stringify(section.slice(0, 80))}.`);
      }
      return new ValueSkipper(section.slice(0, 80));
    }
    if (this.seen.has(section)) throw malformed(`The file has two sections "${section}".`);
    this.seen.add(section);
    return reader;
  }

  /** To be called when the value of a section is over. */
  close(section: string): void {
    if (section !== 'snapshot' || !this.headerBytes) return;
    this.header = readHeader(this.headerBytes.value(), this.note);
    if (this.fileBytes !== undefined) checkFileSize(this.header, this.fileBytes);
  }

  /** @throws HeaplineError `malformed` when sections are missing or don't fit together. */
  graph(): Omit<HeapGraph, 'problems'> {
    const { header, nodes, edges } = this;
    if (!header || !nodes || !edges || !this.strings) {
      const missing = ['snapshot', 'nodes', 'edges', 'strings'].find((name) => !this.seen.has(name));
      throw malformed(`The file has no section "${missing}".`);
    }
    if (header.nodeCount === 0) throw malformed('The snapshot holds no nodes.');
    const strings = this.strings.table();
    const traceFunctions = this.readTraceFunctions(strings);
    const graph = {
      nodeTypeNames: header.nodeTypeNames,
      edgeTypeNames: header.edgeTypeNames,
      nodeCount: header.nodeCount,
      nodeTypes: nodes.take('type') as Uint8Array,
      nodeNames: nodes.take('name') as Uint32Array,
      nodeIds: nodes.take('id') as Uint32Array,
      nodeSelfSizes: nodes.take('self_size') as Uint32Array | Float64Array,
      nodeDetachedness: unlessZero(nodes.take('detachedness') as Uint8Array | undefined),
      nodeTraceIds: unlessZero(nodes.take('trace_node_id') as Uint32Array | undefined),
      edgeCount: header.edgeCount,
      firstEdges: toFirstEdges(nodes.take('edge_count') as Uint32Array, header.edgeCount),
      edgeTypes: edges.take('type') as Uint8Array,
      edgeNames: edges.take('name_or_index') as Uint32Array,
      edgeTargets: edges.take('to_node') as Uint32Array,
      strings,
      locations: this.readLocations(),
      traceFunctions,
      traceTree: this.readTraceTree(traceFunctions),
      samples: this.readSamples(),
    };
    checkNames('nodes', graph.nodeNames, strings);
    checkEdgeNames(graph);
    return graph;
  }

  private readerFor(section: string): ValueReader | undefined {
    if (section === 'snapshot') {
      this.headerBytes ??= new ValueSkipper('snapshot', MOST_HEADER_BYTES);
      return this.headerBytes;
    }
    switch (section) {
      case 'nodes':
        this.nodes = nodeReader(this.headerBefore(section));
        return this.nodes;
      case 'edges':
        this.edges = edgeReader(this.headerBefore(section));
        return this.edges;
      case 'strings':
        this.headerBefore(section);
        this.strings = new StringReader();
        return this.strings;
      case 'locations': {
        const { locationFields, nodeCount, nodeFields } = this.headerBefore(section);
        this.locations = new RowReader(section, locationFields, [
          { field: 'object_index', array: Uint32Array, unit: nodeFields.length, below: nodeCount },
          ...plain(Uint32Array, 'script_id', 'line', 'column'),
        ]);
        return this.locations;
      }
      case 'trace_function_infos': {
        const { traceFunctionFields } = this.headerBefore(section);
        const plans = plain(Uint32Array, 'function_id', 'name', 'script_name', 'script_id', 'line', 'column');
        this.traceFunctions = new RowReader(section, traceFunctionFields, plans);
        return this.traceFunctions;
      }
      case 'trace_tree':
        this.traceTree = new TraceTreeReader(this.headerBefore(section).traceNodeFields);
        return this.traceTree;
      case 'samples': {
        const { sampleFields } = this.headerBefore(section);
        this.samples = new RowReader(
          section,
          sampleFields,
          plain(Float64Array, 'timestamp_us', 'last_assigned_id'),
        );
        return this.samples;
      }
      default:
        return undefined;
    }
  }

  private headerBefore(section: string): Header {
    if (!this.header) throw notASnapshot(`This is no heap snapshot: "${section}" comes before "snapshot".`);
    return this.header;
  }

  private readLocations(): Locations {
    const column = (field: string): Uint32Array =>
      (this.locations?.take(field) ?? new Uint32Array(0)) as Uint32Array;
    const nodes = column('object_index');
    const order = sortedOrder(nodes);
    const sorted = (values: Uint32Array): Uint32Array => (order ? order.map((row) => values[row]) : values);
    return {
      count: nodes.length,
      nodes: sorted(nodes),
      scriptIds: sorted(column('script_id')),
      lines: sorted(column('line')),
      columns: sorted(column('column')),
    };
  }

  private readTraceFunctions(strings: StringTable): TraceFunctions {
    const column = (field: string): Uint32Array =>
      (this.traceFunctions?.take(field) ?? new Uint32Array(0)) as Uint32Array;
    const functions = {
      count: this.traceFunctions?.count ?? 0,
      functionIds: column('function_id'),
      names: column('name'),
      scriptNames: column('script_name'),
      scriptIds: column('script_id'),
      lines: column('line'),
      columns: column('column'),
    };
    checkNames('trace_function_infos', functions.names, strings);
    checkNames('trace_function_infos', functions.scriptNames, strings);
    return functions;
  }

  private readTraceTree(functions: TraceFunctions): TraceTree {
    const tree = (this.traceTree ?? new TraceTreeReader([])).take();
    const stray = tree.functions.findIndex((row) => row >= functions.count);
    if (stray >= 0) throw malformed(`Node ${stray} of "trace_tree" names a function that is not there.`);
    return tree;
  }

  private readSamples(): Samples {
    const column = (field: string): Float64Array =>
      (this.samples?.take(field) ?? new Float64Array(0)) as Float64Array;
    return {
      count: this.samples?.count ?? 0,
      timestamps: column('timestamp_us'),
      lastAssignedIds: column('last_assigned_id'),
    };
  }
}

function nodeReader(header: Header): RowReader {
  const plans: ColumnPlan[] = [
    { field: 'type', array: Uint8Array, below: header.nodeTypeNames.length },
    ...plain(Uint32Array, 'name', 'id'),
    { field: 'self_size', array: Uint32Array, widens: true },
    { field: 'edge_count', array: Uint32Array, spare: 1 },
  ];
  if (header.nodeFields.includes('detachedness')) plans.push(...plain(Uint8Array, 'detachedness'));
  if (header.nodeFields.includes('trace_node_id') && header.traceFunctionCount > 0) {
    plans.push(...plain(Uint32Array, 'trace_node_id'));
  }
  return allocated(header, () => new RowReader('nodes', header.nodeFields, plans, header.nodeCount));
}

function edgeReader(header: Header): RowReader {
  const plans: ColumnPlan[] = [
    { field: 'type', array: Uint8Array, below: header.edgeTypeNames.length },
    ...plain(Uint32Array, 'name_or_index'),
    { field: 'to_node', array: Uint32Array, unit: header.nodeFields.length, below: header.nodeCount },
  ];
  return allocated(header, () => new RowReader('edges', header.edgeFields, plans, header.edgeCount));
}

function allocated(header: Header, make: () => RowReader): RowReader {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new HeaplineError(
      'too-large',
      `There is no memory for ${header.nodeCount} nodes and ${header.edgeCount} edges.`,
      { hint: 'Open the snapshot on a machine with more memory.', cause: error },
    );
  }
}

function plain(array: ColumnPlan['array'], ...fields: string[]): ColumnPlan[] {
  return fields.map((field) => ({ field, array }));
}
