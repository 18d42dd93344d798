import { formatBytes, formatCount } from '../base/units.ts';
import type { PoolEviction, SessionsBrief } from '../protocol/sessions.ts';
import { printable } from '../protocol/wording.ts';
import type { Localizer } from './row.ts';

/** The part of `vscode.l10n` that is needed. */
/** Pools of agents and sessions in a line; a click opens the report. */
export function sessionsRow({ pools, held }: SessionsBrief, l10n: Localizer) {
  const lines = pools.map(({ name, entries, bytes, use, eviction }) =>
    [
      l10n.t('{0}: {1} entries, {2}', printable(name), formatCount(entries), formatBytes(bytes)),
      use && l10n.t('{0} active, {1} idle', formatCount(use.active), formatCount(use.idle)),
      policyOf(eviction, l10n),
    ]
      .filter(Boolean)
      .join(', '),
  );
  const over =
    held && l10n.t('{0} closed sessions still hold {1}', formatCount(held.count), formatBytes(held.bytes));
  const [first] = pools;
  const description = first
    ? [
        l10n.t('{0} in {1}', formatCount(first.entries), printable(first.name)),
        policyOf(first.eviction, l10n),
      ].join(' · ')
    : over;
  return {
    label: l10n.t('Agents and sessions'),
    description,
    tooltip: [...lines, over].filter(Boolean).join('\n'),
    icon: held || first?.eviction.policy === 'never' ? 'warning' : 'organization',
    context: 'sessions',
    state: 'none' as const,
    command: 'heapline.openReport',
  };
}

function policyOf({ policy, max }: PoolEviction, l10n: Localizer): string {
  switch (policy) {
    case 'never':
      return l10n.t('never evicted');
    case 'fixed':
      return l10n.t('of a fixed size');
    case 'bounded':
      return l10n.t('bounded');
    case 'lru':
      return l10n.t('LRU of {0}', formatCount(max ?? 0));
    case 'ttl':
      return l10n.t('swept by a timer');
    case 'removed':
      return l10n.t('entries are taken out');
    case 'unknown':
      return l10n.t('eviction not known');
  }
}
