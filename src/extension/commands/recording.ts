/** Commands that record. */
import { l10n, window, workspace } from 'vscode';
import { HeaplineError } from '../../base/errors.ts';
import { formatBytes, formatDuration } from '../../base/units.ts';
import type { Node } from '../nodes.ts';
import type { CommandContext, Handlers } from './context.ts';
import { type Given, pickTarget } from './pick.ts';

export function recordingCommands(context: CommandContext): Handlers {
  const { model, recorder, sessions } = context;
  const automatic = (target: string): boolean => {
    const recording = model.recordingOf(target);
    return recording?.state === 'recording' && recording.mode !== 'manual';
  };
  return {
    async record(given?: Given) {
      trusted();
      const target = await pickTarget(context, asGiven(given), ({ spec }) => !automatic(spec.id));
      if (target) await recorder.start(target);
    },
    async stop(given?: Given) {
      const underWay = model.recordings.filter(({ state }) => state === 'recording');
      if (underWay.length === 1) {
        await recorder.stop(underWay[0].dir);
        return;
      }
      const isRecorded = (id: string): boolean => underWay.some(({ target }) => target === id);
      const target = await pickTarget(context, asGiven(given), ({ spec }) => isRecorded(spec.id));
      const recording = underWay.find((candidate) => candidate.target === target);
      if (recording) await recorder.stop(recording.dir);
    },
    async takeSnapshot(given?: Given) {
      trusted();
      const target = await pickTarget(context, asGiven(given), () => true);
      if (!target) return;
      const { snapshot } = await recorder.takeSnapshot(target);
      window.setStatusBarMessage(
        l10n.t(
          'Heapline: snapshot {0} is taken, {1}; the program was stopped for {2}.',
          snapshot.index,
          formatBytes(snapshot.bytes),
          formatDuration(snapshot.pauseMs),
        ),
        8000,
      );
    },
    async detach(node: Node) {
      if ('target' in node) await sessions.detach(node.target);
    },
  };
}

/** The debug toolbar gives its session instead of a node. */
function asGiven(given: Given | undefined): Given | undefined {
  return given && ('kind' in given || 'dir' in given) ? given : undefined;
}

function trusted(): void {
  if (!workspace.isTrusted)
    throw new HeaplineError('usage', l10n.t('Nothing is recorded in an untrusted workspace.'), {
      hint: l10n.t('Trust the workspace first.'),
    });
}
