/** One snapshot, opened once and asked many things. */

import { RetainingPaths } from '../../analysis/paths.ts';
import {
  attributeRealms,
  NO_REALM,
  type Realms as NodeRealms,
  realmContexts,
  SHARED_REALM,
} from '../../analysis/realms.ts';
import { buildRetainers, edgeSource, type Retainers } from '../../analysis/retainers.ts';
import type { Disposable } from '../../base/disposable.ts';
import { HeaplineError } from '../../base/errors.ts';
import { type Task, throwIfCancelled } from '../../base/progress.ts';
import type { Site } from '../../protocol/findings.ts';
import type {
  ClassSort,
  EdgeRow,
  HeapInfo,
  HeapQuestions,
  HolderRow,
  NodeInfo,
  NodeRows,
  NodeSort,
  Range,
  Realms,
  Rows,
  Sort,
  StringRows,
  TextPart,
} from '../../protocol/heap-rows.ts';
import { MOST_TEXT } from '../../protocol/heap-rows.ts';
import type { BoxAddress, DominatorBox, PathGraph } from '../../protocol/pictures.ts';
import type { ClassRow, PathStepRow } from '../../protocol/tables.ts';
import { describePath, ownName } from '../path-entries.ts';
import { placeSites, siteFinder } from '../snapshot-sites.ts';
import { type BoxQuestion, DominatorBoxes } from './boxes.ts';
import { type ClassTotals, columnBytes, type HeapColumns } from './columns.ts';
import { type DuplicateStrings, duplicateStrings } from './duplicate-strings.ts';
import { missingIn } from './missing.ts';
import { graphSteps, MOST_GRAPH_NODES, PathMerger } from './path-graph.ts';
import { wholeText } from './preview.ts';
import { sliceOf, within } from './ranges.ts';
import { RowMaker } from './rows.ts';
import { descends, findNodes, nodeKey, retainedTogether, sortNodes } from './scan.ts';
import { sortedBy } from './sort.ts';

type Params<K extends keyof HeapQuestions> = HeapQuestions[K]['params'];

/** Nodes or edges in the order asked for, kept while somebody pages through them. */
interface KeptList {
  items: Uint32Array;
  selfSize: number;
  retainedSize: number;
}

const MOST_KEPT_LISTS = 8;
const MOST_NAME = 100_000;
const BY_RETAINED: Sort<NodeSort> = { by: 'retainedSize' };
const NEAREST: Sort<NodeSort> = { by: 'distance' };

/**
 * Answers `HeapQuestions` on one snapshot. What a question needs is worked out with the first that needs it, and kept.
 * Questions that take long report and can be cancelled between their phases.
 */
export class OpenHeap implements Disposable {
  private readonly rows: RowMaker;
  private readonly lists = new Map<string, KeptList>();
  private retainers?: Retainers;
  private ways?: RetainingPaths;
  private dominatorBoxes?: DominatorBoxes;
  private duplicates?: DuplicateStrings;
  private nodeRealms?: NodeRealms;
  private contexts?: number[];
  private siteOf?: Promise<(node: number) => Promise<Site | undefined>>;

  constructor(
    readonly file: string,
    readonly fileBytes: number,
    readonly columns: HeapColumns,
  ) {
    this.rows = new RowMaker(columns);
  }

  /** Memory that it takes now. */
  get bytes(): number {
    let sum = this.columns.bytes + columnBytes(this.retainers) + columnBytes(this.nodeRealms);
    // The preorder's inverse, see RetainingPaths.
    if (this.ways) sum += 4 * this.columns.graph.nodeCount;
    sum += this.dominatorBoxes?.runs.byteLength ?? 0;
    for (const { items } of this.lists.values()) sum += items.byteLength;
    return sum;
  }

  dispose(): void {
    this.lists.clear();
    this.columns.dispose();
  }

  info(): HeapInfo {
    const { graph, totalSize } = this.columns;
    const { nodeCount, edgeCount, problems } = graph;
    const { file, fileBytes } = this;
    return { file, fileBytes, nodeCount, edgeCount, totalSize, problems: [...problems] };
  }

  async classes({ range, sort, filter }: Params<'classes'>, task?: Task): Promise<Rows<ClassRow>> {
    await this.columns.ready(task);
    const wanted = filter?.toLowerCase();
    const totals = this.columns
      .classTotals()
      .filter(({ className }) => !wanted || className.toLowerCase().includes(wanted));
    const { start, rows } = sliceOf(sort ? sortClasses(totals, sort) : totals, range);
    return { total: totals.length, start, rows: await this.classRows(rows) };
  }

