/** One webview with what it is about: fills it, and does what its reader wants. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable.ts';
import type { Site } from '../../protocol/findings.ts';
import type { EditorToPanel, PanelContent, PanelSource, PanelToEditor } from '../../protocol/panel.ts';
import { toWire } from '../../protocol/rpc.ts';
import type { RecordingInfo } from '../../protocol/server.ts';
import type { Server } from '../server.ts';
import { pageHtml } from './html.ts';
import { loadContent, loadingTitle, recordingOf, titleOf } from './load.ts';
import { readMessage } from './messages.ts';

export interface PanelDeps {
  server: Server;
  extensionUri: vscode.Uri;
  /** Shows a place in source. Says so itself when it can't. */
  openSite(site: Site, options: { recordingDir?: string; beside?: boolean }): PromiseLike<unknown>;
}

export class Page implements vscode.Disposable {
  private readonly disposables = new DisposableStore();
  /** Kept for as long as the panel is open: its page forgets when it is hidden. */
  private content: PanelContent | undefined;
  private loading: vscode.CancellationTokenSource | undefined;
  /** The page listens. */
  private ready = false;
  private disposed = false;
  /** Of the recording shown, as the server last told: what was new then, and whether it goes on. */
  private seen = '';
  private live = false;
  private stale = false;

  /** Nothing is loaded before the page listens: not for one that nobody sees. */
  constructor(
    private readonly webview: vscode.Webview,
    private source: PanelSource,
    private readonly deps: PanelDeps,
  ) {
    const dist = vscode.Uri.joinPath(deps.extensionUri, 'dist');
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    this.disposables.add(webview.onDidReceiveMessage((value: unknown) => this.receive(readMessage(value))));
    this.disposables.add(deps.server.on('heapline/recordingChanged', (info) => this.recordingChanged(info)));
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

  /** Shows something else, or the same anew. */
  show(source: PanelSource): void {
    this.source = source;
    this.content = undefined;
    this.seen = '';
    if (this.ready) void this.load();
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.loading?.cancel();
    this.loading?.dispose();
    this.content = undefined;
    this.disposables.dispose();
  }

  private receive(message: PanelToEditor | undefined): void {
    switch (message?.type) {
      case 'ready':
        // Also when a hidden page comes back.
        this.ready = true;
        if (this.content && !this.stale) this.post(this.content);
        else void this.load();
        break;
      case 'cancel':
        this.loading?.cancel();
        break;
      case 'retry':
        void this.load();
        break;
      case 'open-site':
        void this.deps.openSite(message.site, {
          recordingDir: recordingOf(this.source),
          beside: message.beside,
        });
        break;
      case 'copy':
        void vscode.env.clipboard.writeText(message.text);
        break;
      case 'command':
        void vscode.commands.executeCommand(`heapline.${message.command}`, {
          dir: recordingOf(this.source),
        });
        break;
    }
  }

  /** @param quietly what is shown stays until there is something newer */
  private async load(quietly = false): Promise<void> {
    this.loading?.cancel();
    this.loading?.dispose();
    const loading = new vscode.CancellationTokenSource();
    this.loading = loading;
    this.stale = false;
    const { source } = this;
    const current = (): boolean => this.loading === loading && !this.disposed;
    const wait = (phase: string, done?: number, total?: number): void => {
      if (!quietly && current() && !this.content)
        this.post({ type: 'loading', title: loadingTitle(source), phase, done, total });
    };
    const show = (content: PanelContent): void => {
      if (!current()) return;
      this.content = content.type === 'report' ? { ...content, final: !this.live } : content;
      this.post(this.content);
    };
    if (!quietly) this.content = undefined;
    wait(vscode.l10n.t('Starting'));
    try {
      const report = ({ phase, done, total }: { phase: string; done: number; total?: number }): void =>
        wait(phase, done, total);
      show(await loadContent(source, this.deps.server, { token: loading.token, report, show }));
    } catch (error) {
      const { stack, ...told } = toWire(error);
      // An error of the moment is no reason to take away what is known.
      if (!quietly || !this.content) show({ type: 'error', error: told });
    } finally {
      if (this.loading === loading) this.loading = undefined;
      loading.dispose();
      if (this.stale && !this.disposed && this.ready) void this.load(true);
    }
  }

  /** The verdict on a recording under way changes with each snapshot. */
  private recordingChanged(info: RecordingInfo): void {
    if (this.source.type !== 'report' || info.dir !== this.source.dir) return;
    this.live = info.state !== 'ended';
    const now = JSON.stringify([info.final, info.state === 'ended', info.findings]);
    if (now === this.seen || !info.findings) return;
    this.seen = now;
    this.stale = true;
    if (this.ready && !this.loading) void this.load(this.content?.type === 'report');
  }

  private post(content: PanelContent): void {
    if (!this.ready || this.disposed) return;
    const message: EditorToPanel = { type: 'show', content, source: this.source };
    void this.webview.postMessage(message);
  }
}
