/** Ways from a root to one object or several, merged into one graph. */
import type { PathStep } from '../../analysis/paths.ts';
import type { Site } from '../../protocol/findings.ts';
import type { PathGraph, PathGraphEdge, PathGraphNode } from '../../protocol/pictures.ts';
import type { PathStepRow } from '../../protocol/tables.ts';
import { describePath } from '../path-entries.ts';
import type { HeapColumns } from './columns.ts';

/** Nodes that a graph has at most: ways that need more are left out. */
export const MOST_GRAPH_NODES = 150;

/** A step with what its edge is. */
export interface GraphStep extends PathStepRow {
  edgeType: string;
  retainedSize: number;
  /** A store in which V8 keeps an object's elements or properties. */
  isStore?: boolean;
}

interface Merged extends PathGraphNode {
  ids: Set<number>;
  /** The edge by which it was first reached, without its place in a list, and from where. */
  by: string;
}

/**
 * Merges nodes that are the same, and nodes of one class that are held in the same way by what is merged already: the
 * messages of a list, the sessions of a server, the links of a list.
 */
export class PathMerger {
  private readonly nodes: Merged[] = [];
  private readonly edges = new Map<string, PathGraphEdge>();
  private readonly byId = new Map<number, number>();
  private readonly byWay = new Map<string, number>();
  private followed = 0;

  /** @param group whether what is held in the same way is one; else only what is the same object */
  constructor(private readonly group: boolean) {}

  get full(): boolean {
    return this.nodes.length >= MOST_GRAPH_NODES;
  }

  /** A way from a root. */
  add(way: readonly GraphStep[]): void {
    if (this.full) return;
    this.followed++;
    const steps = withoutStores(way);
    let from: number | undefined;
    for (const step of steps) {
      const at = this.place(step, from);
      const node = this.nodes[at];
      if (!node.ids.has(step.nodeId)) {
        node.ids.add(step.nodeId);
        node.count++;
        this.byId.set(step.nodeId, at);
      }
      if (from !== undefined && from !== at) this.link(from, at, step);
      from = at;
    }
    if (from !== undefined) this.nodes[from].target = true;
  }

  result(objects: number): PathGraph {
    return {
      nodes: this.nodes.map(({ ids, by, ...node }) => ({
        ...node,
        name: node.count > 1 ? node.name.replace(/\[\d+\]$/, '[]') : node.name,
      })),
      edges: [...this.edges.values()],
      objects,
      followed: this.followed,
    };
  }

  private place(step: GraphStep, from: number | undefined): number {
    const same = this.byId.get(step.nodeId);
    if (same !== undefined) return same;
    const by = `${unplaced(step.edge)}\0${step.className}`;
    if (this.group) {
      // A link after its like: a list of any length is one.
      if (from !== undefined && this.nodes[from].by === by) return from;
      const alike = this.byWay.get(`${from ?? ''}\0${by}`);
      if (alike !== undefined) return alike;
    }
    const { nodeId, name, className, retainedSize, site } = step;
    const at = this.nodes.length;
    this.nodes.push({
      nodeId,
      count: 0,
      name,
      className,
      retainedSize,
      ...(site && { site }),
      ids: new Set(),
      by,
    });
    this.byWay.set(`${from ?? ''}\0${by}`, at);
    return at;
  }

  private link(from: number, to: number, { edge, edgeType, omitted }: GraphStep): void {
    const key = `${from} ${to}`;
    const known = this.edges.get(key);
    if (!known) {
      this.edges.set(key, { from, to, edge, edgeType, count: 1, ...(omitted && { omitted }) });
      return;
    }
    known.count++;
    if (known.edge !== edge) known.edge = unplaced(known.edge);
  }
}

/** A way as a graph tells it. */
export async function graphSteps(
  columns: HeapColumns,
  way: readonly PathStep[],
  siteOf: (node: number) => Promise<Site | undefined>,
): Promise<GraphStep[]> {
  const { graph } = columns;
  const { retainedSizes } = columns.heap();
  const rows = await describePath(graph, way, siteOf);
  let left = 0;
  return rows.map((row, i) => {
    left += row.omitted ?? 0;
    const { node, edgeIndex } = way[i + left];
    const type = graph.nodeTypeNames[graph.nodeTypes[node]];
    return {
      ...row,
      edgeType: graph.edgeTypeNames[graph.edgeTypes[edgeIndex]],
      retainedSize: retainedSizes[node],
      isStore: type === 'array' && /^\(internal\) (elements|properties|table)$/.test(row.edge),
    };
  });
}

/** `[12]` -> `[…]`: any place in a list. */
function unplaced(edge: string): string {
  return /^\[\d+\]$|^\((internal|hidden)\) \d+$/.test(edge) ? '[…]' : edge;
}

/** Elements and properties hang at their object itself, as a person sees it. */
function withoutStores(way: readonly GraphStep[]): GraphStep[] {
  const steps: GraphStep[] = [];
  let omitted = 0;
  for (const [i, step] of way.entries()) {
    omitted += step.omitted ?? 0;
    if (step.isStore && i > 0 && i < way.length - 1) continue;
    const holder = way[i - 1]?.isStore ? steps.at(-1) : undefined;
    const place = holder && /\[\d+\]$/.exec(step.name)?.[0];
    const name = place ? `${holder.name.replace(/\[\]$/, '')}${place}` : step.name;
    steps.push({ ...step, name, ...(omitted && { omitted }) });
    omitted = 0;
  }
  return steps;
}