  /** Every class, largest retained size first. */
  async allClasses(task?: Task): Promise<ClassRow[]> {
    await this.columns.ready(task);
    task?.report?.({ phase: 'Summing up by class', done: 0 });
    return this.classRows(this.columns.classTotals());
  }

  async realms(_: object, task?: Task): Promise<Realms> {
    await this.columns.ready(task);
    const { shallowSizes, retainedSizes } = this.columns.heap();
    const { graph } = this.columns;
    const { contexts, ofNode } = this.attributed();
    const sums = new Map(contexts.map((node) => [node, 0]));
    for (const none of [SHARED_REALM, NO_REALM]) sums.set(none, 0);
    for (let node = 0; node < ofNode.length; node++)
      sums.set(ofNode[node], sums.get(ofNode[node])! + shallowSizes[node]);
    return {
      realms: contexts.map((node) => ({
        nodeId: graph.nodeIds[node],
        name: this.rows.name(node),
        selfSize: sums.get(node)!,
        retainedSize: retainedSizes[node],
      })),
      sharedSize: sums.get(SHARED_REALM)!,
      otherSize: sums.get(NO_REALM)!,
    };
  }

  /** @param other the snapshot that `isNew` compares with, asked for where it is not known yet */
  async nodes(
    { query, range, sort = BY_RETAINED, before }: Params<'nodes'>,
    task?: Task,
    other?: () => Promise<OpenHeap>,
  ): Promise<NodeRows> {
    await this.columns.ready(task);
    const key = JSON.stringify(['nodes', query, sort, query.isNew && before]);
    if (query.isNew === undefined || this.lists.has(key))
      return this.nodeRows(
        this.list(key, () => this.weighed(sortNodes(this.columns, findNodes(this.columns, query), sort))),
        range,
      );
    if (!other)
      throw new HeaplineError('usage', '`new` compares with another snapshot, and there is none here.', {
        hint: 'Compare two snapshots, and ask there.',
      });
    const found = findNodes(this.columns, query);
    const nodes = missingIn((await other()).columns.graph, this.columns.graph, found, query.isNew);
    return this.nodeRows(
      this.list(key, () => this.weighed(sortNodes(this.columns, nodes, sort))),
      range,
    );
  }

  async strings({ range }: Params<'strings'>, task?: Task): Promise<StringRows> {
    await this.columns.ready(task);
    this.duplicates ??= duplicateStrings(this.columns);
    const { groups, wasted } = this.duplicates;
    const { start, rows } = sliceOf(groups, range);
    return {
      total: groups.length,
      start,
      wasted,
      rows: rows.map(({ node, ...group }) => {
        const { nodeId, preview } = this.rows.node(node);
        return { nodeId, preview, ...group };
      }),
    };
  }

  async text({ nodeId, range }: Params<'text'>, task?: Task): Promise<TextPart> {
    await this.columns.ready(task);
    const whole = wholeText(this.columns.graph, this.ordinal(nodeId)) ?? '';
    const start = Math.min(whole.length, Math.max(0, Math.floor(range.start) || 0));
    const count = Math.min(MOST_TEXT, Math.max(0, Math.floor(range.count) || 0));
    return { total: whole.length, start, text: whole.slice(start, start + count) };
  }

  async dominated(
    { nodeId, range, sort = BY_RETAINED }: Params<'dominated'>,
    task?: Task,
  ): Promise<NodeRows> {
    await this.columns.ready(task);
    const node = this.ordinal(nodeId);
    const list = this.list(JSON.stringify(['dominated', nodeId, sort]), () => {
      const below = this.dominatedBy(node);
      return this.weighed(sortNodes(this.columns, below, sort));
    });
    return this.nodeRows(list, range);
  }

  async node({ nodeId }: Params<'node'>, task?: Task): Promise<NodeInfo> {
    await this.columns.ready(task);
    const node = this.ordinal(nodeId);
    const { graph } = this.columns;
    const { dominators } = this.columns.heap();
    const realm = this.realmOf(node);
    return {
      ...this.rows.node(node),
      name: this.rows.name(node).slice(0, MOST_NAME),
      site: await (await this.sites())(node),
      ...(dominators[node] === node ? {} : { dominator: this.rows.node(dominators[node]) }),
      edgeCount: graph.firstEdges[node + 1] - graph.firstEdges[node],
      retainerCount: this.retainerCount(node),
      dominatedCount: this.dominatedBy(node).length,
      ...(realm && { realm }),
    };
  }

