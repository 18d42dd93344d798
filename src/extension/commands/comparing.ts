/** Commands that compare two snapshots. */
import { join } from 'node:path';
import { l10n, Uri, window } from 'vscode';
import { HeaplineError } from '../../base/errors.ts';
import { formatBytes, formatDuration } from '../../base/units.ts';
import type { DiffSide } from '../../protocol/panel.ts';
import type { SnapshotEntry } from '../../protocol/recording.ts';
import type { Node } from '../nodes.ts';
import { compareFiles } from '../panels/panels.ts';
import type { CommandContext, Handlers } from './context.ts';
import { allRecordings, type Given, recordingItem } from './pick.ts';

export function comparingCommands(context: CommandContext): Handlers {
  const { panels } = context;
  return {
    async compareWithPrevious(node: Node) {
      if (node.kind !== 'snapshot' || !node.previous) return;
      const { dir, previous, snapshot } = node;
      panels.showDiff(sideOf(dir, previous), sideOf(dir, snapshot), { dir });
    },
    /** From the view (snapshots) or from the explorer (files). */
    async compareSelected(first: Node | Uri, all?: (Node | Uri)[]) {
      if (first instanceof Uri) {
        await compareFiles(
          panels,
          first,
          all?.filter((one) => one instanceof Uri),
        );
        return;
      }
      const nodes = (all ?? []).filter((one) => 'kind' in one).filter((one) => one.kind === 'snapshot');
      if (nodes.length !== 2) throw notTwo();
      const [before, after] = nodes.sort((a, b) => a.snapshot.t - b.snapshot.t);
      panels.showDiff(sideOf(before.dir, before.snapshot), sideOf(after.dir, after.snapshot), {
        ...(before.dir === after.dir && { dir: before.dir }),
      });
    },
    /** @param pair numbers of two snapshots of the recording that is given */
    async compare(given?: Given, pair?: { before: number; after: number }) {
      if (given && 'dir' in given) {
        if (pair) panels.showDiff(numbered(given.dir, pair.before), numbered(given.dir, pair.after), given);
        else await pickAndCompare(context, given.dir);
        return;
      }
      const browse = { label: `$(folder-opened) ${l10n.t('Browse for Files...')}`, dir: '' };
      const recordings = (await allRecordings(context)).filter(({ snapshots }) => snapshots.length > 1);
      const items = recordings.map((recording) => recordingItem(context, recording));
      const picked = items.length
        ? await window.showQuickPick([...items, browse], {
            placeHolder: l10n.t('Snapshots of which recording?'),
          })
        : browse;
      if (picked === browse) await compareFiles(panels, undefined);
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
  if (picked.length !== 2) throw notTwo();
  const [before, after] = picked.map(({ snapshot }) => sideOf(dir, snapshot));
  panels.showDiff(before, after, { dir });
}

function sideOf(dir: string, { file, index }: Pick<SnapshotEntry, 'file' | 'index'>): DiffSide {
  return { file: join(dir, file), title: l10n.t('Snapshot {0}', index), snapshot: index };
}

/** Of any recording, also one that is not listed. */
function numbered(dir: string, index: number): DiffSide {
  return sideOf(dir, { index, file: `snapshots/${String(index).padStart(4, '0')}.heapsnapshot` });
}

function notTwo(): HeaplineError {
  return new HeaplineError('usage', l10n.t('Two snapshots must be selected to be compared.'));
}
