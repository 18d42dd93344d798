/** What happens when a recording ends: a message when there is something to do, and the report. */
import { l10n, type Disposable as VsDisposable, window } from 'vscode';
import { printable } from '../protocol/wording.ts';
import type { Deps } from './deps.ts';
import { type EndedRecording, leaksOf } from './model.ts';
import type { Panels } from './panels/panels.ts';
import { showError } from './progress.ts';
import { callerSite, causeOf, mainSite, placesOf } from './rows.ts';
import { openReport } from './settings.ts';
import type { OpenSite } from './sources.ts';

export function watchEndings({ model, log }: Deps, panels: Panels, openSite: OpenSite): VsDisposable {
  return model.onDidEndRecording((recording) => {
    ended(recording, panels, openSite).catch((error) => showError(error, log));
  });
}

/** The program went by itself: the user has not stopped it. */
function tellOfDeath({ end, stopped, title, snapshots }: EndedRecording): void {
  const isClear = end?.cause !== undefined && (end.cause !== 'killed' || !stopped);
  if (end?.reason !== 'target-gone' || !isClear) return;
  void window.showWarningMessage(
    l10n.t(
      '{0}: {1} What was recorded until then is kept (snapshots: {2}).',
      printable(title),
      causeOf(end.cause, l10n),
      snapshots.length,
    ),
  );
}

async function ended(recording: EndedRecording, panels: Panels, openSite: OpenSite): Promise<void> {
  tellOfDeath(recording);
  const { findings, dir, sources, target } = recording;
  if (!findings) return;
  const leaks = leaksOf(recording);
  const setting = openReport();
  const opens = setting === 'always' || (setting === 'leak' && leaks.length > 0);
  if (opens) panels.showReport(dir, { preserveFocus: true });
  const showReport = l10n.t('Show Report');
  const reports = opens ? [] : [showReport];
  const [first] = leaks;
  let answer: string | undefined;
  const goToLine = l10n.t('Go to Line');
  const goToYours = l10n.t('Go to Your Line');
  if (first) {
    const site = mainSite(first);
    const name = printable(first.owner.name);
    const place = site ? l10n.t('{0} (stored at {1})', name, placesOf(first) ?? '') : name;
    const text =
      leaks.length === 1
        ? l10n.t('Heapline found a leak: {0}.', place)
        : l10n.t('Heapline found {0} leaks. The largest: {1}.', leaks.length, place);
    const caller = callerSite(first);
    const lines = [...(site ? [goToLine] : []), ...(caller ? [goToYours] : [])];
    answer = await window.showWarningMessage(text, ...lines, ...reports);
    const chosen = answer === goToLine ? site : answer === goToYours ? caller : undefined;
    if (chosen) await openSite(chosen, { recordingDir: dir, sessionId: target, sources });
  } else if (findings.verdict === 'inconclusive') {
    answer = await window.showInformationMessage(
      l10n.t(
        'Heapline can not tell yet whether memory leaks: {0}',
        printable(findings.reasons[0] ?? '', 400).replaceAll('`', ''),
      ),
      ...reports,
    );
  }
  if (answer === showReport) panels.showReport(dir);
}