  async fields({ nodeId, range, sort }: Params<'fields'>, task?: Task): Promise<Rows<EdgeRow>> {
    await this.columns.ready(task);
    const node = this.ordinal(nodeId);
    const { firstEdges, edgeTargets } = this.columns.graph;
    const target = (edge: number): number => edgeTargets[edge];
    if (!sort) {
      const edges = within(range, firstEdges[node], firstEdges[node + 1]);
      return this.edgeRows(edges, target);
    }
    const { items } = this.list(JSON.stringify(['fields', nodeId, sort]), () => {
      const edges = Uint32Array.from(
        { length: firstEdges[node + 1] - firstEdges[node] },
        (_, i) => firstEdges[node] + i,
      );
      return this.sortedEdges(edges, target, sort);
    });
    return this.edgeRows({ total: items.length, ...sliceOf(items, range) }, target);
  }

  async retainersIn(
    { nodeId, range, sort = NEAREST }: Params<'retainers'>,
    task?: Task,
  ): Promise<Rows<EdgeRow>> {
    await this.columns.ready(task);
    const node = this.ordinal(nodeId);
    const { graph } = this.columns;
    const source = (edge: number): number => edgeSource(graph, edge);
    const { items } = this.list(JSON.stringify(['retainers', nodeId, sort]), () => {
      const { first, edges } = this.retainersOf();
      return this.sortedEdges(edges.slice(first[node], first[node + 1]), source, sort);
    });
    return this.edgeRows({ total: items.length, ...sliceOf(items, range) }, source);
  }

  async paths({ nodeId, most }: Params<'paths'>, task?: Task): Promise<PathStepRow[][]> {
    await this.columns.ready(task);
    const node = this.ordinal(nodeId);
    task?.report?.({ phase: 'Finding paths', done: 0 });
    const siteOf = await this.sites();
    const { graph } = this.columns;
    return Promise.all(
      this.waysOf()
        .to(node, most)
        .map((steps) => describePath(graph, steps, siteOf)),
    );
  }

  async pathGraph({ of, most }: Params<'pathGraph'>, task?: Task): Promise<PathGraph> {
    await this.columns.ready(task);
    const wanted = Math.min(MOST_GRAPH_NODES, Math.max(1, Math.floor(most) || 1));
    const nodes = typeof of === 'number' ? Uint32Array.of(this.ordinal(of)) : findNodes(this.columns, of);
    task?.report?.({ phase: 'Finding paths', done: 0 });
    const siteOf = await this.sites();
    const graph = new PathMerger(nodes.length > 1);
    const ways = this.waysOf();
    // Of many, some from all over.
    const step = Math.max(1, nodes.length / wanted);
    for (let at = 0; at < nodes.length && !graph.full; at += step) {
      throwIfCancelled(task);
      for (const way of ways.to(nodes[Math.floor(at)], nodes.length > 1 ? 1 : wanted))
        graph.add(await graphSteps(this.columns, way, siteOf));
    }
    return graph.result(nodes.length);
  }

  async holders({ nodeId, range }: Params<'holders'>, task?: Task): Promise<Rows<HolderRow>> {
    const { rows, ...found } = await this.retainersIn({ nodeId, range }, task);
    const siteOf = await this.sites();
    const { graph } = this.columns;
    const ordinals = new Map<number, number>();
    const wanted = new Set(rows.map(({ node }) => node.nodeId));
    for (let node = 0; node < graph.nodeCount; node++)
      if (wanted.has(graph.nodeIds[node])) ordinals.set(graph.nodeIds[node], node);
    const holders = rows.map(async (row): Promise<HolderRow> => {
      const node = ordinals.get(row.node.nodeId)!;
      const site = await siteOf(node);
      return { ...row, name: ownName(graph, node), ...(site && { site }) };
    });
    return { ...found, rows: await Promise.all(holders) };
  }

  /** @throws HeaplineError `not-found` for an object that is not here */
  async boxes({ at, ...question }: BoxQuestion, task?: Task): Promise<DominatorBox> {
    await this.columns.ready(task);
    task?.report?.({ phase: 'Measuring what retains most', done: 0 });
    const boxes = this.boxesOf();
    const tree = boxes.tree({ ...question, at });
    if (!tree) throw this.notFound(at?.nodeId ?? 0);
    await boxes.placeInSource(tree, await this.sites());
    return tree.root;
  }

  /** Sets what the boxes of a later snapshot of the same process retained in this one. */
  async measureBoxes(tree: DominatorBox, at?: BoxAddress, task?: Task): Promise<void> {
    await this.columns.ready(task);
    this.boxesOf().measure(tree, at);
  }

  private waysOf(): RetainingPaths {
    this.ways ??= new RetainingPaths(this.columns.heap(), this.retainersOf());
    return this.ways;
  }

  private boxesOf(): DominatorBoxes {
    this.dominatorBoxes ??= new DominatorBoxes(this.columns);
    return this.dominatorBoxes;
  }

