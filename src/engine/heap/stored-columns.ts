/** The columns of an analysed snapshot in a file, and how they become one again: each read when it is first needed. */
import type { Classes } from '../../analysis/classes.ts';
import type { AnalysedHeap } from '../../analysis/heap.ts';
import { HeaplineError } from '../../base/errors.ts';
import { checkEdgeNames } from '../../heap/columns.ts';
import type { HeapGraph, Locations, Samples, TraceFunctions, TraceTree } from '../../heap/graph.ts';
import { ByteStringTable } from '../../heap/string-table.ts';
import { ENGINE_VERSION } from '../version.ts';
import { type ClassTotals, columnBytes, type HeapColumns } from './columns.ts';
import { type Column, type ColumnsFile, type ColumnType, DamagedColumns } from './columns-file.ts';
import { FileStrings } from './file-strings.ts';

/** Raised when the columns, or what they mean, change. */
const FORMAT = 1;
const WRAP = 2 ** 32;

/** The snapshot that columns were made from, as far as is looked at: see fingerprint. */
export interface SourceStamp {
  bytes: number;
  mtimeMs: number;
  hash: string;
}

export interface ColumnsMeta {
  format: number;
  engine: string;
  source: SourceStamp;
  nodeTypeNames: string[];
  edgeTypeNames: string[];
  nodeCount: number;
  edgeCount: number;
  locationCount: number;
  stringCount: number;
  /** See StringOffsets. */
  wraps: number[];
  stringsEnd: number;
  totalSize: number;
  problems: string[];
  classNames: string[];
  classTotals: ClassTotals[];
}

/** What is to be written, or undefined of a snapshot that is not kept: one with traces, or in an odd form. */
export function toStore(
  columns: HeapColumns,
  source: SourceStamp,
  stringsEnd: (listBytes: number) => number | undefined,
): { meta: ColumnsMeta; columns: [string, Column][] } | undefined {
  const { graph } = columns;
  const { strings, locations } = graph;
  if (!(strings instanceof ByteStringTable) || graph.nodeTraceIds || graph.traceFunctions.count)
    return undefined;
  const end = stringsEnd(strings.listBytes);
  if (end === undefined) return undefined;
  const { lows, wraps } = offsetsIn(strings, end - strings.listBytes);
  const { dominators, order, shallowSizes, retainedSizes, distances } = columns.heap();
  const { names, ofNode } = columns.classes();
  const all: [string, Column | undefined][] = [
    ['nodeTypes', graph.nodeTypes],
    ['nodeNames', graph.nodeNames],
    ['nodeIds', graph.nodeIds],
    ['nodeSelfSizes', graph.nodeSelfSizes],
    ['nodeDetachedness', graph.nodeDetachedness],
    ['firstEdges', graph.firstEdges],
    ['edgeTypes', graph.edgeTypes],
    ['edgeNames', graph.edgeNames],
    ['edgeTargets', graph.edgeTargets],
    ['locationNodes', locations.nodes],
    ['locationScriptIds', locations.scriptIds],
    ['locationLines', locations.lines],
    ['locationColumns', locations.columns],
    ['strings', lows],
    ['dominators', dominators],
    ['order', order],
    ['shallowSizes', shallowSizes],
    // Four bytes do where the whole heap is smaller than that.
    ['retainedSizes', columns.totalSize < WRAP ? narrowed(retainedSizes) : retainedSizes],
    ['distances', distances],
    ['classes', ofNode instanceof Uint32Array ? ofNode : new Uint32Array(ofNode)],
  ];
  return {
    meta: {
      format: FORMAT,
      engine: ENGINE_VERSION,
      source,
      nodeTypeNames: [...graph.nodeTypeNames],
      edgeTypeNames: [...graph.edgeTypeNames],
      nodeCount: graph.nodeCount,
      edgeCount: graph.edgeCount,
      locationCount: locations.count,
      stringCount: strings.count,
      wraps,
      stringsEnd: end,
      totalSize: columns.totalSize,
      problems: [...graph.problems],
      classNames: [...names],
      classTotals: [...columns.classTotals()],
    },
    columns: all.filter((entry): entry is [string, Column] => entry[1] !== undefined),
  };
}

function narrowed(sizes: Uint32Array | Float64Array): Uint32Array {
  return sizes instanceof Uint32Array ? sizes : new Uint32Array(sizes);
}

function offsetsIn(strings: ByteStringTable, base: number): { lows: Uint32Array; wraps: number[] } {
  const lows = new Uint32Array(strings.count);
  const wraps: number[] = [];
  for (let index = 0; index < lows.length; index++) {
    const offset = base + strings.offsetOf(index);
    while (offset >= (wraps.length + 1) * WRAP) wraps.push(index);
    lows[index] = offset % WRAP;
  }
  return { lows, wraps };
}

