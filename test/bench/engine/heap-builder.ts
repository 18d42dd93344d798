/** A heap under construction, as columns: what a V8 snapshot says of it, before it is written. */
import { Column } from './columns.ts';
import { type Prose, proseText } from './prose.ts';

/** V8's, in the order of Node 24's files. */
export const NODE_TYPES = [
  'hidden',
  'array',
  'string',
  'object',
  'code',
  'closure',
  'regexp',
  'number',
  'native',
  'synthetic',
  'concatenated string',
  'sliced string',
  'symbol',
  'bigint',
  'object shape',
] as const;
export const EDGE_TYPES = [
  'context',
  'element',
  'property',
  'internal',
  'hidden',
  'shortcut',
  'weak',
] as const;
export type NodeType = (typeof NODE_TYPES)[number];
export type EdgeType = (typeof EDGE_TYPES)[number];

const TYPE_INDEX = Object.fromEntries(NODE_TYPES.map((type, index) => [type, index])) as Record<
  NodeType,
  number
>;
const EDGE_INDEX = Object.fromEntries(EDGE_TYPES.map((type, index) => [type, index])) as Record<
  EdgeType,
  number
>;

/** In place of a node that is not there any more. Edges to and from it are left out. */
export const NONE = 0xffffffff;

/** Of new objects, those that take over the id of a dead one: measured 15 to 19 % on Node 24. */
const REUSED = 0.17;

/** In place of a prose's kind and length: lengths are apart. */
const FILLER = 0xffff;

export class HeapBuilder {
  readonly types: Column<Uint8Array>;
  /** Indexes of texts. */
  readonly names: Column<Uint32Array>;
  readonly ids: Column<Uint32Array>;
  readonly sizes: Column<Uint32Array>;
  readonly firstEdges: Column<Uint32Array>;
  readonly edgeCounts: Column<Uint32Array>;
  readonly edgeTypes: Column<Uint8Array>;
  /** Indexes of texts, or numbers for `element` and `hidden`. */
  readonly edgeNames: Column<Uint32Array>;
  readonly edgeTargets: Column<Uint32Array>;
  /** Rows of node, script, line and column. */
  readonly locations = new Column(Uint32Array, 1024);
  /** Where blocks begin: files have them in another order than that of their making. */
  readonly blocks: number[] = [];

  private readonly random: () => number;
  private readonly fixed = new Map<string, number>();
  private readonly fixedAt = new Map<number, string>();
  private readonly proseSeeds: Column<Uint32Array>;
  private readonly proseKinds: Column<Uint16Array>;
  private readonly fillers = new Map<number, number>();
  private readonly freeIds: number[] = [];
  private lastId = -1;
  private natives = 0;
  private opened = NONE;
  private reusing = false;

  /** What is made has died: it takes ids, as it did when it was made, and leaves them to others. */
  gone = false;

  constructor(random: () => number, expectedNodes = 1024) {
    this.random = random;
    const nodes = Math.ceil(expectedNodes * 1.2);
    const edges = Math.ceil(expectedNodes * 3.6);
    this.types = new Column(Uint8Array, nodes);
    this.names = new Column(Uint32Array, nodes);
    this.ids = new Column(Uint32Array, nodes);
    this.sizes = new Column(Uint32Array, nodes);
    this.firstEdges = new Column(Uint32Array, nodes);
    this.edgeCounts = new Column(Uint32Array, nodes);
    this.edgeTypes = new Column(Uint8Array, edges);
    this.edgeNames = new Column(Uint32Array, edges);
    this.edgeTargets = new Column(Uint32Array, edges);
    this.proseSeeds = new Column(Uint32Array, nodes >> 2);
    this.proseKinds = new Column(Uint16Array, nodes >> 2);
    this.text('<dummy>');
  }

  get nodeCount(): number {
    return this.types.length;
  }

  get edgeCount(): number {
    return this.edgeTypes.length;
  }

  get textCount(): number {
    return this.proseSeeds.length;
  }

  /** The index of a text that may be used many times. */
  text(text: string): number {
    const known = this.fixed.get(text);
    if (known !== undefined) return known;
    const index = this.pushText(0, 0);
    this.fixed.set(text, index);
    this.fixedAt.set(index, text);
    return index;
  }

  /** The index of a text that is used once, and need not be kept. */
  prose(kind: Prose, seed: number, length = 0): number {
    return this.gone ? 0 : this.pushText(seed, (length << 2) | kind);
  }

  /** The index of a text of that length, without any sense. */
  filler(seed: number, length: number): number {
    const index = this.pushText(seed, FILLER);
    this.fillers.set(index, length);
    return index;
  }

  textAt(index: number): string {
    const kind = this.proseKinds.get(index);
    if (kind === 0) return this.fixedAt.get(index)!;
    if (kind === FILLER) return String(this.proseSeeds.get(index)).padEnd(this.fillers.get(index)!, 'x');
    return proseText((kind & 3) as Prose, this.proseSeeds.get(index), kind >> 2);
  }

  /** @returns its ordinal, or NONE while what is made is gone */
  node(type: NodeType, name: number, size: number): number {
    const id = type === 'native' ? this.nativeId() : this.nextId();
    if (this.gone) {
      this.freeIds.push(id);
      return NONE;
    }
    this.types.push(TYPE_INDEX[type]);
    this.names.push(name);
    this.ids.push(id);
    this.sizes.push(size);
    this.firstEdges.push(0);
    this.edgeCounts.push(0);
    return this.types.length - 1;
  }

  /** The edges that follow are this node's; a node is opened once. */
  open(node: number): void {
    this.opened = node;
    if (node !== NONE) this.firstEdges.set(node, this.edgeTypes.length);
  }

  /** @param name an index of a text, or the number itself for `element` and `hidden` */
  edge(type: EdgeType, name: number, target: number): void {
    if (this.opened === NONE || target === NONE) return;
    this.edgeTypes.push(EDGE_INDEX[type]);
    this.edgeNames.push(name);
    this.edgeTargets.push(target);
    this.edgeCounts.set(this.opened, this.edgeCounts.get(this.opened) + 1);
  }

  /** Where a class or closure is written; line and column from 0. */
  location(node: number, script: number, line: number, column: number): void {
    if (node === NONE) return;
    for (const value of [node, script, line, column]) this.locations.push(value);
  }

  block(): void {
    this.blocks.push(this.types.length);
  }

  /** From now on, what is made is new: some of it takes over ids of what has died. */
  later(): void {
    this.reusing = true;
  }

  private nextId(): number {
    if (this.reusing && this.freeIds.length > 0 && this.random() < REUSED) {
      const at = Math.floor(this.random() * this.freeIds.length);
      const id = this.freeIds[at];
      this.freeIds[at] = this.freeIds[this.freeIds.length - 1];
      this.freeIds.pop();
      return id;
    }
    this.lastId += 2;
    return this.lastId;
  }

  /** Even, spread over 32 bits as hashes of addresses are, each once. */
  private nativeId(): number {
    return (Math.imul(++this.natives, 0x9e3779b1) >>> 1) * 2;
  }

  private pushText(seed: number, kind: number): number {
    this.proseSeeds.push(seed);
    this.proseKinds.push(kind);
    return this.proseSeeds.length - 1;
  }
}
