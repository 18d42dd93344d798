/** Tables of one or two snapshots, and the paths to one object, as text. */
import { basename } from 'node:path';
import { formatBytes, formatCount } from '../base/units.ts';
import type { PathEntry, Site } from '../protocol/findings.ts';
import type { NodeDetails, SnapshotDiff, SnapshotSummary } from '../protocol/tables.ts';
import { printable, siteLabel } from '../protocol/wording.ts';
import { type Column, tableLines } from './table.ts';
import { fit, type Painter } from './terminal.ts';

export interface Look {
  /** Columns to fit in; undefined: nothing is cut. */
  width: number | undefined;
  paint: Painter;
  /** Paths inside it are shown relative to it. */
  cwd: string;
}

const CLASS_COLUMNS: Column[] = [
  { title: 'Constructor', shrinks: true },
  { title: 'Distance', right: true, spare: 4 },
  { title: 'Count', right: true, spare: 1 },
  { title: 'Shallow size', right: true, spare: 2 },
  { title: 'Retained size', right: true },
  { title: '', right: true, spare: 3 },
];

/** @param top rows at most; 0 for all */
export function classesText(summary: SnapshotSummary, top: number, look: Look): string {
  const rows = top ? summary.classes.slice(0, top) : summary.classes;
  const cells = rows.map((row) => [
    row.className,
    summary.degraded ? '-' : formatCount(row.distance),
    formatCount(row.count),
    formatBytes(row.selfSize),
    summary.degraded ? '-' : formatBytes(row.retainedSize),
    percent(row.retainedSize, summary.totalSize),
  ]);
  const title =
    `${basename(summary.file)} (${formatBytes(summary.fileBytes)}): ${formatBytes(summary.totalSize)} in ` +
    `${formatCount(summary.nodeCount)} nodes, ${formatCount(summary.edgeCount)} edges`;
  return page(title, CLASS_COLUMNS, cells, summary.classes.length, look);
}

const DIFF_COLUMNS: Column[] = [
  { title: 'Constructor', shrinks: true },
  { title: '# New', right: true, spare: 2 },
  { title: '# Deleted', right: true, spare: 3 },
  { title: '# Delta', right: true, spare: 1 },
  { title: 'Alloc. size', right: true, spare: 4 },
  { title: 'Freed size', right: true, spare: 5 },
  { title: 'Size delta', right: true },
];

/** @param top rows at most; 0 for all */
export function diffText(diff: SnapshotDiff, top: number, look: Look): string {
  const rows = top ? diff.rows.slice(0, top) : diff.rows;
  const cells = rows.map((row) => [
    row.className,
    formatCount(row.addedCount),
    formatCount(row.removedCount),
    signed(row.deltaCount, formatCount),
    formatBytes(row.addedSize),
    formatBytes(row.removedSize),
    signed(row.deltaSize, formatBytes),
  ]);
  const count = diff.rows.reduce((sum, row) => sum + row.deltaCount, 0);
  const size = diff.rows.reduce((sum, row) => sum + row.deltaSize, 0);
  const title =
    `${basename(diff.before)} -> ${basename(diff.after)}: ${signed(size, formatBytes)}, ` +
    `${signed(count, formatCount)} objects; ${percent(diff.sharedIds, 1)} of the objects are still there`;
  return page(title, DIFF_COLUMNS, cells, diff.rows.length, look);
}

function page(
  title: string,
  columns: readonly Column[],
  cells: readonly (readonly string[])[],
  total: number,
  { width, paint }: Look,
): string {
  const [header, ...lines] = tableLines(columns, cells, width);
  const more = total - cells.length;
  return [
    paint('bold', cut(printable(title), width)),
    '',
    paint('dim', header),
    ...lines,
    ...(more > 0 ? [paint('dim', `... and ${formatCount(more)} more; --top 0 shows all`)] : []),
    '',
  ].join('\n');
}

/** An object and the ways to it from a root, one entry a line. */
export function detailsText(details: NodeDetails, { width, paint, cwd }: Look): string {
  const { nodeId, className, name, selfSize, retainedSize, distance, site, paths } = details;
  const shown = name && name !== className ? ` ${printable(name)}` : '';
  const lines = [
    paint('bold', cut(`@${nodeId} ${printable(className)}${shown}`, width)),
    `shallow size ${formatBytes(selfSize)}, retained size ${formatBytes(retainedSize)}, distance ${distance}`,
  ];
  if (site) lines.push(cut(siteText(site, cwd), width));
  paths.forEach((entries, i) => {
    lines.push('', paint('dim', paths.length > 1 ? `Path ${i + 1}` : 'Path from a root'));
    for (const entry of entries) {
      if (entry.omitted) lines.push(paint('dim', `  ... ${formatCount(entry.omitted)} more steps ...`));
      lines.push(`  ${cut(entryText(entry, cwd), width && width - 2)}`);
    }
  });
  if (!paths.length) lines.push('', 'No root reaches it: it is kept by nothing, or by weak references only.');
  return `${lines.join('\n')}\n`;
}

function entryText({ edge, name, className, nodeId, site }: PathEntry, cwd: string): string {
  const what =
    name && name !== className ? `${printable(name)} (${printable(className)})` : printable(className);
  const via = edge ? `${printable(edge)} -> ` : '';
  return `${via}${what} @${nodeId}${site ? `  ${siteText(site, cwd)}` : ''}`;
}

function siteText(site: Site, cwd: string): string {
  return printable(`${site.function ? `${site.function} ` : ''}${siteLabel(site, cwd)}`);
}

function cut(text: string, width: number | undefined): string {
  return width === undefined ? text : fit(text, width);
}

function signed(value: number, format: (value: number) => string): string {
  return `${value > 0 ? '+' : ''}${format(value)}`;
}

function percent(part: number, whole: number): string {
  return whole > 0 ? `${Math.round((100 * part) / whole)}%` : '';
}
