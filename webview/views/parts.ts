/** What lies below a class: its objects, their fields and who holds them, unfolded as far as the reader goes. */

import { formatBytes, formatCount } from '../../src/base/units.ts';
import type { Site } from '../../src/protocol/findings.ts';
import type { EdgeRow, NodeQuery, NodeRow, Range, Rows } from '../../src/protocol/heap-rows.ts';
import type { ClassDiffRow } from '../../src/protocol/tables.ts';
import type { Asked } from '../ask.ts';
import type { Host } from '../host.ts';
import { type Branch, localBranch } from '../layout/branches.ts';
import { type FetchTask, remoteBranch } from '../remote-rows.ts';
import type { Seen } from '../state.ts';
import { plural, t } from '../text.ts';
import { type Child, h, shown } from './dom.ts';
import type { Cell } from './grid.ts';
import type { MenuItem } from './menu.ts';

/** A row that is no class. */
export class Part {
  constructor(
    readonly label: () => Child[],
    /** Beside the label. */
    readonly facts: string,
    /** For type-ahead. */
    readonly text: string,
    readonly open?: () => Branch<Part>,
    readonly menu: MenuItem[] = [],
  ) {}
}

/** Of the two that are compared, or the one that a page is about. */
export interface Explored {
  host: Host & { ask: NonNullable<Host['ask']> };
  of: Asked;
  inspect(seen: Seen): void;
}

/** In a table of so many columns. */
export function partCells(part: Part, columns: number): Cell[] {
  const name = h('span', { class: 'part' }, ...part.label());
  const span = Math.max(1, columns - 3);
  return [
    { content: name, span },
    { content: part.facts, tone: 'facts', span: columns - span },
  ];
}

/** The earlier of two, where the page is about two. */
export function earlierOf(explored: Explored): Explored {
  const { snapshot, against } = explored.of;
  return { ...explored, of: { snapshot: against, against: snapshot, earlier: true } };
}

export function group(label: string, open: () => Branch<Part>, facts = ''): Part {
  return new Part(() => [h('em', {}, label)], facts, label, open);
}

export function nodesBranch(explored: Explored, query: NodeQuery): Branch<Part> {
  return remoteBranch((range, task) =>
    asked(explored.host.ask('nodes', { query, range }, explored.of, task), (row) => nodePart(explored, row)),
  );
}

export function nodePart(explored: Explored, node: NodeRow, edge?: EdgeRow): Part {
  const sizes = t('Retained {0}, shallow {1}', formatBytes(node.retainedSize), formatBytes(node.selfSize));
  const distance =
    node.distance < 0 || node.distance >= 1e8 ? '' : `, ${t('distance {0}', formatCount(node.distance))}`;
  return new Part(
    () => [
      edge && h('code', { class: edge.edgeType === 'weak' ? 'edge-name weak' : 'edge-name' }, edge.edge),
      edge && ' ',
      h('code', { class: `value ${valueKind(node)}`, title: shown(node.preview, 300) }, node.preview),
      ' ',
      h('span', { class: 'dim' }, `${shown(node.className, 60)} @${node.nodeId}`),
      node.detached && ` ${t('detached')}`,
    ],
    `${sizes}${distance}`,
    edge ? edge.edge.replace(/^\./, '') : node.preview,
    () => localBranch(neighbours(explored, node.nodeId)),
    nodeMenu(explored, node.nodeId),
  );
}

/** What an object leads to, and who leads to it. */
export function neighbours(explored: Explored, nodeId: number): Part[] {
  const { host, of } = explored;
  const edges = (question: 'fields' | 'retainers') => (): Branch<Part> =>
    remoteBranch((range, task) =>
      asked(host.ask(question, { nodeId, range }, of, task), (row) => nodePart(explored, row.node, row)),
    );
  return [group(t('Fields'), edges('fields')), group(t('Retainers'), edges('retainers'))];
}

