/** A message when a program passes one of its budgets: once for each time. */
import { l10n, type Disposable as VsDisposable, window } from 'vscode';
import { printable } from '../protocol/wording.ts';
import { budgetTitle, budgetValues, isNoted, type Noted, newlyPassed } from './budget-rows.ts';
import type { Model } from './model.ts';

export function watchBudgets(model: Model): VsDisposable {
  const told = new Map<string, Noted>();
  const listening = model.onDidChange((change) => {
    if (change.what !== 'recording') return;
    const recording = model.recording(change.dir);
    if (!recording?.budgets) return;
    const before = told.get(recording.dir) ?? new Set<string>();
    const passed = newlyPassed(recording.budgets, before).filter(isNoted);
    if (recording.state === 'ended') told.delete(recording.dir);
    else told.set(recording.dir, before);
    const [first, ...others] = passed;
    if (!first) return;
    const what = `${budgetTitle(first, l10n)}: ${budgetValues(first, l10n)}`;
    const text = others.length
      ? l10n.t(
          '{0} is over a budget. {1} ({2} more are listed in the view.)',
          printable(recording.title),
          what,
          others.length,
        )
      : l10n.t('{0} is over a budget. {1}', printable(recording.title), what);
    if (first.level === 'alert') void window.showWarningMessage(text);
    else void window.showInformationMessage(text);
  });
  return { dispose: () => listening.dispose() };
}
