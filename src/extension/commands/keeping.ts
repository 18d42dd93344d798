/** Commands on recordings that are there: open, export, save, delete, reveal. */
import { basename } from 'node:path';
import { commands, env, l10n, UIKind, Uri, window, workspace } from 'vscode';
import { HeaplineError } from '../../base/errors.ts';
import type { ExportFormat } from '../../protocol/server.ts';
import { copyFolder } from '../copy-folder.ts';
import type { Node } from '../nodes.ts';
import { withProgress } from '../progress.ts';
import type { CommandContext, Handlers } from './context.ts';
import { allRecordings, folderOf, type Given, pickRecording, recordingItem } from './pick.ts';

const FORMATS: { format: ExportFormat; label: string; ending: string }[] = [
  { format: 'html', label: 'HTML', ending: 'html' },
  { format: 'markdown', label: 'Markdown', ending: 'md' },
  { format: 'json', label: 'JSON', ending: 'json' },
  { format: 'text', label: 'Text', ending: 'txt' },
];

export function keepingCommands(context: CommandContext): Handlers {
  const { model, server, panels } = context;
  return {
    async openReport(given?: Given | Uri) {
      const dir = await pickRecording(context, given);
      if (dir) panels.showReport(dir);
    },
    async openRecording(given?: Uri) {
      const dir = given instanceof Uri ? folderOf(given) : await pickOrBrowse(context);
      if (dir) panels.showReport(dir);
    },
    async openSnapshot(node: Node) {
      if (node.kind !== 'snapshot') return;
      const file = Uri.joinPath(Uri.file(node.dir), node.snapshot.file);
      await commands.executeCommand('vscode.openWith', file, 'heapline.snapshot');
    },
    async export(given?: Given) {
      const dir = await pickRecording(context, given);
      if (!dir) return;
      const format = await window.showQuickPick(FORMATS, { placeHolder: l10n.t('In which form?') });
      if (!format) return;
      const name = `${basename(dir, '.heapline')}.${format.ending}`;
      const file = await window.showSaveDialog({
        defaultUri: besideWork(name),
        filters: { [format.label]: [format.ending] },
      });
      if (!file) return;
      await withProgress(l10n.t('Exporting the report'), (options) =>
        server.request('heapline/export', { dir, format: format.format, file: file.fsPath }, options),
      );
      const open = l10n.t('Open');
      const answer = await window.showInformationMessage(
        l10n.t('The report is written: {0}', file.fsPath),
        open,
      );
      if (answer !== open) return;
      if (format.format === 'html') await env.openExternal(file);
      else await commands.executeCommand('vscode.open', file);
    },
    async saveRecordingAs(given?: Given) {
      const dir = await pickRecording(context, given);
      if (!dir) return;
      const [folder] =
        (await window.showOpenDialog({
          canSelectFolders: true,
          canSelectFiles: false,
          defaultUri: workspace.workspaceFolders?.[0]?.uri,
          openLabel: l10n.t('Save Here'),
        })) ?? [];
      if (!folder) return;
      const target = Uri.joinPath(folder, basename(dir));
      await withProgress(l10n.t('Saving the recording'), (options) =>
        copyFolder(Uri.file(dir), target, options),
      );
      const answer = await window.showInformationMessage(
        l10n.t('The recording is saved: {0}', target.fsPath),
        l10n.t('Open Report'),
      );
      if (answer) panels.showReport(target.fsPath);
    },
    async deleteRecording(node: Node, all?: Node[]) {
      const dirs = (all?.length ? all : [node]).flatMap((one) => (one.kind === 'recording' ? [one.dir] : []));
      const names = dirs.map((dir) => model.recording(dir)?.name ?? basename(dir)).join(', ');
      const yes = l10n.t('Delete');
      const answer = await window.showWarningMessage(
        l10n.t('Delete {0}?', names),
        { modal: true, detail: l10n.t('Its snapshots are deleted from disk for good.') },
        yes,
      );
      if (answer !== yes) return;
      for (const dir of dirs) {
        await server.request('heapline/deleteRecording', { dir });
        model.removeRecording(dir);
      }
    },
    async revealRecording(node: Node) {
      if (!('dir' in node)) return;
      const folder = Uri.file(node.dir);
      if (workspace.getWorkspaceFolder(folder)) await commands.executeCommand('revealInExplorer', folder);
      else if (env.uiKind === UIKind.Desktop && !env.remoteName)
        await commands.executeCommand('revealFileInOS', folder);
      else await tellPath(node.dir);
    },
  };
}

/** There is no file manager where the editor's window is another machine's. */
async function tellPath(path: string): Promise<void> {
  const copy = l10n.t('Copy Path');
  const answer = await window.showInformationMessage(l10n.t('The recording is at {0}', path), copy);
  if (answer === copy) await env.clipboard.writeText(path);
}

async function pickOrBrowse(context: CommandContext): Promise<string | undefined> {
  const browse = { label: `$(folder-opened) ${l10n.t('Browse for a Folder...')}`, dir: '' };
  const items = (await allRecordings(context)).map((recording) => recordingItem(context, recording));
  const picked = items.length
    ? await window.showQuickPick([...items, browse], { placeHolder: l10n.t('Which recording?') })
    : browse;
  if (picked !== browse) return picked?.dir;
  const [folder] =
    (await window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      openLabel: l10n.t('Open Recording'),
    })) ?? [];
  if (!folder) return undefined;
  const names = await workspace.fs.readDirectory(folder);
  if (!names.some(([name]) => name === 'recording.json' || name === 'events.ndjson'))
    throw new HeaplineError('not-found', l10n.t('{0} is no recording of Heapline.', folder.fsPath), {
      hint: l10n.t('Choose a folder whose name ends in .heapline.'),
    });
  return folder.fsPath;
}

function besideWork(name: string): Uri | undefined {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  return folder && Uri.joinPath(folder, name);
}
