/** The dominator tree as boxes in boxes: what is large one by one, what is small by class, what is tiny as a rest. */
import { edgeLabel } from '../../analysis/labels.ts';
import { MinQueue } from '../../analysis/queue.ts';
import type { Site } from '../../protocol/findings.ts';
import { type BoxAddress, type DominatorBox, MOST_BOXES, MOST_LEVELS } from '../../protocol/pictures.ts';
import { siteFile } from '../../protocol/wording.ts';
import { placeOf } from '../places.ts';
import type { HeapColumns } from './columns.ts';

/** What is smaller than this share of all that is asked for is not told apart. */
const LEAST_SHARE = 1 / 2000;
/** Told one by one below one box, and by class. */
const MOST_SINGLES = 40;
const MOST_GROUPS = 24;
/** Looked at below a scope, for a function that tells its file. */
const MOST_LOOKED_AT = 64;

export interface BoxQuestion {
  at?: BoxAddress;
  levels?: number;
  most?: number;
}

/** A box and who is in it: places in the preorder of the dominator tree. */
interface Opened {
  box: DominatorBox;
  places: readonly number[];
  level: number;
}

interface Group {
  className: string;
  places: number[];
  selfSize: number;
  retainedSize: number;
  upTo: number;
  /** Nodes dominated by any of them, themselves included. */
  nodes: number;
}

/** A tree, and the first node in each of its boxes. */
export interface BoxTree {
  root: DominatorBox;
  first: Map<DominatorBox, number>;
}

/** Of one heap. Keeps 4 bytes a node. */
export class DominatorBoxes {
  /** By node: how many it dominates, itself included: the length of its run in the preorder. */
  readonly runs: Uint32Array;

  constructor(private readonly columns: HeapColumns) {
    const { dominators, order } = columns.heap();
    this.runs = new Uint32Array(order.length).fill(1);
    for (let i = order.length - 1; i > 0; i--) this.runs[dominators[order[i]]] += this.runs[order[i]];
  }

