/** Two snapshots: what came and what went, by owner and by class, and what holds the owner that is chosen. */

import { formatBytes, formatCount } from '../../src/base/units.ts';
import type { PanelContent } from '../../src/protocol/panel.ts';
import type { ReportData } from '../../src/protocol/report.ts';
import type { ClassDiffRow, SnapshotDiff } from '../../src/protocol/tables.ts';
import { percent } from '../../src/protocol/wording.ts';
import type { Asked } from '../ask.ts';
import type { Host } from '../host.ts';
import type { Store } from '../state.ts';
import { plural, t } from '../text.ts';
import { actionsView } from './actions.ts';
import { clusterView } from './cluster.ts';
import { siteLink } from './code.ts';
import { append, type Child, h, prose, section, shown } from './dom.ts';
import { explorerView } from './explorer.ts';
import { type Column, longTable } from './long-table.ts';
import { ownersView } from './owners.ts';
import { changesOf, classMenu } from './parts.ts';
import { retainedView } from './pictures.ts';
import { timelineView } from './timeline.ts';

export type DiffContent = Extract<PanelContent, { type: 'diff' }>;

export function mountDiff(root: HTMLElement, content: DiffContent, store: Store, host: Host): void {
  const { diff, titles, numbers, report } = content;
  const names = diff.rows.map((row) => row.className);
  const explorer = explorerView(host, askedOf(content), names, store);
  const cluster = clusterView(host, askedOf(content), report?.recording.cwd);
  append(root, [
    headView(diff, titles, host, report !== undefined),
    h(
      'main',
      {},
      report && timelineView(report, store, { chosen: numbers, compare: host.editor?.compare }),
      ownersSection(content, store, host, report),
      host.ask && retainedView(askedOf(content), bytesOf(content), report?.recording.cwd, host),
      section(
        'diff-classes',
        'By class',
        diff.rows.length
          ? longTable(
              {
                id: 'diff',
                caption: 'What changed, by class',
                rows: diff.rows,
                columns: columns(host),
                name: (row) => row.className,
                grown: (row) => row.deltaSize > 0 || row.deltaCount > 0,
                column: 'deltaSize',
                facts: ({ deltaSize, deltaCount, addedCount }) => ({
                  size: deltaSize,
                  count: deltaCount,
                  isNew: addedCount > 0,
                }),
                tree: explorer && {
                  opens: (row) => () => changesOf(row, explorer.explored, explorer.earlier),
                  menu: (row) => classMenu(row, host, cluster?.show),
                },
              },
              store,
            )
          : h('p', { class: 'dim' }, t('Nothing changed between the two snapshots.')),
        cluster?.element,
      ),
      explorer?.element,
    ),
  ]);
}

/** The later one, beside the earlier. */
function askedOf({ numbers }: DiffContent): Asked {
  return numbers ? { snapshot: numbers.after, against: numbers.before } : {};
}

/** Of the later one; of unknown size it may be large. */
function bytesOf({ numbers, report }: DiffContent): number {
  const mark = report?.timeline.snapshots.find(({ index }) => index === numbers?.after);
  return mark?.bytes ?? Number.POSITIVE_INFINITY;
}

function headView(
  diff: SnapshotDiff,
  titles: DiffContent['titles'],
  host: Host,
  hasReport: boolean,
): HTMLElement {
  const sum = (pick: (row: ClassDiffRow) => number): number =>
    diff.rows.reduce((total, row) => total + pick(row), 0);
  const objects = (count: number): string => plural(Math.abs(count), '1 object', '{0} objects');
  const tile = (label: string, size: number, count: number, main = false): HTMLElement =>
    h(
      'div',
      {},
      h('dt', {}, t(label)),
      h(
        'dd',
        { class: main && size > 0 && 'main-figure' },
        main ? signed(size, formatBytes) : formatBytes(size),
      ),
      h('dd', { class: 'dim' }, main && count < 0 ? `-${objects(count)}` : objects(count)),
    );
  return h(
    'header',
    { class: 'panel banner' },
    h('p', { class: 'source' }, h('strong', {}, 'Heapline'), t('Comparison of two snapshots')),
    h(
      'h1',
      { class: 'titles' },
      h('span', {}, titles.before),
      ' ',
      h('span', { class: 'dim', 'aria-hidden': 'true' }, '→'),
      h('span', { class: 'unseen' }, t('compared with')),
      ' ',
      h('span', {}, titles.after),
    ),
    h(
      'dl',
      { class: 'figures' },
      tile(
        'Change',
        sum((row) => row.deltaSize),
        sum((row) => row.deltaCount),
        true,
      ),
      tile(
        'Added',
        sum((row) => row.addedSize),
        sum((row) => row.addedCount),
      ),
      tile(
        'Removed',
        sum((row) => row.removedSize),
        sum((row) => row.removedCount),
      ),
      h('div', {}, h('dt', {}, t('Objects found again')), h('dd', {}, percent(diff.sharedIds))),
    ),
    ...diff.warnings.map((warning) => h('p', { class: 'warning', role: 'note' }, prose(warning))),
    hasReport && host.editor && actionsView(host.editor, [['compare', 'Compare others...']]),
  );
}

function ownersSection(
  { numbers, pending }: DiffContent,
  store: Store,
  host: Host,
  report: ReportData | undefined,
): HTMLElement {
  return section(
    'owners',
    'By owner',
    report
      ? ownersView(report, numbers, store, host)
      : h(
          'p',
          { class: 'dim' },
          pending
            ? t('Looking for the owners...')
            : t('Owners and lines are known for snapshots of one recording, once it has a verdict.'),
        ),
  );
}

function columns(host: Host): Column<ClassDiffRow>[] {
  const number = (
    key: Exclude<keyof ClassDiffRow, 'className' | 'site'>,
    label: string,
    format: (value: number) => string,
    isDelta = false,
  ): Column<ClassDiffRow> => ({
    key,
    label,
    value: (row) => row[key],
    cell: (row) => (isDelta ? signed(row[key], format) : format(row[key])),
    tone: (row) => (isDelta && row[key] > 0 ? 'more' : ''),
  });
  return [
    {
      key: 'className',
      label: 'Constructor',
      value: (row) => row.className.toLowerCase(),
      cell: (row): Child => siteLink(row.site, host, className(row.className)),
    },
    number('deltaSize', 'Change of size', formatBytes, true),
    number('addedSize', 'Size added', formatBytes),
    number('removedSize', 'Size removed', formatBytes),
    number('deltaCount', 'Change', formatCount, true),
    number('addedCount', 'Added', formatCount),
    number('removedCount', 'Removed', formatCount),
  ];
}

/** The name of a class; the whole of it as a tooltip, as rows are of one line. */
export function className(name: string): HTMLElement {
  return h('code', { title: shown(name, 300) }, name);
}

function signed(value: number, format: (value: number) => string): string {
  return value > 0 ? `+${format(value)}` : format(value);
}
