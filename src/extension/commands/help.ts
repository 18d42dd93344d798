/** Commands that lead into Heapline: log, walkthrough, sample. */
import { commands, l10n, Uri, window, workspace } from 'vscode';
import type { CommandContext, Handlers } from './context.ts';

const SAMPLE = 'heapline-sample-agent';

export function helpCommands({ context, log }: CommandContext): Handlers {
  return {
    openLog: () => log.show(),
    openWalkthrough: () =>
      commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#firstLeak`, false),
    async openSample() {
      const [parent] =
        (await window.showOpenDialog({
          canSelectFolders: true,
          canSelectFiles: false,
          title: l10n.t('Where shall the sample agent be put?'),
          openLabel: l10n.t('Put It Here'),
        })) ?? [];
      if (!parent) return;
      const folder = await freeFolder(parent);
      const source = Uri.joinPath(context.extensionUri, 'media', 'sample-agent');
      await workspace.fs.copy(source, folder);
      await commands.executeCommand('vscode.openFolder', folder, {
        forceNewWindow: Boolean(workspace.workspaceFolders),
      });
    },
  };
}

/** A new folder's name within `parent`. */
async function freeFolder(parent: Uri): Promise<Uri> {
  const taken = new Set((await workspace.fs.readDirectory(parent)).map(([name]) => name));
  let name = SAMPLE;
  for (let number = 2; taken.has(name); number++) name = `${SAMPLE}-${number}`;
  return Uri.joinPath(parent, name);
}
