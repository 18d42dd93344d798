/** What grew by who holds it: a row per finding and per owner that was looked at, and the path of the chosen one. */

import { formatBytes } from '../../src/base/units.ts';
import type { Finding } from '../../src/protocol/findings.ts';
import type { ReportData } from '../../src/protocol/report.ts';
import { ignoredWhy, percent, siteLabel } from '../../src/protocol/wording.ts';
import type { Host } from '../host.ts';
import { growthBetween } from '../layout/growth.ts';
import type { Store } from '../state.ts';
import { t } from '../text.ts';
import { pathView as pathGraphOf } from './chain.ts';
import { originView, siteLink } from './code.ts';
import { append, type Child, h, longText, prose, scroll } from './dom.ts';

const HEADS = ['Owner', 'Between the two', 'In all', 'Stored at', 'Kind', 'Confidence'];

export function ownersView(
  report: ReportData,
  numbers: { before: number; after: number } | undefined,
  store: Store,
  host: Host,
): HTMLElement {
  const { findings, ignored = [], notLeaks = [] } = report.findings;
  if (!findings.length && !ignored.length && !notLeaks.length)
    return h('p', { class: 'dim' }, t('No owner of growing memory was found.'));
  const { cwd } = report.recording;
  const rows = findings.map((finding) => findingRow(finding, numbers, cwd, store, host));
  const path = h('div', { class: 'owner-path' });
  store.watch(
    (state) => findings.find(({ id }) => id === state.owner) ?? findings[0],
    (chosen) => {
      for (const [i, { row, button }] of rows.entries()) {
        const pressed = findings[i] === chosen;
        button.setAttribute('aria-pressed', String(pressed));
        row.classList.toggle('chosen', pressed);
      }
      path.replaceChildren();
      if (chosen) append(path, pathView(chosen, cwd, host));
    },
  );
  return h(
    'div',
    {},
    scroll(
      h(
        'table',
        { class: 'owners', 'aria-labelledby': 'owners-title' },
        h('thead', {}, h('tr', {}, ...HEADS.map((text) => h('th', { scope: 'col' }, t(text))))),
        h(
          'tbody',
          {},
          ...rows.map(({ row }) => row),
          ...ignored.map((finding) =>
            h(
              'tr',
              { class: 'fine' },
              h('th', { scope: 'row' }, h('code', {}, finding.owner.name)),
              h('td'),
              h('td', { 'data-label': t('In all') }, signed(finding.growth.bytes)),
              h('td', { colspan: 3 }, h('em', {}, t('Ignored:')), ' ', prose(ignoredWhy(finding))),
            ),
          ),
          ...notLeaks.map(({ name, bytes, reason }) =>
            h(
              'tr',
              { class: 'fine' },
              h('th', { scope: 'row' }, prose(name)),
              h('td'),
              h('td', { 'data-label': t('In all') }, formatBytes(bytes)),
              h('td', { colspan: 3 }, h('em', {}, t('Looked at, no leak:')), ' ', prose(reason)),
            ),
          ),
        ),
      ),
    ),
    path,
  );
}

function findingRow(
  finding: Finding,
  numbers: { before: number; after: number } | undefined,
  cwd: string | undefined,
  store: Store,
  host: Host,
): { row: HTMLElement; button: HTMLElement } {
  const { id, owner, kind, growth, storeSite, userSite, confidence } = finding;
  const site = storeSite ?? userSite;
  const between = numbers && growthBetween(growth.perSnapshot, numbers.before, numbers.after);
  const button = h(
    'button',
    { type: 'button', class: 'link', onclick: () => store.dispatch({ type: 'owner', id }) },
    h('code', {}, owner.name || owner.className),
  );
  const where: Child = site
    ? h(
        'span',
        { class: 'place' },
        siteLink(site, host, h('code', { class: 'where' }, longText(siteLabel(site, cwd)))),
        ' ',
        originView(site),
      )
    : '';
  const row = h(
    'tr',
    {},
    h('th', { scope: 'row' }, button),
    h(
      'td',
      { class: between && between > 0 ? 'more' : '', 'data-label': t('Between the two') },
      between !== undefined && signed(between),
    ),
    h('td', { class: growth.bytes > 0 ? 'more' : '', 'data-label': t('In all') }, signed(growth.bytes)),
    h('td', {}, where),
    h('td', { 'data-label': t('Kind') }, t(kind)),
    h('td', { 'data-label': t('Confidence') }, percent(confidence)),
  );
  return { row, button };
}

function pathView(finding: Finding, cwd: string | undefined, host: Host): Child[] {
  return [
    h('p', { class: 'title' }, prose(finding.title)),
    finding.retainingPath.length > 0 && h('h3', {}, t('What holds it')),
    finding.retainingPath.length > 0 && pathGraphOf(finding, 'owner-path', cwd, host),
  ];
}

function signed(bytes: number): string {
  return bytes > 0 ? `+${formatBytes(bytes)}` : formatBytes(bytes);
}
