/** Opening the source of a site: on this machine, in the debugger, or as the recording kept it. */
import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import type { Site } from '../protocol/findings.ts';
import type { SourceExcerpt } from '../protocol/report.ts';
import { printable } from '../protocol/wording.ts';
import { type DebuggerSource, sourceOf } from './debugger-sources.ts';
import { linesOf } from './document-lines.ts';
import { RECORDED_SCHEME, RecordedSources } from './recorded-sources.ts';
import { lineTextOf, locate } from './source-lines.ts';
import { sitePath } from './source-paths.ts';

export interface OpenSiteOptions {
  /** The recording it comes from: it may have kept the text. */
  recordingDir?: string;
  /** The debug session that ran it: asked first. */
  sessionId?: string;
  /** The lines as they ran: what differs now is found again, or told. */
  sources?: readonly SourceExcerpt[];
  /** In a column beside the active one. */
  beside?: boolean;
  preserveFocus?: boolean;
}

/** Settles with whether it could be opened; what hindered it is told to the user. */
export type OpenSite = (site: Site, options?: OpenSiteOptions) => Promise<boolean>;

export interface SourcesDeps {
  /** Live sessions of js-debug. */
  sessions(): readonly vscode.DebugSession[];
}

export interface Sources extends vscode.Disposable {
  readonly openSite: OpenSite;
}

/** How long the place is highlighted. */
const HIGHLIGHT_MS = 1500;
/** A paused or busy debugger is not waited for longer. */
const DEBUGGER_MS = 3000;

export function registerSources(deps: SourcesDeps): Sources {
  const store = new DisposableStore();
  const recorded = new RecordedSources();
  const highlight = store.add(
    vscode.window.createTextEditorDecorationType({
      isWholeLine: true,
      backgroundColor: new vscode.ThemeColor('editor.rangeHighlightBackground'),
      // High contrast has only this; elsewhere it is transparent.
      border: '1px solid',
      borderColor: new vscode.ThemeColor('editor.rangeHighlightBorder'),
    }),
  );
  store.add(vscode.workspace.registerTextDocumentContentProvider(RECORDED_SCHEME, recorded));
  let timer: NodeJS.Timeout | undefined;
  store.add({ dispose: () => clearTimeout(timer) });

  const flash = (editor: vscode.TextEditor, line: number): void => {
    clearTimeout(timer);
    for (const other of vscode.window.visibleTextEditors) other.setDecorations(highlight, []);
    editor.setDecorations(highlight, [editor.document.lineAt(line).range]);
    timer = setTimeout(() => editor.setDecorations(highlight, []), HIGHLIGHT_MS);
  };

  const openSite: OpenSite = async (site, options = {}) => {
    const uri =
      (await onDisk(site)) ??
      (await inDebugger(site, deps.sessions(), options.sessionId)) ??
      (await recorded.find(site, options.recordingDir));
    if (!uri) {
      void vscode.window.showInformationMessage(missing(site));
      return false;
    }
    let document: vscode.TextDocument;
    try {
      document = await vscode.workspace.openTextDocument(uri);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      void vscode.window.showErrorMessage(
        vscode.l10n.t('{0} cannot be opened: {1}', nameOf(site), printable(why)),
      );
      return false;
    }
    const place = locate(linesOf(document), site, lineTextOf(options.sources, site));
    const position = new vscode.Position(place.line, place.character);
    const range = new vscode.Range(position, position);
    const editor = await vscode.window.showTextDocument(document, {
      selection: range,
      preserveFocus: options.preserveFocus,
      viewColumn: columnFor(uri, options.beside),
    });
    editor.revealRange(range, vscode.TextEditorRevealType.InCenter);
    flash(editor, place.line);
    if (place.text === 'changed') {
      void vscode.window.showInformationMessage(
        vscode.l10n.t(
          '{0} has changed since it was recorded: line {1} is no longer the one that ran.',
          nameOf(site),
          site.line,
        ),
      );
    }
    return true;
  };
  return { openSite, dispose: () => store.dispose() };
}

/** The column that shows the file already, else the active one or the one beside it. */
function columnFor(uri: vscode.Uri, beside = false): vscode.ViewColumn {
  const shown = vscode.window.visibleTextEditors.find(
    (editor) => editor.document.uri.toString() === uri.toString(),
  );
  return shown?.viewColumn ?? (beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active);
}

async function onDisk(site: Site): Promise<vscode.Uri | undefined> {
  const path = sitePath(site);
  if (path === undefined) return undefined;
  const uri = vscode.Uri.file(path);
  try {
    const { type } = await vscode.workspace.fs.stat(uri);
    return type & vscode.FileType.File ? uri : undefined;
  } catch {
    return undefined; // not on this machine: the debugger or the recording may have it
  }
}

/** Code that only the debugger has, as long as its session lives. */
async function inDebugger(
  site: Site,
  sessions: readonly vscode.DebugSession[],
  first: string | undefined,
): Promise<vscode.Uri | undefined> {
  const ordered = [...sessions].sort((a, b) => Number(b.id === first) - Number(a.id === first));
  for (const session of ordered) {
    const answer = await withinTime<{ sources?: DebuggerSource[] }>(
      session.customRequest('loadedSources'),
      DEBUGGER_MS,
    );
    const source = sourceOf(site, answer?.sources ?? []);
    if (source) return vscode.debug.asDebugSourceUri(source, session);
  }
  return undefined;
}

/** The value, or undefined when it fails or takes too long. */
async function withinTime<T>(work: Thenable<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([work, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

function missing(site: Site): string {
  if (/^node:/.test(site.url)) {
    return vscode.l10n.t("{0} is Node's own code: there is no file.", nameOf(site));
  }
  return vscode.l10n.t(
    '{0} is not on this machine, no debugger has it, and the recording kept no copy.',
    nameOf(site),
  );
}

function nameOf(site: Site): string {
  const path = sitePath(site);
  return printable(path === undefined ? site.url : vscode.workspace.asRelativePath(path), 200);
}
