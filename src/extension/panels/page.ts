/** One webview with what it is about: fills it, and does what its reader wants. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable.ts';
import type { ProgressReading } from '../../base/progress.ts';
import type { Site } from '../../protocol/findings.ts';
import type { EditorToPanel, PanelContent, PanelSource, PanelToEditor } from '../../protocol/panel.ts';
import type { SourceExcerpt } from '../../protocol/report.ts';
import { toWire } from '../../protocol/rpc.ts';
import type { RecordingInfo } from '../../protocol/server.ts';
import { openRule } from '../rule-pages.ts';
import { askHeap } from './asking.ts';
import { pageHtml } from './html.ts';
import { type LoadDeps, loadContent, loadingTitle, recordingOf, titleOf } from './load.ts';
import { readMessage } from './messages.ts';

export interface PanelDeps extends LoadDeps {
  extensionUri: vscode.Uri;
  /** Shows a place in source. Says so itself when it can't. */
  openSite(
    site: Site,
    options: { recordingDir?: string; sources?: readonly SourceExcerpt[]; beside?: boolean },
  ): PromiseLike<unknown>;
}

export class Page implements vscode.Disposable {
  private readonly disposables = new DisposableStore();
  /** Kept for as long as the panel is open: its page forgets when it is hidden. */
  private content: PanelContent | undefined;
  private loading: vscode.CancellationTokenSource | undefined;
  /** What the page asked and is not answered. */
  private readonly asking = new Map<number, vscode.CancellationTokenSource>();
  /** The page listens. */
  private ready = false;
  private disposed = false;
  /** On the recording shown, as the server last told, and whether `content` is older. */
  private verdict = '';
  private stale = false;

  /** Nothing is loaded before the page listens: not for one that nobody sees. Lives as long as the panel. */
  constructor(
    private readonly panel: vscode.WebviewPanel,
    private source: PanelSource,
    private readonly deps: PanelDeps,
  ) {
    const { webview } = panel;
    const dist = vscode.Uri.joinPath(deps.extensionUri, 'dist');
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    const own = this.disposables;
    own.add(panel.onDidDispose(() => this.dispose()));
    own.add(webview.onDidReceiveMessage((value: unknown) => this.receive(readMessage(value))));
    own.add(deps.server.on('heapline/recordingChanged', (info) => this.recordingChanged(info)));
    const resource = (name: string): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
    webview.html = pageHtml({
      script: resource('panel.js'),
      style: resource('panel.css'),
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('base64url'),
      language: vscode.env.language,
      title: titleOf(source),
      text: vscode.l10n.bundle ?? {},
    });
  }

  /** Shows something else, or the same anew where it failed. */
  show(source: PanelSource): void {
    const same = JSON.stringify(source) === JSON.stringify(this.source);
    if (same && this.content?.type !== 'error') return;
    this.source = source;
    this.content = undefined;
    if (this.ready) void this.load();
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.loading?.cancel();
    this.cancelAsked();
    this.content = undefined;
    this.disposables.dispose();
  }

  private receive(message: PanelToEditor | undefined): void {
    const recordingDir = recordingOf(this.source);
    switch (message?.type) {
      case 'ready':
        // Also when a hidden page comes back.
        this.ready = true;
        this.cancelAsked();
        if (this.content) this.post(this.content);
        if (!this.loading && (!this.content || this.stale)) void this.load(this.content !== undefined);
        break;
      case 'cancel':
        this.loading?.cancel();
        break;
      case 'retry':
        void this.load();
        break;
      case 'open-site': {
        const options = { recordingDir, sources: sourcesOf(this.content), beside: message.beside };
        void this.deps.openSite(message.site, options);
        break;
      }
      case 'ask':
        void this.answer(message);
        break;
      case 'cancel-ask':
        this.asking.get(message.id)?.cancel();
        break;
      case 'open-rule':
        void openRule(this.deps.extensionUri, message.id);
        break;
      case 'copy':
        void vscode.env.clipboard.writeText(message.text);
        break;
      case 'command':
        void vscode.commands.executeCommand(
          `heapline.${message.command}`,
          recordingDir && { dir: recordingDir },
        );
        break;
      case 'compare': {
        const { before, after } = message;
        if (recordingDir)
          void vscode.commands.executeCommand('heapline.compare', { dir: recordingDir }, { before, after });
        break;
      }
    }
  }

  private async answer(asked: Extract<PanelToEditor, { type: 'ask' }>): Promise<void> {
    const { id } = asked;
    const { source } = this;
    const cancelling = new vscode.CancellationTokenSource();
    this.asking.set(id, cancelling);
    // A page that came back begins to count anew.
    const isWanted = (): boolean => this.asking.get(id) === cancelling && this.source === source;
    const report = (reading: ProgressReading): void => {
      if (isWanted())
        void this.panel.webview.postMessage({ type: 'asked', id, reading } satisfies EditorToPanel);
    };
    let answer: EditorToPanel;
    try {
      const result = await askHeap(asked, source, this.deps.server, { token: cancelling.token, report });
      answer = { type: 'answer', id, result };
    } catch (error) {
      const { stack, ...told } = toWire(error);
      answer = { type: 'answer', id, error: told };
    }
    if (isWanted()) void this.panel.webview.postMessage(answer);
    if (this.asking.get(id) === cancelling) this.asking.delete(id);
    cancelling.dispose();
  }

  private cancelAsked(): void {
    for (const cancelling of this.asking.values()) cancelling.cancel();
    this.asking.clear();
  }

  /** @param quietly what is shown stays until there is something newer */
  private async load(quietly = false): Promise<void> {
    this.loading?.cancel();
    const loading = new vscode.CancellationTokenSource();
    this.loading = loading;
    this.stale = false;
    const { source } = this;
    const show = (content: PanelContent): void => {
      if (this.loading !== loading || this.disposed) return;
      this.content = content;
      this.post(this.content);
    };
    const report = (reading: Omit<ProgressReading, 'done'> & { done?: number }): void => {
      if (!quietly) show({ type: 'loading', title: loadingTitle(source), ...reading });
    };
    report({ phase: vscode.l10n.t('Starting') });
    try {
      show(await loadContent(source, this.deps, { token: loading.token, report, show }));
    } catch (error) {
      const { stack, ...told } = toWire(error);
      // A failure of the moment does not take away what is known.
      if (!quietly) show({ type: 'error', error: told });
    } finally {
      loading.dispose();
      if (this.loading === loading) {
        this.loading = undefined;
        this.loadNewer();
      }
    }
  }

  /** The verdict on a recording under way changes with its snapshots. */
  private recordingChanged(info: RecordingInfo): void {
    if (this.source.type !== 'report' || info.dir !== this.source.dir) return;
    const ended = info.state === 'ended';
    const verdict = JSON.stringify([info.final, ended, info.findings]);
    if (verdict === this.verdict || (!info.findings && !ended)) return;
    this.verdict = verdict;
    this.stale = true;
    this.loadNewer();
  }

  private loadNewer(): void {
    if (this.stale && !this.loading && this.ready && this.panel.visible && !this.disposed)
      void this.load(this.content?.type === 'report');
  }

  private post(content: PanelContent): void {
    if (!this.ready || this.disposed) return;
    const message: EditorToPanel = { type: 'show', content, source: this.source };
    void this.panel.webview.postMessage(message);
  }
}

/** The lines as they ran, where the content has them. */
function sourcesOf(content: PanelContent | undefined): SourceExcerpt[] | undefined {
  if (content?.type === 'report') return content.data.sources;
  return content?.type === 'diff' ? content.report?.sources : undefined;
}
