/** Commands that record. */
import { l10n, window, workspace } from 'vscode';
import { HeaplineError } from '../../base/errors.ts';
import { formatBytes, formatDuration } from '../../base/units.ts';
import type { Node } from '../nodes.ts';
import type { CommandContext, Handlers } from './context.ts';
import { pickTarget } from './pick.ts';

export function recordingCommands(context: CommandContext): Handlers {
  const { model, recorder, sessions } = context;
  const automatic = (target: string): boolean => {
    const recording = model.recordingOf(target);
    return recording?.state === 'recording' && recording.mode !== 'manual';
  };
  return {
    async record(node?: Node) {
      trusted();
      const target = await pickTarget(context, asNode(node), ({ spec }) => !automatic(spec.id));
      if (target) await recorder.start(target);
    },
    async stop(node?: Node) {
      const given = asNode(node);
      const target =
        given ??
        (model.recordings.filter(({ state }) => state === 'recording').length > 1 ? undefined : 'only');
      const dir =
        target === 'only'
          ? model.recordings.find(({ state }) => state === 'recording')?.dir
          : await pickTarget(
              context,
              given,
              ({ spec }) => model.recordingOf(spec.id)?.state === 'recording',
            ).then((id) => id && model.recordingOf(id)?.dir);
      if (dir) await recorder.stop(dir);
    },
    async takeSnapshot(node?: Node) {
      trusted();
      const target = await pickTarget(context, asNode(node), () => true);
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
function asNode(given: Node | undefined): Node | undefined {
  return given && 'kind' in given ? given : undefined;
}

function trusted(): void {
  if (!workspace.isTrusted)
    throw new HeaplineError('usage', l10n.t('Nothing is recorded in an untrusted workspace.'), {
      hint: l10n.t('Trust the workspace first.'),
    });
}
