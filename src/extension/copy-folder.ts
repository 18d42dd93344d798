/** Copies a folder so that it is there whole or not at all. */
import { FileSystemError, FileType, l10n, Uri, workspace } from 'vscode';
import { HeaplineError } from '../base/errors.ts';
import type { RequestOptions } from './server.ts';

/**
 * @param target must not exist
 * @throws HeaplineError `usage` where it does; `cancelled`: then nothing is left
 */
export async function copyFolder(source: Uri, target: Uri, options: RequestOptions): Promise<void> {
  if (await exists(target))
    throw new HeaplineError('usage', l10n.t('{0} exists already.', target.fsPath), {
      hint: l10n.t('Choose another folder.'),
    });
  const part = target.with({ path: `${target.path}.part` });
  try {
    const files = await filesOf(source, '');
    for (const [done, file] of files.entries()) {
      if (options.token?.isCancellationRequested) throw new HeaplineError('cancelled', l10n.t('Cancelled.'));
      options.report?.({ phase: file, done, total: files.length });
      await workspace.fs.copy(Uri.joinPath(source, file), Uri.joinPath(part, file), { overwrite: true });
    }
    await workspace.fs.rename(part, target);
  } catch (error) {
    await workspace.fs.delete(part, { recursive: true }).then(undefined, () => undefined);
    throw error;
  }
}

async function filesOf(root: Uri, within: string): Promise<string[]> {
  const files: string[] = [];
  for (const [name, type] of await workspace.fs.readDirectory(Uri.joinPath(root, within))) {
    const path = within ? `${within}/${name}` : name;
    if (type === FileType.Directory) files.push(...(await filesOf(root, path)));
    else if (type === FileType.File) files.push(path);
  }
  return files;
}

async function exists(uri: Uri): Promise<boolean> {
  try {
    await workspace.fs.stat(uri);
    return true;
  } catch (error) {
    if (error instanceof FileSystemError && error.code === 'FileNotFound') return false;
    throw error;
  }
}