/** What goes when an object goes. */
export function dominated(explored: Explored, nodeId: number): Part {
  const fetch = (range: Range, task: FetchTask): Promise<{ total: number; rows: Part[] }> =>
    asked(explored.host.ask('dominated', { nodeId, range }, explored.of, task), (row) =>
      nodePart(explored, row),
    );
  return group(t('Keeps alive'), () => remoteBranch(fetch));
}

/** Ways from a root, shortest first; each with its steps. */
export function pathsPart(explored: Explored, nodeId: number): Part {
  const { host, of } = explored;
  const paths = (): Branch<Part> =>
    remoteBranch(async (range, task) => {
      const found = await host.ask('paths', { nodeId, most: 5 }, of, task);
      const rows = found.map((steps, i) => {
        const below = steps.map((step) => stepPart(explored, step));
        const last = steps.map(({ edge, name, className }) => edge || name || className);
        return group(t('Path {0}', i + 1), () => localBranch(below), shown(last.join(' > '), 300));
      });
      return { total: rows.length, rows: rows.slice(range.start, range.start + range.count) };
    });
  return group(t('Retaining paths'), paths);
}

/** The objects of a class that came, those that went, and all that there are now. */
export function changesOf(row: ClassDiffRow, later: Explored, earlier: Explored): Branch<Part> {
  const { className } = row;
  const isNew = true;
  return localBranch([
    group(
      t('New'),
      () => nodesBranch(later, { className, isNew }),
      plural(row.addedCount, '1 object', '{0} objects'),
    ),
    group(
      t('Gone'),
      () => nodesBranch(earlier, { className, isNew }),
      plural(row.removedCount, '1 object', '{0} objects'),
    ),
    group(t('All that there are now'), () => nodesBranch(later, { className })),
  ]);
}

/** @param holders shows what holds the objects of a class */
export function classMenu(
  { site, className }: { site?: Site; className: string },
  host: Host,
  holders?: (className: string) => void,
): MenuItem[] {
  const { editor } = host;
  return [
    ...(site && editor ? [{ label: t('Go to source'), act: () => editor.openSite(site, false) }] : []),
    ...(holders ? [{ label: t('Show what holds them'), act: () => holders(className) }] : []),
    { label: t('Copy name'), act: () => void host.copy(className) },
  ];
}

function stepPart(
  explored: Explored,
  {
    edge,
    name,
    className,
    nodeId,
    site,
  }: { edge: string; name: string; className: string; nodeId: number; site?: Site },
): Part {
  const menu = nodeMenu(explored, nodeId);
  if (site) menu.push({ label: t('Go to source'), act: () => explored.host.editor?.openSite(site, false) });
  return new Part(
    () => [h('code', { class: 'edge-name' }, edge || '→'), ' ', h('code', {}, name || className)],
    `${shown(className)} @${nodeId}`,
    edge,
    () => localBranch(neighbours(explored, nodeId)),
    menu,
  );
}

function nodeMenu({ host, of, inspect }: Explored, nodeId: number): MenuItem[] {
  return [
    {
      label: t('Open in inspector'),
      main: true,
      act: () => inspect({ nodeId, ...(of.earlier && { earlier: true }) }),
    },
    { label: t('Copy @id'), act: () => void host.copy(`@${nodeId}`) },
    {
      label: t('Go to source'),
      act: () => {
        host.ask('node', { nodeId }, of).then(
          ({ site }) => site && host.editor?.openSite(site, false),
          () => {},
        );
      },
    },
  ];
}

async function asked<R, P>(
  rows: Promise<Rows<R>>,
  part: (row: R) => P,
): Promise<{ total: number; rows: P[] }> {
  const found = await rows;
  return { total: found.total, rows: found.rows.map(part) };
}

function valueKind({ type }: NodeRow): string {
  if (/string/.test(type)) return 'text';
  return type === 'closure' || type === 'number' || type === 'code' ? type : '';
}
