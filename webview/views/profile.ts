/** A sampled allocation profile: functions by what they allocated that is alive. */

import { formatBytes, formatCount } from '../../src/base/units.ts';
import type { PanelContent } from '../../src/protocol/panel.ts';
import type { ProfileRow } from '../../src/protocol/tables.ts';
import { siteLabel } from '../../src/protocol/wording.ts';
import type { Host } from '../host.ts';
import type { Store } from '../state.ts';
import { t } from '../text.ts';
import { shortened, siteLink } from './code.ts';
import { append, h, longText, section } from './dom.ts';
import { flameView } from './flame.ts';
import { type Column, longTable } from './long-table.ts';
import { titleView } from './title.ts';

export type ProfileContent = Extract<PanelContent, { type: 'profile' }>;

export function mountProfile(root: HTMLElement, content: ProfileContent, store: Store, host: Host): void {
  const { profile, title } = content;
  append(root, [
    titleView(t('Sampled allocations that are alive'), title, [
      [t('Live size'), formatBytes(profile.total)],
      [t('Functions'), formatCount(profile.rows.length)],
    ]),
    h(
      'main',
      {},
      profile.rows.length > 0 &&
        section(
          'profile-flame',
          'Where live memory was allocated',
          flameView(profile.flame, undefined, host),
        ),
      section(
        'profile-functions',
        'By function',
        profile.rows.length
          ? longTable(
              {
                id: 'profile',
                caption: 'Live bytes, by the function that allocated them',
                rows: profile.rows,
                columns: columns(host, profile.total),
                name: (row) => `${row.function} ${row.site ? siteLabel(row.site) : ''}`,
                column: 'selfSize',
              },
              store,
            )
          : h('p', { class: 'dim' }, t('Nothing that was sampled is alive.')),
      ),
    ),
  ]);
}

function columns(host: Host, total: number): Column<ProfileRow>[] {
  const size = (key: 'selfSize' | 'totalSize', label: string): Column<ProfileRow> => ({
    key,
    label,
    value: (row) => row[key],
    cell: (row) => formatBytes(row[key]),
  });
  return [
    {
      key: 'function',
      label: 'Function',
      value: (row) => row.function.toLowerCase(),
      cell: (row) => siteLink(row.site, host, h('code', {}, row.function || t('(anonymous)'))),
    },
    size('selfSize', 'Own size'),
    size('totalSize', 'With what it calls'),
    {
      key: 'share',
      label: 'Share',
      value: (row) => row.totalSize,
      cell: (row) =>
        h('meter', {
          min: 0,
          max: Math.max(1, total),
          value: row.totalSize,
          'aria-label': t('Size beside all'),
        }),
    },
    {
      key: 'where',
      label: 'Where',
      value: (row) => (row.site ? siteLabel(row.site) : ''),
      cell: (row) =>
        row.site &&
        h('span', { class: 'dim', title: siteLabel(row.site) }, longText(shortened(siteLabel(row.site)))),
    },
  ];
}
