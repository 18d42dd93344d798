/** Editors for heap snapshots, allocation profiles and recordings. The files are read by the server only. */
import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import type { PanelSource } from '../protocol/panel.ts';
import { Page, type PanelDeps } from './panels/page.ts';

/** Custom editors as the manifest declares them. */
const EDITORS: Record<string, (file: vscode.Uri) => PanelSource> = {
  'heapline.snapshot': (file) => ({ type: 'summary', file: file.fsPath }),
  'heapline.profile': (file) => ({ type: 'profile', file: file.fsPath }),
  'heapline.recording': (file) => ({ type: 'report', dir: vscode.Uri.joinPath(file, '..').fsPath }),
};

export function registerEditors(deps: PanelDeps): vscode.Disposable {
  const disposables = new DisposableStore();
  for (const [viewType, sourceOf] of Object.entries(EDITORS)) {
    disposables.add(
      vscode.window.registerCustomEditorProvider(viewType, new FileEditor(sourceOf, deps), {
        supportsMultipleEditorsPerDocument: true,
        webviewOptions: { enableFindWidget: true },
      }),
    );
  }
  return disposables;
}

class FileEditor implements vscode.CustomReadonlyEditorProvider {
  constructor(
    private readonly sourceOf: (file: vscode.Uri) => PanelSource,
    private readonly deps: PanelDeps,
  ) {}

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => {} };
  }

  resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): void {
    if (uri.scheme !== 'file') {
      // Of another revision, in an archive, on a virtual disk.
      panel.dispose();
      void vscode.window.showErrorMessage(
        vscode.l10n.t('Heapline reads files on disk only: save {0} to a folder first.', uri.path),
      );
      return;
    }
    // Lives as long as the panel.
    new Page(panel, this.sourceOf(uri), this.deps);
  }
}
