/** Commands that compare two snapshots. */
import { join } from 'node:path';
import { l10n, Uri, window } from 'vscode';
import { HeaplineError } from '../../base/errors.ts';
import { formatBytes, formatDuration } from '../../base/units.ts';
import type { Node, NodeOf } from '../nodes.ts';
import type { CommandContext, Handlers } from './context.ts';
import { allRecordings, recordingItem } from './pick.ts';

export function comparingCommands(context: CommandContext): Handlers {
  const { panels } = context;
  return {
    async compareWithPrevious(node: Node) {
      if (node.kind !== 'snapshot' || !node.previous) return;
      const { dir, previous, snapshot } = node;
      await panels.showDiff({ before: join(dir, previous.file), after: join(dir, snapshot.file), dir });
    },
    /** From the view (snapshots) or from the explorer (files). */
    async compareSelected(_first: Node | Uri, all?: (Node | Uri)[]) {
      const uris = (all ?? []).filter((one) => one instanceof Uri);
      if (uris.length === 2) {
        const [before, after] = uris.map(({ fsPath }) => fsPath).sort(naturally);
        await panels.showDiff({ before, after });
        return;
      }
      const nodes = (all ?? []).filter(
        (one): one is NodeOf<'snapshot'> => 'kind' in one && one.kind === 'snapshot',
      );
      if (nodes.length !== 2)
        throw new HeaplineError('usage', l10n.t('Two snapshots must be selected to be compared.'));
      const [before, after] = nodes.sort((a, b) => a.snapshot.index - b.snapshot.index);
      await panels.showDiff({
        before: join(before.dir, before.snapshot.file),
        after: join(after.dir, after.snapshot.file),
        ...(before.dir === after.dir && { dir: before.dir }),
      });
    },
    async compareSnapshots() {
      const browse = { label: `$(folder-opened) ${l10n.t('Browse for Files...')}`, dir: '' };
      const recordings = (await allRecordings(context)).filter(({ snapshots }) => snapshots.length > 1);
      const items = recordings.map((recording) => recordingItem(context, recording));
      const picked = items.length
        ? await window.showQuickPick([...items, browse], {
            placeHolder: l10n.t('Snapshots of which recording?'),
          })
        : browse;
      if (picked === browse) await browseAndCompare(context);
      else if (picked) await pickAndCompare(context, picked.dir);
    },
  };
}

async function pickAndCompare({ model, panels }: CommandContext, dir: string): Promise<void> {
  const snapshots = model.recording(dir)?.snapshots ?? [];
  const items = snapshots.map((snapshot, index) => ({
    label: l10n.t('Snapshot {0}', snapshot.index),
    description: `${formatDuration(snapshot.t)} · ${formatBytes(snapshot.bytes)}`,
    picked: index === 0 || index === snapshots.length - 1,
    snapshot,
  }));
  const picked = await window.showQuickPick(items, {
    canPickMany: true,
    placeHolder: l10n.t('Choose two snapshots.'),
  });
  if (!picked) return;
  if (picked.length !== 2)
    throw new HeaplineError('usage', l10n.t('Two snapshots must be selected to be compared.'));
  const [before, after] = picked.map(({ snapshot }) => join(dir, snapshot.file));
  await panels.showDiff({ before, after, dir });
}

async function browseAndCompare({ panels }: CommandContext): Promise<void> {
  const choose = async (title: string, many: boolean): Promise<string[]> => {
    const uris = await window.showOpenDialog({
      title,
      canSelectMany: many,
      filters: { [l10n.t('Heap snapshots')]: ['heapsnapshot', 'heaptimeline'] },
      openLabel: l10n.t('Compare'),
    });
    return (uris ?? []).map(({ fsPath }) => fsPath);
  };
  const first = (await choose(l10n.t('The earlier snapshot, or both'), true)).sort(naturally);
  if (!first.length) return;
  const files = first.length > 1 ? first : [...first, ...(await choose(l10n.t('The later snapshot'), false))];
  if (files.length === 2) await panels.showDiff({ before: files[0], after: files[1] });
  else if (files.length > 2)
    throw new HeaplineError('usage', l10n.t('Two snapshots must be selected to be compared.'));
}

/** `2.heapsnapshot` before `10.heapsnapshot`: in the order in which they were taken, as names go. */
function naturally(a: string, b: string): number {
  return a.localeCompare(b, undefined, { numeric: true });
}
