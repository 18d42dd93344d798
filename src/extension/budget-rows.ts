/** Budgets that were passed, as the view and messages say them. Pure, so that it is tested without an editor. */
import { formatBytes } from '../base/units.ts';
import { type BudgetName, formatAmount } from '../protocol/budgets.ts';
import type { PassedBudget } from '../protocol/findings.ts';
import { printable } from '../protocol/wording.ts';
import type { Localizer, Row } from './row.ts';

/** What was told: budget, subject, level and how often. */
export type Noted = Set<string>;

/** Those that were not told yet; notes them. Alerts first. */
export function newlyPassed(budgets: readonly PassedBudget[], told: Noted): PassedBudget[] {
  const passed = budgets.filter((one) => !told.has(keyOf(one)));
  for (const one of passed) told.add(keyOf(one));
  return passed.sort((a, b) => a.level.localeCompare(b.level));
}

function keyOf({ budget, subject = '', level, times }: PassedBudget): string {
  return [budget, subject, level, times].join('\0');
}

/** Worth a message: that V8 collects a little long or often is for the view alone. */
export function isNoted({ budget, level }: PassedBudget): boolean {
  return level === 'alert' || (budget !== 'gcPause' && budget !== 'gcPerMinute');
}

export function budgetTitle({ budget, subject }: PassedBudget, l10n: Localizer): string {
  const label = labelOf(budget, l10n);
  return subject === undefined ? label : l10n.t('{0}: {1}', label, printable(subject));
}

/** `1.21 GB, over 1.2 GB`. */
export function budgetValues({ budget, value, limit }: PassedBudget, l10n: Localizer): string {
  return l10n.t('{0}, over {1}', formatAmount(budget, value), formatAmount(budget, limit));
}

export function budgetRow(passed: PassedBudget, l10n: Localizer): Row {
  const { budget, level, times, back, collected } = passed;
  const title = budgetTitle(passed, l10n);
  const values = budgetValues(passed, l10n);
  const alert = level === 'alert';
  const given =
    collected &&
    l10n.t(
      'A forced collection gave back {0} of {1}.',
      formatBytes(Math.max(0, collected.heapBefore - collected.heapAfter)),
      formatBytes(collected.heapBefore),
    );
  const state = back ? l10n.t('back below') : alert ? l10n.t('alert') : l10n.t('warning');
  return {
    label: title,
    description: [values, state].join(' · '),
    tooltip: [
      `${title}: ${values}`,
      times > 1 && l10n.t('Passed {0} times.', times),
      back && l10n.t('It came back below, and stayed there for a minute.'),
      given,
      budget === 'rss' && l10n.t("What Heapline's own snapshots left in memory is not counted."),
    ]
      .filter(Boolean)
      .join('\n'),
    icon: back ? 'pass' : alert ? 'error' : 'warning',
    color: back ? undefined : alert ? 'list.errorForeground' : 'list.warningForeground',
    context: 'budget',
    spoken: l10n.t('Budget passed: {0}, {1}, {2}', title, values, state),
    state: 'none',
  };
}

function labelOf(budget: BudgetName, l10n: Localizer): string {
  return {
    rss: l10n.t('Resident set'),
    heapUsed: l10n.t('Heap in use'),
    gcPerMinute: l10n.t('Full collections a minute'),
    gcPause: l10n.t('Pause of a collection'),
    ownerObjects: l10n.t('Live objects of one owner'),
    cacheEntries: l10n.t('Entries of one cache'),
    siteGrowth: l10n.t('Growth of one site between snapshots'),
    sessions: l10n.t('Open sessions'),
    childProcesses: l10n.t('Child processes'),
    sessionTokens: l10n.t('Tokens of one session'),
  }[budget];
}