/** Whether columns are of this format and engine, and of the snapshot that is there now. */
export function isCurrent({ format, engine, source }: ColumnsMeta, now: SourceStamp): boolean {
  return (
    format === FORMAT &&
    engine === ENGINE_VERSION &&
    source.bytes === now.bytes &&
    source.mtimeMs === now.mtimeMs &&
    source.hash === now.hash
  );
}

const NO_TRACES: { traceFunctions: TraceFunctions; traceTree: TraceTree; samples: Samples } = {
  traceFunctions: {
    count: 0,
    functionIds: new Uint32Array(0),
    names: new Uint32Array(0),
    scriptNames: new Uint32Array(0),
    scriptIds: new Uint32Array(0),
    lines: new Uint32Array(0),
    columns: new Uint32Array(0),
  },
  traceTree: {
    count: 0,
    ids: new Uint32Array(0),
    parents: new Int32Array(0),
    functions: new Uint32Array(0),
    counts: new Uint32Array(0),
    sizes: new Float64Array(0),
  },
  samples: { count: 0, timestamps: new Float64Array(0), lastAssignedIds: new Float64Array(0) },
};

/**
 * Columns that are read from a file. Nothing in it is trusted: a column has the length that it must have, and what is
 * used as a position lies within. @throws DamagedColumns from any property or method
 */
export class StoredColumns implements HeapColumns {
  readonly analysed = true;
  readonly totalSize: number;
  readonly graph: HeapGraph;
  private readonly read: ColumnReader;
  private readonly strings: FileStrings;
  private readonly analysedHeap: AnalysedHeap;
  private readonly itsClasses: Classes;

  /** `source`: the snapshot's own file. Owns `file`. @throws DamagedColumns; as opening files does */
  constructor(
    private readonly file: ColumnsFile<ColumnsMeta>,
    source: string,
  ) {
    const { meta } = file;
    checkMeta(meta);
    this.totalSize = meta.totalSize;
    this.read = new ColumnReader(file);
    this.strings = new FileStrings(source, meta.stringCount, () => ({
      lows: this.read.offsets(meta),
      wraps: meta.wraps,
      end: meta.stringsEnd,
    }));
    this.graph = lazyGraph(this.read, meta, this.strings);
    this.analysedHeap = lazyHeap(this.read, meta, this.graph);
    this.itsClasses = lazyClasses(this.read, meta);
  }

  get bytes(): number {
    return this.read.bytes + this.strings.byteLength;
  }

  async ready(): Promise<void> {}

  heap(): AnalysedHeap {
    return this.analysedHeap;
  }

  classes(): Classes {
    return this.itsClasses;
  }

  classTotals(): readonly ClassTotals[] {
    return this.file.meta.classTotals;
  }

  dispose(): void {
    this.strings.dispose();
    this.file.dispose();
  }
}

/** Reads columns once each. */
class ColumnReader {
  private readonly columns: Record<string, Column> = {};

  constructor(private readonly file: ColumnsFile<ColumnsMeta>) {}

  get bytes(): number {
    return columnBytes(this.columns);
  }

  has(name: string): boolean {
    return this.file.has(name);
  }

  u8(name: string, count: number, below = 256): Uint8Array {
    return this.once(name, () => this.positions(name, this.file.column(name, 'u8', count), below));
  }

  u32(name: string, count: number, below = WRAP): Uint32Array {
    return this.once(name, () => this.positions(name, this.file.column(name, 'u32', count), below));
  }

  i32(name: string, count: number): Int32Array {
    return this.once(name, () => this.file.column(name, 'i32', count));
  }

  sizes(name: string, count: number): Uint32Array | Float64Array {
    const type: ColumnType = this.file.typeOf(name) === 'f64' ? 'f64' : 'u32';
    return this.once<Uint32Array | Float64Array>(name, () => this.file.column(name, type, count));
  }

  float64(name: string, count: number): Float64Array {
    return this.once(name, () => {
      const sizes = this.file.column(name, this.file.typeOf(name) === 'f64' ? 'f64' : 'u32', count);
      return sizes instanceof Float64Array ? sizes : new Float64Array(sizes);
    });
  }

  firstEdges({ nodeCount, edgeCount }: ColumnsMeta): Uint32Array {
    return this.once('firstEdges', () => {
      const first = this.file.column('firstEdges', 'u32', nodeCount + 1);
      for (let node = 0; node < nodeCount; node++)
        if (first[node] > first[node + 1]) throw this.outside('firstEdges');
      if (first[0] !== 0 || first[nodeCount] !== edgeCount) throw this.outside('firstEdges');
      return first;
    });
  }

  offsets({ stringCount, wraps, stringsEnd }: ColumnsMeta): Uint32Array {
    return this.once('strings', () => {
      const lows = this.file.column('strings', 'u32', stringCount);
      const marks = new Set(wraps);
      for (let index = 1; index < stringCount; index++)
        if (lows[index] <= lows[index - 1] && !marks.has(index)) throw this.outside('strings');
      if (stringCount && wraps.length * WRAP + lows[stringCount - 1] >= stringsEnd)
        throw this.outside('strings');
      return lows;
    });
  }

