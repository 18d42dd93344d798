/** The classes that grew most: sortable, filterable, a sparkline each. */

import { select } from 'd3';
import { formatBytes, formatCount } from '../../src/base/units.ts';
import type { Site } from '../../src/protocol/findings.ts';
import type { ReportData } from '../../src/protocol/report.ts';
import type { Host } from '../host.ts';
import { type ClassView, chosenClasses, classSites, classViews } from '../layout/classes.ts';
import { sparkline } from '../layout/growth.ts';
import type { ClassColumn, Store } from '../state.ts';
import { t } from '../text.ts';
import { type Cluster, clusterView } from './cluster.ts';
import { siteLink } from './code.ts';
import { h, scroll, section } from './dom.ts';
import { endsLists } from './ends.ts';
import { filterBox } from './filter-box.ts';

const FEW = 12;
const COLUMNS: [ClassColumn, string][] = [
  ['className', 'Constructor'],
  ['count', 'Objects'],
  ['countDelta', 'Change'],
  ['size', 'Shallow size'],
  ['sizeDelta', 'Change of size'],
];

export function classesView(data: ReportData, store: Store, host: Host): HTMLElement | undefined {
  const views = classViews(data.classes);
  const sites = classSites(data.findings);
  if (!views.length) return undefined;
  const heads = COLUMNS.map(([column, label]) =>
    h(
      'th',
      { scope: 'col' },
      h(
        'button',
        { type: 'button', class: 'sort', onclick: () => store.dispatch({ type: 'sort', column }) },
        t(label),
      ),
    ),
  );
  const body = h('tbody');
  const status = h('p', { class: 'dim', role: 'status' });
  const filter = filterBox('class-filter', store.state.classFilter, status, (text) =>
    store.dispatch({ type: 'filter', text }),
  );
  const { snapshots } = data.classes;
  const last = snapshots.at(-1);
  const cluster = clusterView(host, { snapshot: last }, data.recording.cwd);
  // With a timeline they are chosen there.
  const marks = data.timeline.memory.length < 2 ? data.timeline.snapshots : [];
  const compare = marks.length > 1 ? host.editor?.compare : undefined;
  const all = h('button', { type: 'button', class: 'button' });
  all.addEventListener('click', () => store.dispatch({ type: 'all-classes', all: !store.state.allClasses }));
  const render = (): void => {
    const { state } = store;
    const found = filter.attempt(() => chosenClasses(views, state));
    const chosen = found ?? [];
    const rows = state.allClasses ? chosen : chosen.slice(0, FEW);
    body.replaceChildren(
      ...rows.map((view) => rowView(view, snapshots, sites.get(view.className), host, cluster)),
    );
    if (found)
      status.textContent = t(
        state.classFilter ? '{0} of {1} classes that match' : '{0} of {1} classes',
        rows.length,
        chosen.length,
      );
    all.hidden = chosen.length <= FEW;
    all.textContent = state.allClasses ? t('Show {0}', FEW) : t('Show all {0}', chosen.length);
    for (const [i, head] of heads.entries()) {
      if (COLUMNS[i][0] === state.classSort.column)
        head.setAttribute('aria-sort', state.classSort.descending ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    }
  };
  for (const part of ['classSort', 'classFilter', 'allClasses'] as const)
    store.watch((state) => state[part], render);
  return section(
    'classes',
    'Classes that grew most',
    h('div', { class: 'bar' }, ...filter.parts, status),
    scroll(
      h(
        'table',
        { class: 'classes', 'aria-labelledby': 'classes-title' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ...heads,
            h('th', { scope: 'col' }, t('Trend')),
            cluster && h('th', { scope: 'col' }, h('span', { class: 'unseen' }, t('What holds it'))),
          ),
        ),
        body,
      ),
    ),
    all,
    compare &&
      endsLists(
        marks.map(({ index }) => index),
        { id: 'classes', compare },
      ),
    cluster?.element,
  );
}

function rowView(
  view: ClassView,
  snapshots: readonly number[],
  site: Site | undefined,
  host: Host,
  cluster: Cluster | undefined,
): HTMLElement {
  const grew = view.sizeDelta > 0;
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, siteLink(host.editor && site, host, h('code', {}, view.className))),
    h('td', {}, formatCount(view.count)),
    h('td', { class: view.countDelta > 0 ? 'more' : '' }, signed(view.countDelta, formatCount)),
    h('td', {}, formatBytes(view.size)),
    h('td', { class: grew ? 'more' : '' }, signed(view.sizeDelta, formatBytes)),
    h('td', {}, trendView(view, snapshots)),
    cluster &&
      h(
        'td',
        {},
        h(
          'button',
          {
            type: 'button',
            class: 'button',
            'aria-label': t('Holders of {0}', view.className),
            onclick: () => cluster.show(view.className),
          },
          t('Holders'),
        ),
      ),
  );
}

function trendView(view: ClassView, snapshots: readonly number[]): SVGSVGElement {
  const [width, height] = [112, 24];
  const { line, last } = sparkline(view.sizes, width, height);
  const text = view.sizes
    .map(
      (size, i) =>
        `${t('snapshot {0}', snapshots[i] ?? i + 1)}: ${formatBytes(size)}, ${formatCount(view.counts[i])}`,
    )
    .join('; ');
  const svg = select(document.createElementNS('http://www.w3.org/2000/svg', 'svg'))
    .attr('class', 'spark')
    .attr('role', 'img')
    .attr('aria-label', text)
    .attr('width', width)
    .attr('height', height);
  svg.append('title').text(text);
  svg.append('path').attr('d', line);
  svg.append('circle').attr('cx', last[0]).attr('cy', last[1]).attr('r', 2.5);
  return svg.node()!;
}

function signed(value: number, format: (value: number) => string): string {
  return value > 0 ? `+${format(value)}` : format(value);
}
