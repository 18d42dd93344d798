import { HeaplineError } from '../base/errors.ts';
import { malformed, notASnapshot } from './bad-file.ts';
import type { ValueReader } from './bytes.ts';
import {
  type Column,
  checkEdgeNames,
  checkNames,
  reordered,
  sortedOrder,
  toFirstEdges,
  unlessZero,
} from './columns.ts';
import type { HeapGraph, Locations, Samples, TraceFunctions, TraceTree } from './graph.ts';
import { checkFileSize, type Header, readHeader } from './header.ts';
import { RowReader } from './row-reader.ts';
import { edgePlans, locationPlans, nodePlans, samplePlans, traceFunctionPlans } from './section-plans.ts';
import { type ReadStrings, StringReader } from './string-reader.ts';
import { ByteStringTable, type Chunks } from './string-table.ts';
import { TraceTreeReader } from './trace-tree-reader.ts';
import { ValueSkipper } from './value-skipper.ts';

const MOST_HEADER_BYTES = 1 << 20;
/** Newer sections that say nothing we use. */
const UNUSED_SECTIONS = ['scopes', 'scope_context_vars', 'scope_uses'];

/** Sections that can stand before the edges only, where these are not read. */
const FIRST_SECTIONS = ['snapshot', 'nodes', 'edges'];

/** The sections behind a snapshot's edges, as part of a graph; structured-cloneable. */
export interface SectionsEnd
  extends Pick<HeapGraph, 'locations' | 'traceFunctions' | 'traceTree' | 'samples'> {
  /** Names of the sections. */
  seen: readonly string[];
  strings: ReadStrings;
  /** Offset in the file at which the list of strings begins. */
  stringsAt: number;
}

/** What is known of the file beside its bytes. */
export interface SnapshotFile {
  /** Its size; counts that can't fit in it are refused early. */
  fileBytes?: number;
  /** A header, to read only what lies behind the edges, from the first byte after their list. */
  behindEdges?: Header;
  /** Of a file that can be read again, whose strings are left there from so many bytes on. */
  leaveStrings?: number;
  /** The bytes again, in chunks from the offset on. */
  again?(start: number, length: number): Chunks;
}

/** The sections of a snapshot: who reads each, and what graph they make together. */
export class SnapshotSections {
  private readonly note: (problem: string) => void;
  private readonly file: SnapshotFile;
  private readonly seen = new Set<string>();
  private headerBytes?: ValueSkipper;
  /** Once it is read. */
  header?: Header;
  private nodes?: RowReader;
  private edges?: RowReader;
  private strings?: StringReader;
  private stringsAt = 0;
  private locations?: RowReader;
  private traceFunctions?: RowReader;
  private traceTree?: TraceTreeReader;
  private samples?: RowReader;
  /** From another reader, who has checked the names of edges from `row` on. */
  private taken?: { end: SectionsEnd; row: number };

  /** `note` is told what is passed over. */
  constructor(note: (problem: string) => void, file: SnapshotFile) {
    this.note = note;
    this.file = file;
    this.header = file.behindEdges;
    if (file.behindEdges) for (const section of FIRST_SECTIONS) this.seen.add(section);
  }

  get edgesDone(): boolean {
    return this.edges?.done ?? false;
  }

  shareEdges(): readonly Column[] {
    this.edges ??= edgeReader(this.headerBefore('edges'));
    return this.edges.shared;
  }

  /** Whether the edges up to `row` and nothing else of them are read. */
  edgesStandAt(row: number): boolean {
    return this.edges?.standsAt(row) ?? false;
  }

  /** False where the sections don't belong behind those that are read. */
  takeEnd(end: SectionsEnd): boolean {
    if (end.seen.some((section) => this.seen.has(section))) return false;
    for (const section of end.seen) this.seen.add(section);
    this.taken = { end, row: this.edges!.count };
    this.edges!.endAs(this.header!.edgeCount);
    return true;
  }

  /** The sections behind the edges. @throws HeaplineError `malformed` */
  end(): SectionsEnd {
    if (!this.strings) throw malformed('The file has no section "strings".');
    const strings = this.strings.bytes();
    const traceFunctions = this.readTraceFunctions(strings.count);
    return {
      seen: [...this.seen].filter((section) => !FIRST_SECTIONS.includes(section)),
      strings,
      stringsAt: this.stringsAt,
      locations: this.readLocations(),
      traceFunctions,
      traceTree: this.readTraceTree(traceFunctions),
      samples: this.readSamples(),
    };
  }

