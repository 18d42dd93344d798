/** Who holds what grows, as a graph that can be added to. Pure. */

import type { Finding, Site } from '../../src/protocol/findings.ts';
import type { HolderRow } from '../../src/protocol/heap-rows.ts';
import type { PathGraph } from '../../src/protocol/pictures.ts';
import { type SiteOrigin, siteOrigin } from '../../src/protocol/wording.ts';
import { chainOf } from './path.ts';

export type NodeRole = 'root' | 'holder' | 'container' | 'gained' | 'target';

export interface GraphNode {
  key: string;
  /** V8's id; absent for what stands for many. */
  nodeId?: number;
  name: string;
  className: string;
  count: number;
  retainedSize?: number;
  site?: Site;
  origin?: SiteOrigin;
  role: NodeRole;
  /** It stands for so many more holders of a node. */
  more?: { of: string; left: number; next: number };
  /** Its other holders were asked for. */
  asked?: boolean;
}

export interface GraphLink {
  from: string;
  to: string;
  edge: string;
  /** It does not keep alive what it leads to. */
  weak: boolean;
  /** What grows comes along it. */
  growing: boolean;
  /** Steps left out. */
  omitted?: number;
}

export interface Graph {
  nodes: readonly GraphNode[];
  links: readonly GraphLink[];
}

/** A graph never has more nodes: what is beyond is told as a number. */
export const MOST_NODES = 240;

const keyOf = (nodeId: number): string => `@${nodeId}`;

/** The retaining path of a finding, with what it gains at its end. */
export function graphOfFinding(finding: Finding): Graph {
  const nodes: GraphNode[] = [];
  const links: GraphLink[] = [];
  const taken = new Set<string>();
  for (const [i, { entry, role, origin, growing }] of chainOf(finding).entries()) {
    const { nodeId, name, className, site, edge } = entry;
    const gained = role === 'gained';
    const own = keyOf(nodeId);
    const key = gained || taken.has(own) ? `gained ${i}` : own;
    taken.add(key);
    nodes.push({
      key,
      ...(key === own && { nodeId }),
      name: name || className,
      className,
      count: gained && i === finding.retainingPath.length - 1 ? Math.max(1, finding.growth.objects) : 1,
      ...(site && { site }),
      ...(origin && { origin }),
      role,
    });
    const before = nodes[i - 1];
    if (before) links.push({ from: before.key, to: key, edge, weak: false, growing });
  }
  return { nodes, links };
}

/** Merged ways of the engine. */
export function graphOfPaths({ nodes, edges }: PathGraph): Graph {
  const keys = nodes.map(({ nodeId }) => keyOf(nodeId));
  const held = new Set(edges.map(({ to }) => to));
  return {
    nodes: nodes.map(({ nodeId, name, className, count, retainedSize, site, target }, i) => ({
      key: keys[i],
      nodeId,
      name,
      className,
      count,
      retainedSize,
      ...placed(site),
      role: target ? 'target' : held.has(i) ? 'holder' : 'root',
    })),
    links: edges.map(({ from, to, edge, edgeType, omitted }) => ({
      from: keys[from],
      to: keys[to],
      edge,
      weak: edgeType === 'weak',
      growing: false,
      ...(omitted && { omitted }),
    })),
  };
}

/** Both; what both have is as in the first. */
export function joined(first: Graph, second: Graph): Graph {
  const known = new Set(first.nodes.map(({ key }) => key));
  const nodes = [...first.nodes];
  for (const node of second.nodes) {
    if (known.has(node.key) || nodes.length >= MOST_NODES) continue;
    known.add(node.key);
    nodes.push(node.role === 'target' ? { ...node, role: 'holder' } : node);
  }
  return { nodes, links: withLinks(first.links, second.links, known) };
}

/**
 * With holders of a node, beginning at `start` among all `total`, and what is left of them as one more node.
 * @param rows nearest to a root first
 */
export function withHolders(
  graph: Graph,
  of: string,
  { total, start, rows }: { total: number; start: number; rows: readonly HolderRow[] },
): Graph {
  const moreKey = `more ${of}`;
  const nodes = graph.nodes
    .filter(({ key }) => key !== moreKey)
    .map((node) => (node.key === of ? { ...node, asked: true } : node));
  const known = new Set(nodes.map(({ key }) => key));
  const links: GraphLink[] = [];
  let told = 0;
  for (const { node, edge, edgeType, name, site } of rows) {
    const key = keyOf(node.nodeId);
    if (!known.has(key)) {
      if (nodes.length >= MOST_NODES) break;
      known.add(key);
      nodes.push({
        key,
        nodeId: node.nodeId,
        name,
        className: node.className,
        count: 1,
        retainedSize: node.retainedSize,
        ...placed(site),
        role: node.distance === 1 ? 'root' : 'holder',
      });
    }
    told++;
    if (key !== of) links.push({ from: key, to: of, edge, weak: edgeType === 'weak', growing: false });
  }
  const left = total - start - told;
  if (left > 0) {
    nodes.push({
      key: moreKey,
      name: '',
      className: '',
      count: left,
      role: 'holder',
      more: { of, left, next: start + told },
    });
    known.add(moreKey);
    links.push({ from: moreKey, to: of, edge: '', weak: false, growing: false });
  }
  const kept = graph.links.filter(({ from }) => from !== moreKey);
  return { nodes, links: withLinks(kept, links, known) };
}

export type Arrow = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight';

/** The node that an arrow key leads to along links: up to a holder, down to what is held, aside within a layer. */
export function nodeAt(
  { links }: Graph,
  places: ReadonlyMap<string, { x: number; layer: number }>,
  key: string,
  arrow: Arrow,
): string | undefined {
  const here = places.get(key);
  if (!here) return undefined;
  const near = (keys: readonly string[]): string | undefined =>
    keys
      .filter((other) => places.has(other))
      .sort((a, b) => Math.abs(places.get(a)!.x - here.x) - Math.abs(places.get(b)!.x - here.x))[0];
  if (arrow === 'ArrowUp') return near(links.filter(({ to }) => to === key).map(({ from }) => from));
  if (arrow === 'ArrowDown') return near(links.filter(({ from }) => from === key).map(({ to }) => to));
  const side = arrow === 'ArrowLeft' ? -1 : 1;
  return near(
    [...places]
      .filter(([, place]) => place.layer === here.layer && (place.x - here.x) * side > 0)
      .map(([other]) => other),
  );
}

function withLinks(
  first: readonly GraphLink[],
  second: readonly GraphLink[],
  known: ReadonlySet<string>,
): GraphLink[] {
  const told = new Set(first.map(({ from, to }) => `${from} ${to}`));
  const links = [...first];
  for (const link of second) {
    const key = `${link.from} ${link.to}`;
    if (told.has(key) || !known.has(link.from) || !known.has(link.to)) continue;
    told.add(key);
    links.push(link);
  }
  return links;
}

function placed(site: Site | undefined): Pick<GraphNode, 'site' | 'origin'> {
  return site ? { site, origin: siteOrigin(site) } : {};
}
