/** Verify Fix: the same program once more, recorded; then what became of one finding. */
import { type DebugSession, debug, l10n, Uri, window, workspace } from 'vscode';
import { HeaplineError } from '../base/errors.ts';
import { formatBytes } from '../base/units.ts';
import { compareLeak, type LeakComparison, newLeaksOf } from '../protocol/compare-runs.ts';
import type { Finding } from '../protocol/findings.ts';
import type { RecordingInfo } from '../protocol/server.ts';
import { printable } from '../protocol/wording.ts';
import { rootOf } from './debug-sessions.ts';
import type { Deps } from './deps.ts';
import type { Launch } from './launches.ts';
import type { Panels } from './panels/panels.ts';
import type { Sessions } from './sessions.ts';

interface RunDeps extends Deps {
  panels: Panels;
  sessions: Sessions;
}

export class VerifyRun {
  private readonly deps: RunDeps;
  private readonly leak: Finding;
  private readonly known: readonly Finding[];

  /** @param leak the one to be mended @param known all of the run before */
  constructor(deps: RunDeps, leak: Finding, known: readonly Finding[]) {
    this.deps = deps;
    this.leak = leak;
    this.known = known;
  }

  /** Starts it; what comes out is told when its recording ends. */
  async start({ folder, configuration }: Launch): Promise<void> {
    const heapline = typeof configuration.heapline === 'object' ? configuration.heapline : {};
    const marker = `verify-${Date.now()}`;
    const program = this.recordingOf(marker);
    const workspaceFolder = folder ? workspace.getWorkspaceFolder(Uri.parse(folder)) : undefined;
    const started = await debug.startDebugging(workspaceFolder, {
      ...configuration,
      heapline: { ...heapline, autoRecord: true, marker },
    });
    if (!started) {
      program.cancel();
      throw new HeaplineError('launch-failed', l10n.t('The program was not started.'));
    }
    window.setStatusBarMessage(
      l10n.t('Heapline: the program runs again and is compared when its recording ends.'),
      10_000,
    );
    const recording = await program.ended;
    if (recording) await this.tell(recording);
  }

  /** The recording of the session with that mark; `ended` settles with undefined when there will be none. */
  private recordingOf(marker: string): { ended: Promise<RecordingInfo | undefined>; cancel(): void } {
    const { model, sessions } = this.deps;
    const targets = new Set<string>();
    let settle: (recording: RecordingInfo | undefined) => void = () => {};
    const ended = new Promise<RecordingInfo | undefined>((resolve) => {
      settle = resolve;
    });
    const disposables = [
      sessions.onDidStartTarget((session) => {
        if ((rootOf(session) as DebugSession).configuration.heapline?.marker === marker)
          targets.add(session.id);
      }),
      model.onDidEndRecording((recording) => {
        if (recording.target && targets.has(recording.target)) settle(recording);
      }),
    ];
    void ended.then(() => {
      for (const disposable of disposables) disposable.dispose();
    });
    return { ended, cancel: () => settle(undefined) };
  }

  private async tell(recording: RecordingInfo): Promise<void> {
    if (!recording.findings) return;
    const comparison = compareLeak(this.leak, recording.findings);
    const others = newLeaksOf(this.known, recording.findings);
    const text = sentence(printable(this.leak.owner.name), comparison, others);
    const show = l10n.t('Show Report');
    const tell =
      comparison.outcome === 'fixed' && !others.length
        ? window.showInformationMessage
        : window.showWarningMessage;
    if ((await tell(text, show)) === show) this.deps.panels.showReport(recording.dir);
  }
}

function sentence(
  name: string,
  { outcome, per, before, after }: LeakComparison,
  others: readonly Finding[],
): string {
  const rate = (bytes: number | undefined): string =>
    bytes === undefined
      ? l10n.t('an unknown amount')
      : per === 'step'
        ? l10n.t('{0} a step', formatBytes(bytes))
        : l10n.t('{0} a second', formatBytes(bytes));
  const was = rate(before);
  const is = rate(after);
  const first = {
    fixed: l10n.t('Fixed: {0} gained {1} before, and does not grow any more.', name, was),
    smaller: l10n.t('Better, not gone: {0} gained {1} before, {2} now.', name, was, is),
    unchanged: l10n.t('Not fixed: {0} gained {1} before, {2} now.', name, was, is),
    unknown: l10n.t(
      'Not certain yet: {0} gained {1} before. This run was too short or too uneven to tell.',
      name,
      was,
    ),
  }[outcome];
  if (!others.length) return first;
  const names = others.map(({ owner }) => printable(owner.name)).join(', ');
  return `${first} ${others.length === 1 ? l10n.t('A new leak was found: {0}.', names) : l10n.t('{0} new leaks were found: {1}.', others.length, names)}`;
}
