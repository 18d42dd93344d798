/** The view "Heapline" in Run and Debug. */
import {
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
import { type Change, leaksOf, type Model } from './model.ts';
import { childrenOf, type Node } from './nodes.ts';
import { showError } from './progress.ts';
import type { Recorder } from './recorder.ts';
import { type Row, rowOf } from './rows.ts';
import type { Sessions } from './sessions.ts';

/** What changed is drawn at most so often, in milliseconds. */
const REFRESH_MS = 500;
/** Memory more seldom: for a moment VS Code does not know the rows below one that is drawn anew. */
const READING_MS = 3000;

const STATES = {
  none: TreeItemCollapsibleState.None,
  collapsed: TreeItemCollapsibleState.Collapsed,
  expanded: TreeItemCollapsibleState.Expanded,
};

export class TargetsView implements TreeDataProvider<Node>, VsDisposable {
  private readonly store = new DisposableStore();
  private readonly refreshes = new EventEmitter<Node | undefined>();
  /** VS Code knows nodes by identity. */
  private nodes = new Map<string, Node>();
  private readonly due = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private readingTimer: NodeJS.Timeout | undefined;
  /** By recording: what the rows below it are made of. */
  private readonly drawn = new Map<string, string>();
  private readonly deps: Deps;
  private readonly model: Model;
  private readonly recorder: Recorder;
  private readonly view: TreeView<Node>;

  readonly onDidChangeTreeData = this.refreshes.event;

  constructor(deps: Deps, sessions: Sessions, recorder: Recorder) {
    this.deps = deps;
    this.model = deps.model;
    this.recorder = recorder;
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
    };
    store.add(this.view.onDidChangeVisibility(look));
    store.add(deps.model.onDidChange((change) => this.changed(change)));
    look();
  }

  getTreeItem(node: Node): TreeItem {
    const row = rowOf(this.model, node, l10n, Date.now()) ?? { label: '', context: '', state: 'none' };
    return treeItem(node, row);
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node?.kind === 'recordings' && this.model.unlisted) {
      try {
        await this.recorder.refresh();
      } catch (error) {
        showError(error, this.deps.log);
      }
    }
    return childrenOf(this.model, node).map((child) => this.remember(child));
  }

  dispose(): void {
    clearTimeout(this.timer);
    clearTimeout(this.readingTimer);
    this.store.dispose();
  }

  /** The same object for the same id, with what is new in it. */
  private remember(node: Node): Node {
    const known = this.nodes.get(node.id);
    const kept = known ? Object.assign(known, node) : node;
    this.nodes.set(node.id, kept);
    return kept;
  }

  private changed(change: Change): void {
    if (change.what === 'reading') {
      this.readingTimer ??= setTimeout(() => {
        this.readingTimer = undefined;
        for (const { spec } of this.model.targets) this.due.add(`target:${spec.id}`);
        this.refresh();
      }, READING_MS);
      return;
    }
    this.due.add(this.nodeOf(change));
    this.timer ??= setTimeout(() => this.refresh(), REFRESH_MS);
  }

  /** Id of the node that shows it; empty for the whole tree. */
  private nodeOf(change: Change): string {
    if (change.what === 'target') return `target:${change.id}`;
    if (change.what !== 'recording') return '';
    const recording = this.model.recording(change.dir);
    // It moves to another place.
    if (recording?.state === 'ended') {
      this.drawn.delete(change.dir);
      return '';
    }
    const target = recording?.target;
    if (target && this.model.target(target)) {
      const parts = JSON.stringify([
        recording.state,
        recording.snapshots.map(({ index }) => index),
        recording.findings,
      ]);
      const same = this.drawn.get(change.dir) === parts;
      this.drawn.set(change.dir, parts);
      // How far it is shows in its own row.
      return same ? `state:${target}` : `target:${target}`;
    }
    return this.nodes.has(`latest:${change.dir}`) ? `latest:${change.dir}` : `recording:${change.dir}`;
  }

  private refresh(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const due = [...this.due];
    this.due.clear();
    this.badge();
    if (due.includes('') || due.some((id) => !this.nodes.has(id))) {
      this.nodes = new Map([...this.nodes].filter(([, node]) => this.exists(node)));
      this.refreshes.fire(undefined);
    } else for (const id of due) this.refreshes.fire(this.nodes.get(id));
  }

  private exists(node: Node): boolean {
    if ('target' in node) return this.model.target(node.target) !== undefined;
    if ('dir' in node) return this.model.recording(node.dir) !== undefined;
    return true;
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
  if (row.command) item.command = { command: row.command.id, title: row.command.title, arguments: [node] };
  return item;
}
