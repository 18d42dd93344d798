/** What the program's own containers hold: maps, sets, objects used as dictionaries, arrays, an LRU cache's lists. */
import type { HeapGraph } from '../heap/graph.ts';
import { type Kinds, kindsOf } from './kinds.ts';
import { edgeName } from './labels.ts';

export type ContainerKind = 'map' | 'set' | 'dictionary' | 'array' | 'lru';

export interface ContainerEntry {
  /** Absent where the key is no text: V8 leaves small numbers out of maps. */
  key?: string;
  /** Node ordinal. */
  value: number;
}

/** Slots of V8's ordered hash tables: before the buckets, and per entry; there are half as many buckets as entries. */
const TABLE_HEAD = 3;
const MAP_ENTRY = 3;
const SET_ENTRY = 2;
/** Bytes of a slot: with and without compressed pointers. */
const SLOTS = [8, 4];

/** Reads containers of one graph. Made once for many: it looks up a few names among all strings. */
export class EntryReader {
  private readonly kinds: Kinds;
  private readonly table: number;
  private readonly proto: number;
  private readonly plain: number;
  private readonly array: number;
  private readonly map: number;
  private readonly numberArrays: number[];

  /** @param textOf the text of a string node; undefined for others */
  constructor(
    private readonly graph: HeapGraph,
    readonly textOf: (node: number) => string | undefined,
  ) {
    const { strings } = graph;
    this.kinds = kindsOf(graph);
    this.table = strings.indexOf('table');
    this.proto = strings.indexOf('__proto__');
    this.plain = strings.indexOf('Object');
    this.array = strings.indexOf('Array');
    this.map = strings.indexOf('Map');
    this.numberArrays = ['Uint8Array', 'Uint16Array', 'Uint32Array'].map((name) => strings.indexOf(name));
  }

  /** What an object is as a container; undefined for what is none. A plain object may be a record as well. */
  kindOf(node: number): ContainerKind | undefined {
    const { graph, kinds } = this;
    if (graph.nodeTypes[node] !== kinds.object) return undefined;
    const name = graph.nodeNames[node];
    if (name === this.array) return 'array';
    if (name === this.plain) return 'dictionary';
    const table = this.tableOf(node);
    if (table >= 0) return this.strideOf(table) === SET_ENTRY ? 'set' : 'map';
    return this.lists(node) ? 'lru' : undefined;
  }

  /** Its entries in the container's order, `most` at most. */
  read(node: number, kind: ContainerKind, most = Number.POSITIVE_INFINITY): ContainerEntry[] {
    switch (kind) {
      case 'map':
        return this.readMap(this.tableOf(node), most);
      case 'set':
        return this.readSet(this.tableOf(node), most);
      case 'lru': {
        const lists = this.lists(node);
        return lists ? this.readLists(lists.keys, lists.values, most) : [];
      }
      default:
        return this.readObject(node, kind === 'array', most);
    }
  }

  /** Entries that an LRU cache's lists have room for. */
  roomOf(node: number): number | undefined {
    const lists = this.lists(node);
    return lists && this.roomIn(lists.keys);
  }

