/** The view "Heapline" in Run and Debug. */
import {
  commands,
  EventEmitter,
  l10n,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  type Disposable as VsDisposable,
  window,
} from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import type { Deps } from './deps.ts';
import { Drawn } from './drawn.ts';
import { leaksOf, type Model } from './model.ts';
import { childrenOf, type Node } from './nodes.ts';
import { showError } from './progress.ts';
import type { Recorder } from './recorder.ts';
import type { Row } from './row.ts';
import { rowOf } from './rows.ts';
import type { Sessions } from './sessions.ts';

/** What changed is drawn at most so often, in milliseconds. */
const REFRESH_MS = 500;
/** A row that was clicked while it was drawn anew is known again after a moment. */
const ROW_WAIT_MS = 5000;
const ROW_EVERY_MS = 20;

/** What a click on a row runs; no command for users. */
const OPEN_ROW = 'heapline.openRow';

const STATES = {
  none: TreeItemCollapsibleState.None,
  collapsed: TreeItemCollapsibleState.Collapsed,
  expanded: TreeItemCollapsibleState.Expanded,
};

export class TargetsView implements TreeDataProvider<Node>, VsDisposable {
  private readonly store = new DisposableStore();
  private readonly refreshes = new EventEmitter<Node | undefined>();
  private readonly drawn: Drawn;
  private timer: NodeJS.Timeout | undefined;
  private readonly deps: Deps;
  private readonly model: Model;
  private readonly recorder: Recorder;
  private readonly view: TreeView<Node>;

  readonly onDidChangeTreeData = this.refreshes.event;

  constructor(deps: Deps, sessions: Sessions, recorder: Recorder) {
    this.deps = deps;
    this.model = deps.model;
    this.recorder = recorder;
    this.drawn = new Drawn({
      childrenOf: (node) => childrenOf(this.model, node),
      look: (node) => JSON.stringify(this.row(node)),
    });
    const { store } = this;
    store.add(this.refreshes);
    this.view = store.add(
      window.createTreeView('heapline.targets', {
        treeDataProvider: this,
        canSelectMany: true,
        showCollapseAll: true,
      }),
    );
    const look = (): void => {
      if (!this.view.visible) return;
      sessions.watch();
      void recorder.lookAtDisk();
      this.refresh();
    };
    store.add(this.view.onDidChangeVisibility(look));
    store.add(commands.registerCommand(OPEN_ROW, () => this.openRow()));
    store.add(
      deps.model.onDidChange(() => {
        this.timer ??= setTimeout(() => this.refresh(), REFRESH_MS);
      }),
    );
    look();
  }

  getTreeItem(node: Node): TreeItem {
    this.drawn.drew(node);
    return treeItem(node, this.row(node));
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node?.kind === 'recordings' && this.model.unlisted) {
      try {
        await this.recorder.refresh();
      } catch (error) {
        showError(error, this.deps.log);
      }
    }
    return this.drawn.childrenOf(node);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.store.dispose();
  }

  private row(node: Node): Row {
    return rowOf(this.model, node, l10n, Date.now()) ?? { label: '', context: '', state: 'none' };
  }

  private refresh(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.badge();
    // Out of sight VS Code would gather what is to be drawn.
    if (this.view.visible) for (const node of this.drawn.stale()) this.refreshes.fire(node);
  }

  /** Does what the row is for that was clicked. By what is selected: that is known again after it was drawn anew. */
  private async openRow(): Promise<void> {
    const until = Date.now() + ROW_WAIT_MS;
    while (!this.view.selection.length && Date.now() < until)
      await new Promise((resolve) => setTimeout(resolve, ROW_EVERY_MS));
    const [node] = this.view.selection;
    const command = node && this.row(node).command;
    if (command) await commands.executeCommand(command, node);
  }

  private badge(): void {
    const leaks = this.model.current.reduce((sum, recording) => sum + leaksOf(recording).length, 0);
    const text = leaks === 1 ? l10n.t('1 leak found') : l10n.t('{0} leaks found', leaks);
    this.view.badge = leaks ? { value: leaks, tooltip: text } : undefined;
  }
}

function treeItem(node: Node, row: Row): TreeItem {
  const item = new TreeItem(row.label, STATES[row.state]);
  item.id = node.id;
  item.description = row.description;
  item.tooltip = row.tooltip;
  item.contextValue = row.context;
  if (row.icon) item.iconPath = new ThemeIcon(row.icon, row.color ? new ThemeColor(row.color) : undefined);
  // Without it the tooltip would be read out.
  item.accessibilityInformation = {
    label: row.spoken ?? [row.label, row.description].filter(Boolean).join(', '),
  };
  // Without arguments: those are forgotten when a row is drawn anew, and may be clicked in that moment.
  if (row.command) item.command = { command: OPEN_ROW, title: row.label };
  return item;
}
