/** Objects of a snapshot as text. */
import { formatBytes, formatCount } from '../base/units.ts';
import type { EdgeRow, NodeInfo, NodeRow, NodeRows, Rows } from '../protocol/heap-rows.ts';
import { printable, siteLabel } from '../protocol/wording.ts';
import { type Column, tableLines } from './table.ts';
import type { Look } from './tables.ts';
import { fit } from './terminal.ts';

/** From here on distances are counted from V8's own root. */
const SYSTEM_DISTANCE = 100_000_000;

const NODE_COLUMNS: Column[] = [
  { title: 'Object', right: true },
  { title: 'Constructor', spare: 1 },
  { title: 'Contents', shrinks: true },
  { title: 'Distance', right: true, spare: 4 },
  { title: 'Shallow size', right: true, spare: 2 },
  { title: 'Retained size', right: true, spare: 1 },
];
const EDGE_COLUMNS: Column[] = [{ title: 'By' }, ...NODE_COLUMNS];
const MOST_CLASS = 40;

export function objectsText(found: NodeRows, look: Look): string {
  const title =
    `${formatCount(found.total)} object${found.total === 1 ? '' : 's'}, ` +
    `${formatBytes(found.selfSize)} shallow, ${formatBytes(found.retainedSize)} retained together`;
  return `${[look.paint('bold', title), ...section('', NODE_COLUMNS, found, cells, look)].join('\n')}\n`;
}

export function objectText(
  {
    node,
    fields,
    retainers,
    dominated,
  }: { node: NodeInfo; fields: Rows<EdgeRow>; retainers: Rows<EdgeRow>; dominated: NodeRows },
  look: Look,
): string {
  const { width, paint } = look;
  const lines = [
    paint('bold', cut(`@${node.nodeId} ${printable(node.className)} ${printable(node.preview)}`, width)),
    `${node.type}, shallow size ${formatBytes(node.selfSize)}, retained size ${formatBytes(node.retainedSize)}, ` +
      `distance ${distance(node)}${node.detached ? ', detached' : ''}`,
  ];
  if (node.site) lines.push(cut(printable(siteLabel(node.site, look.cwd)), width));
  if (node.dominator)
    lines.push(cut(`kept by @${node.dominator.nodeId} ${printable(node.dominator.className)} alone`, width));
  if (node.realm)
    lines.push(
      node.realm === 'shared'
        ? 'reached from several realms'
        : cut(`of the realm @${node.realm.nodeId} ${printable(node.realm.name)}`, width),
    );
  return `${[
    ...lines,
    ...section('Leads to', EDGE_COLUMNS, fields, edgeCells, look),
    ...section('Held by', EDGE_COLUMNS, retainers, edgeCells, look),
    ...section('Keeps alive', NODE_COLUMNS, dominated, cells, look),
  ].join('\n')}\n`;
}

function section<T>(
  title: string,
  columns: readonly Column[],
  { rows, total }: Rows<T>,
  cellsOf: (row: T) => string[],
  { width, paint }: Look,
): string[] {
  if (!rows.length) return [];
  const [header, ...lines] = tableLines(columns, rows.map(cellsOf), width);
  const more = total - rows.length;
  return [
    '',
    ...(title ? [paint('bold', `${title} (${formatCount(total)})`)] : []),
    paint('dim', header),
    ...lines,
    ...(more > 0 ? [paint('dim', `... and ${formatCount(more)} more; --top N shows N`)] : []),
  ];
}

function edgeCells({ edge, node }: EdgeRow): string[] {
  return [cut(printable(edge), MOST_CLASS), ...cells(node)];
}

function cells(row: NodeRow): string[] {
  return [
    `@${row.nodeId}`,
    cut(printable(row.className), MOST_CLASS),
    row.preview,
    distance(row),
    formatBytes(row.selfSize),
    formatBytes(row.retainedSize),
  ];
}

function distance({ distance }: NodeRow): string {
  return distance < 0 || distance >= SYSTEM_DISTANCE ? '-' : formatCount(distance);
}

function cut(text: string, width: number | undefined): string {
  return width === undefined ? text : fit(text, width);
}