  /** Names of edges depend on their types. */
  edgeNames(graph: HeapGraph): Uint32Array {
    return this.once('edgeNames', () => {
      const edgeNames = this.file.column('edgeNames', 'u32', graph.edgeCount);
      const { edgeTypes, edgeTypeNames, edgeCount, strings } = graph;
      try {
        checkEdgeNames({ edgeNames, edgeTypes, edgeTypeNames }, strings.count, 0, edgeCount);
      } catch (error) {
        throw HeaplineError.is(error) ? this.outside('edgeNames') : error;
      }
      return edgeNames;
    });
  }

  private positions<T extends Uint8Array | Uint32Array>(name: string, column: T, below: number): T {
    let most = 0;
    for (let i = 0; i < column.length; i++) if (column[i] > most) most = column[i];
    if (column.length && most >= below) throw this.outside(name);
    return column;
  }

  private once<T extends Column>(name: string, read: () => T): T {
    this.columns[name] ??= read();
    return this.columns[name] as T;
  }

  private outside(name: string): DamagedColumns {
    return new DamagedColumns(`${this.file.path}: ${name} points outside the graph.`);
  }
}

function lazyGraph(read: ColumnReader, meta: ColumnsMeta, strings: FileStrings): HeapGraph {
  const { nodeCount, edgeCount, locationCount, stringCount, nodeTypeNames, edgeTypeNames, problems } = meta;
  const locations = lazily<Locations>(
    { count: locationCount },
    {
      nodes: () => read.u32('locationNodes', locationCount, nodeCount),
      scriptIds: () => read.u32('locationScriptIds', locationCount),
      lines: () => read.u32('locationLines', locationCount),
      columns: () => read.u32('locationColumns', locationCount),
    },
  );
  const graph: HeapGraph = lazily<HeapGraph>(
    { nodeTypeNames, edgeTypeNames, nodeCount, edgeCount, strings, locations, ...NO_TRACES, problems },
    {
      nodeTypes: () => read.u8('nodeTypes', nodeCount, nodeTypeNames.length),
      nodeNames: () => read.u32('nodeNames', nodeCount, stringCount),
      nodeIds: () => read.u32('nodeIds', nodeCount),
      nodeSelfSizes: () => read.sizes('nodeSelfSizes', nodeCount),
      nodeDetachedness: () =>
        read.has('nodeDetachedness') ? read.u8('nodeDetachedness', nodeCount) : undefined,
      firstEdges: () => read.firstEdges(meta),
      edgeTypes: () => read.u8('edgeTypes', edgeCount, edgeTypeNames.length),
      edgeNames: () => read.edgeNames(graph),
      edgeTargets: () => read.u32('edgeTargets', edgeCount, nodeCount),
    },
  );
  return graph;
}

function lazyHeap(read: ColumnReader, { nodeCount }: ColumnsMeta, graph: HeapGraph): AnalysedHeap {
  return lazily<AnalysedHeap>(
    { graph },
    {
      dominators: () => read.u32('dominators', nodeCount, nodeCount),
      order: () => read.u32('order', nodeCount, nodeCount),
      shallowSizes: () => read.sizes('shallowSizes', nodeCount),
      retainedSizes: () => read.float64('retainedSizes', nodeCount),
      distances: () => read.i32('distances', nodeCount),
    },
  );
}

function lazyClasses(read: ColumnReader, { nodeCount, classNames: names }: ColumnsMeta): Classes {
  return lazily<Classes>({ names }, { ofNode: () => read.u32('classes', nodeCount, names.length) });
}

/** `known` with more properties, each read when it is first asked for and a plain one from then on. */
function lazily<T extends object>(known: Partial<T>, readers: { [K in keyof T]?: () => T[K] }): T {
  for (const [name, read] of Object.entries(readers) as [string, () => unknown][]) {
    Object.defineProperty(known, name, {
      configurable: true,
      enumerable: true,
      get() {
        const value = read();
        Object.defineProperty(known, name, { value, enumerable: true });
        return value;
      },
    });
  }
  return known as T;
}

function checkMeta(meta: ColumnsMeta): void {
  const counts = [meta.nodeCount, meta.edgeCount, meta.locationCount, meta.stringCount, meta.stringsEnd];
  const lists = [
    meta.nodeTypeNames,
    meta.edgeTypeNames,
    meta.classNames,
    meta.problems,
    meta.classTotals,
    meta.wraps,
  ];
  const sound =
    [...counts, meta.totalSize].every((count) => Number.isSafeInteger(count) && count >= 0) &&
    counts.slice(0, 4).every((count) => count < WRAP) &&
    lists.every(Array.isArray) &&
    lists.slice(0, 4).every((names) => (names as unknown[]).every((name) => typeof name === 'string')) &&
    meta.classTotals.every((row) => typeof row?.className === 'string' && Number.isFinite(row.retainedSize));
  if (!sound) throw new DamagedColumns('The table of columns is not as it should be.');
}