  /** Whether the file has shown to be a snapshot: its header has begun. */
  get begun(): boolean {
    return this.headerBytes !== undefined;
  }

  /** The reader for the section's value. @param offset where it begins in the file */
  open(section: string, offset: number): ValueReader {
    const reader = this.readerFor(section, offset);
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
    if (this.file.fileBytes !== undefined) checkFileSize(this.header, this.file.fileBytes);
  }

  /** @throws HeaplineError `malformed` when sections are missing or don't fit together. */
  graph(): Omit<HeapGraph, 'problems'> {
    const { header, nodes, edges } = this;
    const missing = ['snapshot', 'nodes', 'edges', 'strings'].find((name) => !this.seen.has(name));
    if (missing || !header || !nodes || !edges) throw malformed(`The file has no section "${missing}".`);
    if (header.nodeCount === 0) throw malformed('The snapshot holds no nodes.');
    const { locations, traceFunctions, traceTree, samples, ...end } = this.taken?.end ?? this.end();
    const strings = new ByteStringTable({ ...end.strings, chunks: this.chunksOf(end) });
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
      locations,
      traceFunctions,
      traceTree,
      samples,
    };
    checkNames('nodes', graph.nodeNames, strings.count);
    checkEdgeNames(graph, strings.count, 0, this.taken?.row ?? header.edgeCount);
    return graph;
  }

  private readerFor(section: string, offset: number): ValueReader | undefined {
    if (section === 'snapshot') {
      this.headerBytes ??= new ValueSkipper('snapshot', MOST_HEADER_BYTES);
      return this.headerBytes;
    }
    switch (section) {
      case 'nodes':
        this.nodes = nodeReader(this.headerBefore(section));
        return this.nodes;
      case 'edges':
        this.edges ??= edgeReader(this.headerBefore(section));
        return this.edges;
      case 'strings':
        this.headerBefore(section);
        this.stringsAt = offset;
        this.strings = new StringReader(!this.leavesStrings(offset));
        return this.strings;
      case 'locations': {
        const header = this.headerBefore(section);
        this.locations = new RowReader(section, header.locationFields, locationPlans(header));
        return this.locations;
      }
      case 'trace_function_infos': {
        const { traceFunctionFields } = this.headerBefore(section);
        this.traceFunctions = new RowReader(section, traceFunctionFields, traceFunctionPlans());
        return this.traceFunctions;
      }
      case 'trace_tree':
        this.traceTree = new TraceTreeReader(this.headerBefore(section).traceNodeFields);
        return this.traceTree;
      case 'samples': {
        this.samples = new RowReader(section, this.headerBefore(section).sampleFields, samplePlans());
        return this.samples;
      }
      default:
        return undefined;
    }
  }

  /** What follows is strings for the most part. */
  private leavesStrings(offset: number): boolean {
    const { fileBytes, leaveStrings } = this.file;
    return fileBytes !== undefined && leaveStrings !== undefined && fileBytes - offset >= leaveStrings;
  }

  private chunksOf({ strings, stringsAt }: Pick<SectionsEnd, 'strings' | 'stringsAt'>): Chunks {
    const chunks = strings.chunks ?? this.file.again?.(stringsAt, strings.length);
    if (!chunks) throw new Error('Strings were left in a file that can not be read again');
    return chunks;
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
    const sorted = (values: Uint32Array): Uint32Array => (order ? reordered(values, order) : values);
    return {
      count: nodes.length,
      nodes: sorted(nodes),
      scriptIds: sorted(column('script_id')),
      lines: sorted(column('line')),
      columns: sorted(column('column')),
    };
  }

  private readTraceFunctions(stringCount: number): TraceFunctions {
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
    checkNames('trace_function_infos', functions.names, stringCount);
    checkNames('trace_function_infos', functions.scriptNames, stringCount);
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
  const { nodeFields, nodeCount } = header;
  return allocated(header, () => new RowReader('nodes', nodeFields, nodePlans(header), nodeCount));
}

function edgeReader(header: Header): RowReader {
  const { edgeFields, edgeCount } = header;
  return allocated(header, () => new RowReader('edges', edgeFields, edgePlans(header), edgeCount));
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
