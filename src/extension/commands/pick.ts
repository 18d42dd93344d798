/** What a command is about: as its menu says, else the only one there is, else as the user picks. */
import { debug, l10n, type QuickPickItem, Uri, window } from 'vscode';
import { HeaplineError } from '../../base/errors.ts';
import { formatBytes } from '../../base/units.ts';
import type { RecordingInfo } from '../../protocol/server.ts';
import { leaksOf, type Target } from '../model.ts';
import type { Node } from '../nodes.ts';
import { showError } from '../progress.ts';
import { rowOf } from '../rows.ts';
import type { CommandContext } from './context.ts';

/** What a menu or a page gives: a node of the view, or a recording's folder. */
export type Given = Node | { dir: string };

/** @returns undefined when the user picked none */
export async function pickTarget(
  { model }: CommandContext,
  given: Given | undefined,
  fits: (target: Target) => boolean,
): Promise<string | undefined> {
  if (given && 'target' in given) return given.target;
  const recorded = given && 'dir' in given && model.recording(given.dir)?.target;
  if (recorded && model.target(recorded)) return recorded;
  const candidates = model.targets.filter(fits);
  if (!candidates.length)
    throw new HeaplineError('not-found', l10n.t('No program is debugged that this could be done with.'));
  if (candidates.length === 1) return candidates[0].spec.id;
  const active = debug.activeDebugSession?.id;
  const items = candidates
    .map(({ spec, info, readings }) => {
      const last = readings.at(-1);
      return {
        label: spec.name,
        description: [info?.runtime, last && formatBytes(last.heapUsed)].filter(Boolean).join(' · '),
        id: spec.id,
      };
    })
    .sort((a, b) => Number(b.id === active) - Number(a.id === active));
  return (await window.showQuickPick(items, { placeHolder: l10n.t('Which process?') }))?.id;
}

/** A recording that is given, or one of those known that fit. */
export async function pickRecording(
  context: CommandContext,
  given: Given | Uri | undefined,
  fits: (recording: RecordingInfo) => boolean = () => true,
): Promise<string | undefined> {
  if (given instanceof Uri) return folderOf(given);
  if (given && 'dir' in given) return given.dir;
  if (given?.kind === 'state' || given?.kind === 'target')
    return context.model.recordingOf(given.target)?.dir;
  const recordings = (await allRecordings(context)).filter(fits);
  if (!recordings.length) throw new HeaplineError('not-found', l10n.t('There is no recording yet.'));
  if (recordings.length === 1) return recordings[0].dir;
  const items = recordings.map((recording) => recordingItem(context, recording));
  return (await window.showQuickPick(items, { placeHolder: l10n.t('Which recording?') }))?.dir;
}

/** Those of the folder, listed if they were not yet. */
export async function allRecordings({
  recorder,
  model,
  log,
}: CommandContext): Promise<readonly RecordingInfo[]> {
  await recorder.refresh().catch((error) => showError(error, log));
  return model.recordings;
}

export function recordingItem(
  { model }: CommandContext,
  recording: RecordingInfo,
): QuickPickItem & { dir: string } {
  const { dir } = recording;
  const row = rowOf(model, { kind: 'recording', id: '', dir, latest: false }, l10n, Date.now());
  return {
    label: `$(${leaksOf(recording).length ? 'warning' : 'folder'}) ${row?.label ?? recording.name}`,
    description: row?.description,
    detail: recording.name,
    dir,
  };
}

/** The folder of a recording, given it or its manifest. */
export function folderOf(uri: Uri): string {
  return uri.path.endsWith('/recording.json') ? Uri.joinPath(uri, '..').fsPath : uri.fsPath;
}
