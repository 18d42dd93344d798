/** Budgets that were passed, gathered from a recording and put into words. */
import { formatBytes, formatDuration } from '../base/units.ts';
import { BUDGETS, type BudgetName, type Budgets, formatAmount } from './budgets.ts';
import type { PassedBudget } from './findings.ts';
import type { BudgetCrossing, RecordingEvent } from './recording.ts';
import { counted, printable, unticked } from './wording.ts';

/** What the analysis measured. */
export interface MeasuredAmount {
  budget: BudgetName;
  subject: string;
  value: number;
}

/** So many subjects of one budget are told. */
const MOST_OF_ONE = 10;

/** Every budget that was passed, alerts first, then in order of time; undefined where none was. */
export function passedBudgets(
  events: readonly RecordingEvent[],
  budgets: Budgets,
  measured: readonly MeasuredAmount[],
): PassedBudget[] | undefined {
  const passed = new Map<string, PassedBudget>();
  for (const event of events) {
    if (event.type === 'collected') {
      const { heapBefore, heapAfter, rssBefore, rssAfter } = event;
      const last = [...passed.values()].findLast(({ budget }) => budget === event.budget);
      if (last) last.collected = { heapBefore, heapAfter, rssBefore, rssAfter };
    }
    if (event.type !== 'budget') continue;
    noteCrossing(passed, event);
  }
  for (const { budget, subject, value } of [...measured].sort((a, b) => b.value - a.value)) {
    const limits = budgets[budget];
    const level = (['alert', 'warn'] as const).find((one) => value >= (limits?.[one] ?? Infinity));
    if (level)
      passed.set(`${budget}\0${subject}`, {
        budget,
        level,
        value,
        limit: limits![level]!,
        subject,
        times: 1,
      });
  }
  const told = new Map<BudgetName, number>();
  const list = [...passed.values()]
    .sort((a, b) => a.level.localeCompare(b.level))
    .filter(({ budget }) => {
      const count = (told.get(budget) ?? 0) + 1;
      told.set(budget, count);
      return count <= MOST_OF_ONE;
    });
  return list.length ? list : undefined;
}

/** Adds a crossing to what was passed before. @param passed by budget and subject */
export function noteCrossing(
  passed: Map<string, PassedBudget>,
  { t, budget, level, value, limit, subject }: Extract<RecordingEvent, { type: 'budget' }>,
): void {
  const key = `${budget}\0${subject ?? ''}`;
  const before = passed.get(key);
  if (level === 'back') {
    if (before) before.back = true;
    return;
  }
  // From warn to alert is one way up.
  if (!before || (level === 'alert' && before.level === 'warn')) {
    const times = before?.back ? before.times + 1 : (before?.times ?? 1);
    passed.set(key, {
      budget,
      level,
      value,
      limit,
      ...(subject === undefined ? {} : { subject }),
      t,
      times,
      ...(before?.collected ? { collected: before.collected } : {}),
    });
    return;
  }
  before.times++;
  delete before.back;
}

/** Told at once: `Budget (alert): heap used: 1.21 GB, over 1.2 GB.` */
export function budgetCrossed(crossing: BudgetCrossing): string {
  const { budget, level, value, limit } = crossing;
  const amounts = [value, limit].map((amount) => formatAmount(budget, amount));
  if (level === 'back') return `Budget: ${budgetLabel(crossing)} is back below ${amounts[1]}: ${amounts[0]}.`;
  return `Budget (${level}): ${budgetLabel(crossing)}: ${amounts[0]}, over ${amounts[1]}.`;
}

/** In a report, after the level. */
export function budgetSentence(passed: PassedBudget): string {
  const { budget, value, limit, t, times, back, collected } = passed;
  const when = t === undefined ? 'at the last snapshot' : `at ${formatDuration(t)}`;
  const again = times > 1 ? `, ${counted(times, 'time')} in all` : '';
  const sentences = [
    `${budgetLabel(passed)}: ${formatAmount(budget, value)} ${when}, over ${formatAmount(budget, limit)}${again}`,
    collected && gaveBack(collected),
    back && 'It came back below',
  ];
  return `${sentences.filter(Boolean).join('. ')}.`;
}

/** `A forced collection gave back 310 MB of 1.21 GB of heap, and 290 MB of 1.4 GB of rss`. */
export function gaveBack({
  heapBefore,
  heapAfter,
  rssBefore,
  rssAfter,
}: NonNullable<PassedBudget['collected']>): string {
  const back = (before: number, after: number): string =>
    after < before ? formatBytes(before - after) : 'nothing';
  const rss = rssBefore > 0 ? `, and ${back(rssBefore, rssAfter)} of ${formatBytes(rssBefore)} of rss` : '';
  return `A forced collection gave back ${back(heapBefore, heapAfter)} of ${formatBytes(heapBefore)} of heap${rss}`;
}

/** `heap used`, `entries of one cache (`Tools.cache`)`. */
export function budgetLabel({ budget, subject }: Pick<PassedBudget, 'budget' | 'subject'>): string {
  const { label } = BUDGETS[budget];
  return subject === undefined ? label : `${label} (\`${unticked(printable(subject))}\`)`;
}