  /** @throws HeaplineError `not-found` */
  private ordinal(nodeId: number): number {
    const node = this.columns.graph.nodeIds.indexOf(nodeId);
    if (node >= 0) return node;
    throw this.notFound(nodeId);
  }

  private notFound(nodeId: number): HeaplineError {
    return new HeaplineError('not-found', `${this.file} has no object @${nodeId}.`, {
      hint: 'Ids hold within one process: take the id from this snapshot or another of the same recording.',
    });
  }

  /** The nodes at once below one in the dominator tree, ascending. */
  private dominatedBy(node: number): Uint32Array {
    const { dominators } = this.columns.heap();
    const found: number[] = [];
    for (let at = dominators.indexOf(node); at >= 0; at = dominators.indexOf(node, at + 1))
      if (at !== node) found.push(at);
    return Uint32Array.from(found);
  }

  /** One node's are counted sooner than the index of all is made. */
  private retainerCount(node: number): number {
    if (this.retainers) return this.retainers.first[node + 1] - this.retainers.first[node];
    const { edgeTargets, edgeCount } = this.columns.graph;
    let count = 0;
    for (let edge = 0; edge < edgeCount; edge++) if (edgeTargets[edge] === node) count++;
    return count;
  }

  private retainersOf(): Retainers {
    this.retainers ??= buildRetainers(this.columns.graph);
    return this.retainers;
  }

  private attributed(): NodeRealms {
    this.nodeRealms ??= attributeRealms(this.columns.graph);
    return this.nodeRealms;
  }

  private realmOf(node: number): NodeInfo['realm'] {
    const { graph } = this.columns;
    this.contexts ??= realmContexts(graph);
    if (this.contexts.length < 2) return undefined;
    const realm = this.attributed().ofNode[node];
    if (realm === SHARED_REALM) return 'shared';
    return realm < 0 ? undefined : { nodeId: graph.nodeIds[realm], name: this.rows.name(realm) };
  }

  private sites(): Promise<(node: number) => Promise<Site | undefined>> {
    this.siteOf ??= siteFinder(this.columns.graph, this.file);
    return this.siteOf;
  }

  private async classRows(totals: readonly ClassTotals[]): Promise<ClassRow[]> {
    const siteOf = await placeSites(this.file, totals);
    return totals.map(({ place, shallowSize, ...row }) => ({
      ...row,
      selfSize: shallowSize,
      ...siteOf(row.className),
    }));
  }

  private list(key: string, make: () => KeptList): KeptList {
    const list = this.lists.get(key) ?? make();
    this.lists.delete(key);
    this.lists.set(key, list);
    for (const oldest of this.lists.keys()) {
      if (this.lists.size <= MOST_KEPT_LISTS) break;
      this.lists.delete(oldest);
    }
    return list;
  }

  private weighed(items: Uint32Array): KeptList {
    const heap = this.columns.heap();
    let selfSize = 0;
    for (let i = 0; i < items.length; i++) selfSize += heap.shallowSizes[items[i]];
    return { items, selfSize, retainedSize: retainedTogether(heap, items) };
  }

  private sortedEdges(edges: Uint32Array, end: (edge: number) => number, sort: Sort<NodeSort>): KeptList {
    const key = nodeKey(this.columns, sort.by);
    const items = sortedBy(edges, (edge) => key(end(edge)), descends(sort));
    return { items, selfSize: 0, retainedSize: 0 };
  }

  private nodeRows({ items, selfSize, retainedSize }: KeptList, range: Range): NodeRows {
    const { start, rows } = sliceOf(items, range);
    return {
      total: items.length,
      start,
      rows: Array.from(rows, (node) => this.rows.node(node)),
      selfSize,
      retainedSize,
    };
  }

  private edgeRows(
    { total, start, rows }: { total: number; start: number; rows: ArrayLike<number> },
    end: (edge: number) => number,
  ): Rows<EdgeRow> {
    return { total, start, rows: Array.from(rows, (edge) => this.rows.edge(edge, end(edge))) };
  }
}

function sortClasses<
  T extends { className: string; shallowSize: number } & Record<
    Exclude<ClassSort, 'className' | 'selfSize'>,
    number
  >,
>(rows: readonly T[], { by, ascending }: Sort<ClassSort>): T[] {
  const sign = (ascending ?? (by === 'className' || by === 'distance')) ? 1 : -1;
  const compare = (a: T, b: T): number => {
    if (by === 'className') return a.className < b.className ? -1 : a.className > b.className ? 1 : 0;
    const key = by === 'selfSize' ? 'shallowSize' : by;
    return a[key] - b[key];
  };
  return [...rows].sort((a, b) => sign * compare(a, b));
}
