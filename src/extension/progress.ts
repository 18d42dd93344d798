/** Long work: shown with Cancel once it takes more than a second. */
import { CancellationTokenSource, type LogOutputChannel, l10n, ProgressLocation, window } from 'vscode';
import { HeaplineError } from '../base/errors.ts';
import type { ProgressReading } from '../base/progress.ts';
import type { RequestOptions } from './server.ts';

const SHOWN_AFTER_MS = 1000;

/** Does `work`; cancelling it in the message cancels its token. */
export async function withProgress<T>(
  title: string,
  work: (options: Required<RequestOptions>) => Promise<T>,
): Promise<T> {
  const source = new CancellationTokenSource();
  let show: (reading: ProgressReading) => void = () => {};
  const done = work({ token: source.token, report: (reading) => show(reading) });
  const timer = setTimeout(() => {
    void window.withProgress(
      { location: ProgressLocation.Notification, title, cancellable: true },
      async (progress, token) => {
        token.onCancellationRequested(() => source.cancel());
        show = (reading) => progress.report({ message: textOf(reading) });
        await done.catch(() => undefined);
      },
    );
  }, SHOWN_AFTER_MS);
  try {
    return await done;
  } finally {
    clearTimeout(timer);
    source.dispose();
  }
}

/** Tells the user what went wrong; what they cancelled themselves is no news. */
export function showError(error: unknown, log: LogOutputChannel): void {
  if (HeaplineError.is(error, 'cancelled')) return;
  if (HeaplineError.is(error, 'target-gone')) {
    // No fault: they stopped or restarted it while something was under way.
    log.warn(error.toLine());
    void window.showInformationMessage(
      l10n.t('The program ended before that was done. What was recorded until then is kept.'),
    );
    return;
  }
  log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  const text = HeaplineError.is(error) ? error.toLine() : l10n.t('Heapline failed: {0}', messageOf(error));
  const showLog = l10n.t('Show Log');
  void window.showErrorMessage(text, showLog).then((answer) => {
    if (answer === showLog) log.show();
  });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function textOf({ phase, done, total }: ProgressReading): string {
  return total ? `${phase} (${Math.min(100, Math.floor((done / total) * 100))} %)` : phase;
}
