/** The tabs that Heapline opens: one for a recording's verdict, one for comparing its snapshots. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable.ts';
import type { DiffSide, PanelSource } from '../../protocol/panel.ts';
import { recordingAround, titleOf } from './load.ts';
import { readSource } from './messages.ts';
import { Page, type PanelDeps } from './page.ts';

const VIEW_TYPE = 'heapline.panel';

export interface ShowOptions {
  preserveFocus?: boolean;
  column?: vscode.ViewColumn;
}

interface Tab {
  panel: vscode.WebviewPanel;
  page: Page;
}

/** @returns the tabs; disposing closes what is registered, and the tabs */
export function registerPanels(deps: PanelDeps): Panels {
  return new Panels(deps);
}

export class Panels implements vscode.Disposable {
  private readonly disposables = new DisposableStore();
  private readonly tabs = new Map<string, Tab>();

  constructor(private readonly deps: PanelDeps) {
    this.disposables.add(
      vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, {
        deserializeWebviewPanel: async (
          panel: vscode.WebviewPanel,
          state: { source?: unknown } | undefined,
        ) => {
          const source = readSource(state?.source);
          if (source && !this.tabs.has(keyOf(source))) this.adopt(panel, source);
          else panel.dispose();
        },
      }),
    );
  }

  /** The verdict on a recording, kept up to date while it is recorded. */
  showReport(dir: string, options: ShowOptions = {}): void {
    this.show({ type: 'report', dir }, options);
  }

  /** Two snapshots, with the owners where `dir` is the recording of both. */
  showDiff(before: DiffSide, after: DiffSide, options: ShowOptions & { dir?: string } = {}): void {
    const { dir } = options;
    this.show({ type: 'diff', before, after, ...(dir ? { dir } : {}) }, options);
  }

  dispose(): void {
    for (const { panel } of [...this.tabs.values()]) panel.dispose();
    this.disposables.dispose();
  }

  private show(source: PanelSource, { preserveFocus = false, column }: ShowOptions): void {
    const tab = this.tabs.get(keyOf(source));
    if (tab) {
      tab.panel.title = titleOf(source);
      tab.page.show(source);
      tab.panel.reveal(column, preserveFocus);
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      VIEW_TYPE,
      titleOf(source),
      { viewColumn: column ?? vscode.ViewColumn.Active, preserveFocus },
      { enableFindWidget: true },
    );
    this.adopt(panel, source);
  }

  private adopt(panel: vscode.WebviewPanel, source: PanelSource): void {
    const key = keyOf(source);
    panel.title = titleOf(source);
    const icon = (theme: string): vscode.Uri =>
      vscode.Uri.joinPath(this.deps.extensionUri, 'media', 'icons', `panel-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    this.tabs.set(key, { panel, page: new Page(panel, source, this.deps) });
    panel.onDidDispose(() => this.tabs.delete(key));
  }
}

/** `Heapline: Open Recording`, on a folder, its manifest, or any file in it. */
export async function openRecording(panels: Panels, uri: vscode.Uri | undefined): Promise<void> {
  const chosen = uri ?? (await pickFolder());
  if (!chosen) return;
  const path = chosen.fsPath;
  const dir = basename(path) === 'recording.json' ? vscode.Uri.joinPath(chosen, '..').fsPath : path;
  panels.showReport(recordingAround(path) ?? dir);
}

/** `Heapline: Compare Snapshots`, on two selected files: the older one comes first. */
export async function compareFiles(
  panels: Panels,
  uri: vscode.Uri | undefined,
  uris: readonly vscode.Uri[] = [],
): Promise<void> {
  const given = uris.length ? uris : uri ? [uri] : [];
  const files = given.length === 2 ? given : await pickFiles(given[0]);
  if (!files) return;
  if (files.length !== 2) {
    void vscode.window.showErrorMessage(
      vscode.l10n.t('Two snapshots can be compared: select exactly two .heapsnapshot files.'),
    );
    return;
  }
  const sides = await Promise.all(files.map(sideOf));
  sides.sort((a, b) => a.order - b.order || a.side.file.localeCompare(b.side.file, 'en', { numeric: true }));
  const [before, after] = sides.map(({ side }) => side);
  const dir = recordingAround(before.file);
  panels.showDiff(before, after, dir === recordingAround(after.file) ? { dir } : {});
}

/** Within a recording the number says the order, elsewhere the time of writing. */
async function sideOf(uri: vscode.Uri): Promise<{ side: DiffSide; order: number }> {
  const file = uri.fsPath;
  const number = recordingAround(file) ? /^(\d+)\.heapsnapshot$/.exec(basename(file)) : null;
  if (number) {
    const snapshot = Number(number[1]);
    return { side: { file, title: vscode.l10n.t('Snapshot {0}', snapshot), snapshot }, order: snapshot };
  }
  const written = await vscode.workspace.fs.stat(uri).then(
    (stat) => stat.mtime,
    () => 0,
  );
  return { side: { file, title: basename(file) }, order: written };
}

async function pickFolder(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: vscode.l10n.t('Open Recording'),
    title: vscode.l10n.t('Choose the folder of a recording (NAME.heapline)'),
  });
  return picked?.[0];
}

async function pickFiles(first: vscode.Uri | undefined): Promise<vscode.Uri[] | undefined> {
  const picked = await vscode.window.showOpenDialog({
    canSelectMany: first === undefined,
    defaultUri: first && vscode.Uri.joinPath(first, '..'),
    filters: { [vscode.l10n.t('Heap snapshots')]: ['heapsnapshot', 'heaptimeline'] },
    openLabel: vscode.l10n.t('Compare'),
    title: first
      ? vscode.l10n.t('Choose the snapshot to compare {0} with', basename(first.fsPath))
      : vscode.l10n.t('Choose two snapshots to compare'),
  });
  return picked && (first ? [first, ...picked] : picked);
}

/** One tab for each recording's verdict, one for its comparisons. */
function keyOf(source: PanelSource): string {
  switch (source.type) {
    case 'report':
      return `report ${source.dir}`;
    case 'diff':
      return `diff ${source.dir ?? `${source.before.file} ${source.after.file}`}`;
    default:
      return `${source.type} ${source.file}`;
  }
}
