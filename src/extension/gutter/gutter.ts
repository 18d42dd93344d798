/** Leak marks in the editor: icon, figures after the line, hover, overview ruler. */
import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable.ts';
import type { Findings, Site } from '../../protocol/findings.ts';
import type { SourceExcerpt } from '../../protocol/report.ts';
import { linesOf } from '../document-lines.ts';
import { fileKey } from '../source-paths.ts';
import type { OpenSite } from '../sources.ts';
import { Decorations } from './decorations.ts';
import { DocumentMarks } from './document-marks.ts';
import { MARK_COMMAND, type MarkAction } from './texts.ts';
import { VerdictStore } from './verdicts.ts';

export interface GutterDeps {
  extensionUri: vscode.Uri;
  /** The setting `heapline.gutter`. */
  enabled(): boolean;
  onDidChangeEnabled: vscode.Event<unknown>;
  openSite: OpenSite;
  /** What hovers offer besides going to sites and clearing; absent ones are not offered. */
  showReport?(recordingDir: string, findingId: string): unknown;
  verifyFix?(recordingDir: string, findingId: string): unknown;
  ignore?(recordingDir: string, findingId: string): unknown;
  openRule?(ruleId: string): unknown;
  /** Whether a fix of this recording's findings can be verified: always, unless told. */
  canVerify?(recordingDir: string): boolean;
}

export interface Gutter extends vscode.Disposable {
  /**
   * Marks the lines of a recording's findings, in place of those it had.
   * @param final false while it is recorded
   */
  show(
    recordingDir: string,
    findings: Findings,
    sources: readonly SourceExcerpt[] | undefined,
    final: boolean,
  ): void;
  /** Takes away the marks of one recording, or all. The context key `heapline.hasMarks` says whether there are any. */
  clear(recordingDir?: string): void;
}

export function registerGutter(deps: GutterDeps): Gutter {
  return new EditorGutter(deps);
}

class EditorGutter implements Gutter {
  private readonly store = new DisposableStore();
  private readonly verdicts = new VerdictStore();
  private readonly decorations: Decorations;
  /** Documents with marks that have been seen in an editor, until they are closed. */
  private readonly documents = new Map<vscode.TextDocument, DocumentMarks>();
  /** Keys of documents seen in an editor, until they are closed. */
  private readonly keys = new Map<vscode.TextDocument, string>();
  /** Work on file keys, one after the other, so that what is shown last stays. */
  private queue = Promise.resolve();

  constructor(private readonly deps: GutterDeps) {
    this.decorations = this.store.add(new Decorations(deps.extensionUri, (dir) => this.actionsOn(dir)));
    for (const disposable of [
      vscode.window.onDidChangeVisibleTextEditors(() => this.refresh()),
      vscode.workspace.onDidOpenTextDocument(() => this.refresh()),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.documents.delete(document);
        this.keys.delete(document);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        const marks = this.documents.get(document);
        if (!marks) return;
        marks.edit(contentChanges, linesOf(document));
        this.decorate(document);
      }),
      deps.onDidChangeEnabled(() => this.decorateAll()),
      vscode.commands.registerCommand(MARK_COMMAND, (...args: unknown[]) => this.act(args)),
    ]) {
      this.store.add(disposable);
    }
  }

  show(
    recordingDir: string,
    findings: Findings,
    sources: readonly SourceExcerpt[] | undefined,
    final: boolean,
  ): void {
    this.verdicts.show(recordingDir, findings, sources, final);
    this.changed();
  }

  clear(recordingDir?: string): void {
    this.verdicts.clear(recordingDir);
    this.changed();
  }

  dispose(): void {
    this.verdicts.clear();
    this.documents.clear();
    this.keys.clear();
    this.store.dispose();
  }

  private changed(): void {
    void vscode.commands.executeCommand('setContext', 'heapline.hasMarks', !this.verdicts.isEmpty);
    this.enqueue(async () => {
      await this.verdicts.index(fileKey);
      for (const [document, marks] of this.documents) {
        const wanted = this.verdicts.marks(this.keys.get(document)!);
        if (wanted.length) marks.set(wanted, linesOf(document));
        else this.documents.delete(document);
        this.decorate(document);
      }
      await this.attach();
    });
  }

  private refresh(): void {
    if (!this.verdicts.isEmpty) this.enqueue(() => this.attach());
  }

  private enqueue(work: () => Promise<void>): void {
    // The next work must come, whatever became of this one.
    this.queue = this.queue.then(work).catch((error) => console.error(error));
  }

  /** Finds the marks of documents that have come into view. */
  private async attach(): Promise<void> {
    for (const editor of vscode.window.visibleTextEditors) {
      const { document } = editor;
      // Only what is on disk: not the old side of a diff, nor output.
      if (document.uri.scheme !== 'file' || document.isClosed) continue;
      if (!this.keys.has(document)) {
        const key = await fileKey(document.uri.fsPath);
        if (document.isClosed) continue;
        this.keys.set(document, key);
      }
      if (!this.documents.has(document)) {
        const wanted = this.verdicts.marks(this.keys.get(document)!);
        if (!wanted.length) continue;
        const marks = new DocumentMarks();
        marks.set(wanted, linesOf(document));
        this.documents.set(document, marks);
      }
      this.decorateEditor(editor);
    }
  }

  private decorateAll(): void {
    for (const editor of vscode.window.visibleTextEditors) this.decorateEditor(editor);
  }

  private decorate(document: vscode.TextDocument): void {
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document === document) this.decorateEditor(editor);
    }
  }

  private decorateEditor(editor: vscode.TextEditor): void {
    const marks = this.deps.enabled() ? this.documents.get(editor.document) : undefined;
    this.decorations.show(editor, marks?.visible() ?? []);
  }

  private actionsOn(recordingDir: string): Set<MarkAction> {
    const { showReport, verifyFix, canVerify, ignore, openRule } = this.deps;
    const actions = new Set<MarkAction>(['store', 'allocation', 'clear']);
    if (showReport) actions.add('report');
    if (ignore) actions.add('ignore');
    if (openRule) actions.add('rule');
    if (verifyFix && canVerify?.(recordingDir) !== false) actions.add('verify');
    return actions;
  }

  /** A link of a hover: the arguments name what was shown, and only that is acted on. */
  private async act([action, dir, id]: unknown[]): Promise<void> {
    if (typeof dir !== 'string' || typeof id !== 'string') return;
    const verdict = this.verdicts.get(dir);
    const finding = verdict?.findings.findings.find((one) => one.id === id);
    if (!verdict || !finding) return;
    const open = async (site: Site | undefined): Promise<void> => {
      if (site) await this.deps.openSite(site, { recordingDir: dir, sources: verdict.sources });
    };
    switch (action as MarkAction) {
      case 'report':
        await this.deps.showReport?.(dir, id);
        break;
      case 'store':
        await open(finding.storeSite);
        break;
      case 'allocation':
        await open(finding.allocationSites[0]);
        break;
      case 'verify':
        await this.deps.verifyFix?.(dir, id);
        break;
      case 'ignore':
        await this.deps.ignore?.(dir, id);
        break;
      case 'rule':
        if (finding.rule) await this.deps.openRule?.(finding.rule.id);
        break;
      case 'clear':
        this.clear();
        break;
    }
  }
}