  private tableOf(node: number): number {
    const { graph, kinds } = this;
    for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++) {
      if (graph.edgeTypes[edge] !== kinds.internalEdge || graph.edgeNames[edge] !== this.table) continue;
      const target = graph.edgeTargets[edge];
      return graph.nodeTypes[target] === kinds.array && this.strideOf(target) ? target : -1;
    }
    return -1;
  }

  /** Slots of an entry, by the length of the table: the number of buckets is a power of two. */
  private strideOf(table: number): number {
    return this.layoutOf(table)?.stride ?? 0;
  }

  private layoutOf(table: number): { first: number; stride: number } | undefined {
    const size = this.graph.nodeSelfSizes[table];
    for (const slot of SLOTS) {
      const rest = size / slot - 2 - TABLE_HEAD;
      for (const stride of [MAP_ENTRY, SET_ENTRY]) {
        const buckets = rest / (1 + 2 * stride);
        if (buckets >= 1 && Number.isInteger(Math.log2(buckets)))
          return { first: TABLE_HEAD + buckets, stride };
      }
    }
    return undefined;
  }

  private readMap(table: number, most: number): ContainerEntry[] {
    const layout = table >= 0 ? this.layoutOf(table) : undefined;
    const entries: ContainerEntry[] = [];
    if (!layout) return entries;
    const { graph } = this;
    let keyAt = -1;
    let key = -1;
    for (let edge = graph.firstEdges[table]; edge < graph.firstEdges[table + 1]; edge++) {
      if (graph.edgeTypes[edge] !== this.kinds.internalEdge) continue;
      const target = graph.edgeTargets[edge];
      const at = Number(edgeName(graph, edge)) - layout.first;
      if (!(at >= 0) || this.isHole(target)) continue;
      if (at % layout.stride === 0) {
        keyAt = at;
        key = target;
      } else if (at % layout.stride === 1) {
        entries.push({ key: keyAt === at - 1 ? this.textOf(key) : undefined, value: target });
        if (entries.length >= most) break;
      }
    }
    return entries;
  }

  private readSet(table: number, most: number): ContainerEntry[] {
    const layout = table >= 0 ? this.layoutOf(table) : undefined;
    const entries: ContainerEntry[] = [];
    if (!layout) return entries;
    const { graph } = this;
    for (let edge = graph.firstEdges[table]; edge < graph.firstEdges[table + 1]; edge++) {
      if (graph.edgeTypes[edge] !== this.kinds.internalEdge) continue;
      const at = Number(edgeName(graph, edge)) - layout.first;
      const value = graph.edgeTargets[edge];
      if (!(at >= 0) || at % layout.stride !== 0 || this.isHole(value)) continue;
      entries.push({ value });
      if (entries.length >= most) break;
    }
    return entries;
  }

  private readObject(node: number, isArray: boolean, most: number): ContainerEntry[] {
    const { graph, kinds } = this;
    const entries: ContainerEntry[] = [];
    for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++) {
      const type = graph.edgeTypes[edge];
      const isElement = type === kinds.elementEdge;
      const isProperty = type === kinds.propertyEdge && graph.edgeNames[edge] !== this.proto;
      if (!isElement && (isArray || !isProperty)) continue;
      const value = graph.edgeTargets[edge];
      entries.push(isArray ? { value } : { key: edgeName(graph, edge), value });
      if (entries.length >= most) break;
    }
    return entries;
  }

  private readLists(keys: number, values: number, most: number): ContainerEntry[] {
    const { graph, kinds } = this;
    const texts = new Map<number, string | undefined>();
    for (let edge = graph.firstEdges[keys]; edge < graph.firstEdges[keys + 1]; edge++) {
      if (graph.edgeTypes[edge] !== kinds.elementEdge) continue;
      texts.set(graph.edgeNames[edge], this.textOf(graph.edgeTargets[edge]));
    }
    const entries: ContainerEntry[] = [];
    for (let edge = graph.firstEdges[values]; edge < graph.firstEdges[values + 1]; edge++) {
      if (graph.edgeTypes[edge] !== kinds.elementEdge) continue;
      entries.push({ key: texts.get(graph.edgeNames[edge]), value: graph.edgeTargets[edge] });
      if (entries.length >= most) break;
    }
    return entries;
  }

  /**
   * An LRU cache's arrays of keys and values, by place: of an object that also has a map from keys to places, and at
   * least two lists of numbers that say which place is next. By its names it is not known: they may be minified.
   */
  private lists(node: number): { keys: number; values: number } | undefined {
    const { graph, kinds } = this;
    const arrays: number[] = [];
    let maps = 0;
    let numbers = 0;
    for (let edge = graph.firstEdges[node]; edge < graph.firstEdges[node + 1]; edge++) {
      if (graph.edgeTypes[edge] !== kinds.propertyEdge) continue;
      const target = graph.edgeTargets[edge];
      if (graph.nodeTypes[target] !== kinds.object) continue;
      const name = graph.nodeNames[target];
      if (name === this.array) arrays.push(target);
      else if (name === this.map) maps++;
      else if (this.numberArrays.includes(name)) numbers++;
    }
    if (maps !== 1 || numbers < 2 || arrays.length < 2) return undefined;
    const values = arrays.find((array) => this.firstIsObject(array));
    const room = values === undefined ? 0 : this.roomIn(values);
    const keys = arrays.find((array) => array !== values && this.roomIn(array) === room);
    return values === undefined || keys === undefined || !room ? undefined : { keys, values };
  }

  private firstIsObject(array: number): boolean {
    const { graph, kinds } = this;
    for (let edge = graph.firstEdges[array]; edge < graph.firstEdges[array + 1]; edge++)
      if (graph.edgeTypes[edge] === kinds.elementEdge)
        return graph.nodeTypes[graph.edgeTargets[edge]] === kinds.object;
    return false;
  }

  /** Elements that an array has room for. */
  private roomIn(array: number): number {
    const { graph, kinds } = this;
    for (let edge = graph.firstEdges[array]; edge < graph.firstEdges[array + 1]; edge++) {
      if (graph.edgeTypes[edge] !== kinds.internalEdge || edgeName(graph, edge) !== 'elements') continue;
      return Math.max(0, Math.round(graph.nodeSelfSizes[graph.edgeTargets[edge]] / SLOTS[0]) - 2);
    }
    return 0;
  }

  /** Where an entry was removed, newer V8 leaves one. */
  private isHole(node: number): boolean {
    return this.graph.nodeTypes[node] === this.kinds.hidden;
  }
}
