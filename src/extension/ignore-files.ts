/** `.heapline/ignore.json`, as it is edited by hand, by other programs or by our commands. */
import { type Disposable as VsDisposable, workspace } from 'vscode';
import type { Deps } from './deps.ts';
import type { Model } from './model.ts';
import { showError } from './progress.ts';
import type { Server } from './server.ts';

/** What is known of recordings follows the files. */
export function watchIgnoreFiles({ model, server, log }: Deps): VsDisposable {
  const watcher = workspace.createFileSystemWatcher('**/.heapline/ignore.json');
  const changed = (): void => {
    refreshIgnores(model, server).catch((error) => showError(error, log));
  };
  watcher.onDidChange(changed);
  watcher.onDidCreate(changed);
  watcher.onDidDelete(changed);
  return watcher;
}

/** Has the server tell anew what has a verdict. The server is not started for that. */
export async function refreshIgnores(model: Model, server: Server): Promise<void> {
  const dirs = model.recordings.flatMap(({ dir, findings }) => (findings ? [dir] : []));
  if (dirs.length) await server.request('heapline/refreshIgnores', { dirs });
}
