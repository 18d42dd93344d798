/** One snapshot: its classes. */

import { formatBytes, formatCount } from '../../src/base/units.ts';
import type { PanelContent } from '../../src/protocol/panel.ts';
import type { ClassRow } from '../../src/protocol/tables.ts';
import type { Host } from '../host.ts';
import type { Store } from '../state.ts';
import { t } from '../text.ts';
import { clusterView } from './cluster.ts';
import { siteLink } from './code.ts';
import { className } from './diff.ts';
import { append, h, prose, section } from './dom.ts';
import { explorerView } from './explorer.ts';
import { type Column, longTable } from './long-table.ts';
import { classMenu, nodesBranch } from './parts.ts';
import { retainedView } from './pictures.ts';
import { titleView } from './title.ts';

export type SummaryContent = Extract<PanelContent, { type: 'summary' }>;

export function mountSummary(root: HTMLElement, content: SummaryContent, store: Store, host: Host): void {
  const { summary, title } = content;
  const explorer =
    summary.degraded === undefined && summary.classes.length > 0
      ? explorerView(
          host,
          {},
          summary.classes.map((row) => row.className),
          store,
        )
      : undefined;
  const cluster = explorer && clusterView(host, {}, undefined);
  append(root, [
    titleView(
      t('Heap snapshot'),
      title,
      [
        [t('Shallow size'), formatBytes(summary.totalSize)],
        [t('Objects'), formatCount(summary.nodeCount)],
        [t('References'), formatCount(summary.edgeCount)],
        [t('File'), formatBytes(summary.fileBytes)],
      ],
      summary.problems.map((problem) => h('p', { class: 'warning', role: 'note' }, prose(problem))),
    ),
    h(
      'main',
      {},
      host.ask &&
        summary.degraded === undefined &&
        summary.classes.length > 0 &&
        retainedView({}, summary.fileBytes, undefined, host),
      section(
        'summary-classes',
        'By class',
        summary.classes.length
          ? longTable(
              {
                id: 'summary',
                caption: 'What is alive, by class',
                rows: summary.classes,
                columns: columns(host, summary.totalSize),
                name: (row) => row.className,
                column: 'retainedSize',
                facts: ({ selfSize, retainedSize, count, distance }) => ({
                  size: selfSize,
                  retained: retainedSize,
                  count,
                  distance,
                }),
                tree: explorer && {
                  opens: (row) => () => nodesBranch(explorer.explored, { className: row.className }),
                  menu: (row) => classMenu(row, host, cluster?.show),
                },
              },
              store,
            )
          : h('p', { class: 'dim' }, t('The snapshot holds no objects.')),
        cluster?.element,
      ),
      explorer?.element,
    ),
  ]);
}

function columns(host: Host, total: number): Column<ClassRow>[] {
  const size = (key: 'selfSize' | 'retainedSize', label: string): Column<ClassRow> => ({
    key,
    label,
    value: (row) => row[key],
    cell: (row) => formatBytes(row[key]),
  });
  return [
    {
      key: 'className',
      label: 'Constructor',
      value: (row) => row.className.toLowerCase(),
      cell: (row) => siteLink(row.site, host, className(row.className)),
    },
    size('retainedSize', 'Retained size'),
    size('selfSize', 'Shallow size'),
    { key: 'count', label: 'Objects', value: (row) => row.count, cell: (row) => formatCount(row.count) },
    {
      key: 'share',
      label: 'Share',
      value: (row) => row.retainedSize,
      cell: (row) =>
        h('meter', {
          min: 0,
          max: Math.max(1, total),
          value: row.retainedSize,
          'aria-label': t('Retained size beside all'),
        }),
    },
    {
      key: 'distance',
      label: 'Distance',
      value: (row) => row.distance,
      cell: (row) => distance(row.distance),
    },
  ];
}

/** What no root reaches has none. */
function distance(value: number): string {
  return value < 0 ? '-' : formatCount(value);
}