  /** Undefined where the heap has no such object or group. */
  tree({ at = {}, levels = 6, most = 600 }: BoxQuestion): BoxTree | undefined {
    const places = this.placesAt(at);
    if (!places.length) return undefined;
    const root = this.boxAt(places, at);
    const least = root.retainedSize * LEAST_SHARE;
    const deepest = Math.min(MOST_LEVELS, Math.max(1, levels));
    let left = Math.min(MOST_BOXES, most);
    const waiting: Opened[] = [];
    const queue = new MinQueue();
    const first = new Map<DominatorBox, number>();
    const add = (opened: Opened): void => {
      first.set(opened.box, this.columns.heap().order[opened.places[0]]);
      queue.push(waiting.length, -opened.box.retainedSize);
      waiting.push(opened);
    };
    add({ box: root, places, level: 0 });
    // What is largest is opened first, until there are as many boxes as wanted.
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const { box, places, level } = waiting[next];
      waiting[next] = waiting[0]; // its places can go
      if (!this.hasMore(places)) continue;
      if (left <= 0 || level === deepest || (level > 0 && box.retainedSize < least)) {
        box.more = true;
        continue;
      }
      const below = this.open(places, least);
      if (!below.length) continue;
      box.children = below.map((child) => child.box);
      left -= below.length;
      if (box.nodeId !== undefined) this.nameEdges(places[0], below);
      for (const child of below) if (child.places.length) add({ ...child, level: level + 1 });
    }
    return { root, first };
  }

  /** Sets `before` of a tree of a later heap by what its boxes retain here. @param at where the tree begins */
  measure(tree: DominatorBox, at: BoxAddress = {}): void {
    const places = this.placesOfIds(tree);
    const names = new Map(this.columns.classes().names.map((name, index) => [name, index]));
    const { retainedSizes, order } = this.columns.heap();
    const sum = (all: readonly number[]): number =>
      all.reduce((total, place) => total + retainedSizes[order[place]], 0);
    const measure = (box: DominatorBox, all: readonly number[]): void => {
      box.before = sum(all);
      if (!box.children) return;
      const singles = new Set(box.children.map(({ nodeId }) => nodeId).filter((id) => id !== undefined));
      const groups = new Map<number, number[]>();
      let rest = 0;
      const wanted = new Set(
        box.children.flatMap(({ nodeId, className = '' }) =>
          nodeId === undefined ? [names.get(className)] : [],
        ),
      );
      for (const place of this.below(all)) {
        const node = order[place];
        if (singles.has(this.columns.graph.nodeIds[node])) continue;
        const index = this.columns.classes().ofNode[node];
        if (!wanted.has(index)) rest += retainedSizes[node];
        else if (groups.has(index)) groups.get(index)!.push(place);
        else groups.set(index, [place]);
      }
      for (const child of box.children) {
        if (child.nodeId !== undefined) {
          const place = places.get(child.nodeId);
          // Ids go to others when their objects die.
          const same = place !== undefined && this.className(order[place]) === child.className;
          measure(child, same ? [place] : []);
        } else if (child.className === undefined) child.before = rest;
        else measure(child, groups.get(names.get(child.className) ?? -1) ?? []);
      }
    };
    measure(tree, this.placesAt(at));
  }

  private placesAt({ nodeId, groups = [] }: BoxAddress): readonly number[] {
    const { graph } = this.columns;
    const { order, retainedSizes } = this.columns.heap();
    const node = nodeId === undefined ? order[0] : graph.nodeIds.indexOf(nodeId);
    let places: readonly number[] = node < 0 ? [] : [order.indexOf(node)];
    for (const { className, upTo } of groups) {
      places = [...this.below(places)].filter(
        (place) => this.className(order[place]) === className && retainedSizes[order[place]] <= upTo,
      );
    }
    return places;
  }

  private *below(places: readonly number[]): Generator<number> {
    const { order } = this.columns.heap();
    for (const place of places) {
      const end = place + this.runs[order[place]];
      for (let at = place + 1; at < end; at += this.runs[order[at]]) yield at;
    }
  }

  private hasMore(places: readonly number[]): boolean {
    const { order } = this.columns.heap();
    return places.some((place) => this.runs[order[place]] > 1);
  }

  /** What is at once below: the large ones, the classes of the others, the rest. */
  private open(places: readonly number[], least: number): { box: DominatorBox; places: readonly number[] }[] {
    const { order, retainedSizes } = this.columns.heap();
    const { ofNode, names } = this.columns.classes();
    const size = (place: number): number => retainedSizes[order[place]];
    let large: number[] = [];
    const groups = new Map<number, Group>();
    const group = (place: number): void => {
      const index = ofNode[order[place]];
      let entry = groups.get(index);
      if (!entry) {
        entry = { className: names[index], places: [], selfSize: 0, retainedSize: 0, upTo: 0, nodes: 0 };
        groups.set(index, entry);
      }
      entry.places.push(place);
      entry.selfSize += this.columns.heap().shallowSizes[order[place]];
      entry.retainedSize += size(place);
      entry.upTo = Math.max(entry.upTo, size(place));
      entry.nodes += this.runs[order[place]];
    };
    for (const place of this.below(places)) {
      if (size(place) === 0) continue;
      if (size(place) >= least) large.push(place);
      else group(place);
    }
    large.sort((a, b) => size(b) - size(a) || a - b);
    if (large.length > MOST_SINGLES) {
      // All of one size are told one by one, or none.
      const cut = size(large[MOST_SINGLES]);
      for (const place of large) if (size(place) <= cut) group(place);
      large = large.filter((place) => size(place) > cut);
    }
    const sums = [...groups.values()].sort(
      (a, b) => b.retainedSize - a.retainedSize || (a.className < b.className ? -1 : 1),
    );
    const told = sums.filter(({ retainedSize }) => retainedSize >= least).slice(0, MOST_GROUPS);
    const boxes = [
      ...large.map((place) => ({ box: this.single(place), places: [place] })),
      ...told.map((sum) =>
        sum.places.length === 1
          ? { box: this.single(sum.places[0]), places: sum.places }
          : { box: this.several(sum), places: sum.places },
      ),
    ].sort((a, b) => b.box.retainedSize - a.box.retainedSize);
    const rest: DominatorBox = { count: 0, selfSize: 0, retainedSize: 0 };
    for (const sum of sums.slice(told.length)) {
      rest.count += sum.places.length;
      rest.selfSize += sum.selfSize;
      rest.retainedSize += sum.retainedSize;
    }
    return rest.count ? [...boxes, { box: rest, places: [] }] : boxes;
  }

  private boxAt(places: readonly number[], { groups }: BoxAddress): DominatorBox {
    if (!groups?.length) return this.single(places[0]);
    const { order, shallowSizes, retainedSizes } = this.columns.heap();
    const sum = { places: [...places], selfSize: 0, retainedSize: 0, nodes: 0, ...groups[groups.length - 1] };
    for (const place of places) {
      sum.selfSize += shallowSizes[order[place]];
      sum.retainedSize += retainedSizes[order[place]];
    }
    return this.several(sum);
  }

  private single(place: number): DominatorBox {
    const { graph } = this.columns;
    const { order, shallowSizes, retainedSizes } = this.columns.heap();
    const node = order[place];
    return {
      nodeId: graph.nodeIds[node],
      className: this.className(node),
      count: 1,
      selfSize: shallowSizes[node],
      retainedSize: retainedSizes[node],
    };
  }

  private several({ className, places, selfSize, retainedSize, upTo }: Group): DominatorBox {
    return { className, count: places.length, selfSize, retainedSize, upTo };
  }

  /** By what an object leads to those of them that it holds itself: by a property or variable where it can. */
  private nameEdges(place: number, below: readonly { box: DominatorBox; places: readonly number[] }[]): void {
    const { graph } = this.columns;
    const { order } = this.columns.heap();
    const holder = order[place];
    const wanted = new Map(
      below.flatMap(({ box, places }) => (box.nodeId === undefined ? [] : [[order[places[0]], box]])),
    );
    if (!wanted.size) return;
    for (let edge = graph.firstEdges[holder]; edge < graph.firstEdges[holder + 1]; edge++) {
      const box = wanted.get(graph.edgeTargets[edge]);
      if (!box) continue;
      const type = graph.edgeTypeNames[graph.edgeTypes[edge]];
      if (type === 'weak') continue;
      const inner = type === 'internal' || type === 'hidden';
      if (box.edge === undefined || (!inner && box.edge.startsWith('('))) box.edge = edgeLabel(graph, edge);
    }
  }

  /** Ids -> places, of all boxes of a tree that are here. */
  private placesOfIds(tree: DominatorBox): Map<number, number> {
    const ids = new Set<number>();
    const rest = [tree];
    for (let box = rest.pop(); box; box = rest.pop()) {
      if (box.nodeId !== undefined) ids.add(box.nodeId);
      if (box.children) rest.push(...box.children);
    }
    const { nodeIds } = this.columns.graph;
    const { order } = this.columns.heap();
    const places = new Map<number, number>();
    for (let place = 0; place < order.length; place++) {
      const id = nodeIds[order[place]];
      if (ids.has(id)) places.set(id, place);
    }
    return places;
  }

  private className(node: number): string {
    const { names, ofNode } = this.columns.classes();
    return names[ofNode[node]];
  }

  /** Sets sites and files. @param siteOf of a node, where the recording knows its script */
  async placeInSource(
    { first }: BoxTree,
    siteOf: (node: number) => Promise<Site | undefined>,
  ): Promise<void> {
    if (this.columns.graph.locations.count === 0) return;
    for (const [box, node] of first) {
      const site = await siteOf(node);
      if (site) box.site = site;
      else if (box.nodeId !== undefined) {
        const file = await this.fileOf(node, siteOf);
        if (file !== undefined) box.file = file;
      }
    }
  }

  /** Of a scope or module: of a function in it. */
  private async fileOf(
    scope: number,
    siteOf: (node: number) => Promise<Site | undefined>,
  ): Promise<string | undefined> {
    const { graph } = this.columns;
    const { order } = this.columns.heap();
    const type = graph.nodeTypeNames[graph.nodeTypes[scope]];
    if (type !== 'object' && type !== 'hidden') return undefined;
    if (!/context|module/i.test(graph.strings.get(graph.nodeNames[scope]))) return undefined;
    let looked = 0;
    for (const place of this.below([order.indexOf(scope)])) {
      if (looked++ === MOST_LOOKED_AT) break;
      const node = order[place];
      if (graph.nodeTypeNames[graph.nodeTypes[node]] !== 'closure' || !placeOf(graph, node)) continue;
      const site = await siteOf(node);
      if (site) return siteFile(site);
    }
    return undefined;
  }
}
