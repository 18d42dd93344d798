/** How marked lines look. */
import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable.ts';
import type { MarkedLine } from './document-marks.ts';
import { combined } from './marks.ts';
import { type ActionsOn, hoverText, inlineText, MARK_COMMAND } from './texts.ts';

const LOOKS = ['leak-store', 'leak-allocation', 'inconclusive'] as const;
type Look = (typeof LOOKS)[number];

export class Decorations implements vscode.Disposable {
  private readonly store = new DisposableStore();
  private readonly types: Record<Look, vscode.TextEditorDecorationType>;
  /** What each editor shows, to leave it alone while that is the same. */
  private readonly shown = new WeakMap<vscode.TextEditor, string>();

  constructor(
    extensionUri: vscode.Uri,
    private readonly actionsOn: ActionsOn,
  ) {
    const type = (look: Look): vscode.TextEditorDecorationType => {
      const icon = (theme: string): vscode.Uri =>
        vscode.Uri.joinPath(extensionUri, 'media', 'gutter', `${look}-${theme}.svg`);
      const color = look === 'inconclusive' ? 'heapline.inconclusiveRuler' : 'heapline.leakRuler';
      return this.store.add(
        vscode.window.createTextEditorDecorationType({
          gutterIconSize: 'contain',
          light: { gutterIconPath: icon('light') },
          dark: { gutterIconPath: icon('dark') },
          overviewRulerColor: new vscode.ThemeColor(color),
          overviewRulerLane: vscode.OverviewRulerLane.Center,
          rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
          after: {
            color: new vscode.ThemeColor('heapline.inlineForeground'),
            margin: '0 0 0 2.5em',
          },
        }),
      );
    };
    this.types = {
      'leak-store': type('leak-store'),
      'leak-allocation': type('leak-allocation'),
      inconclusive: type('inconclusive'),
    };
  }

  /** Shows these lines in place of what the editor showed. */
  show(editor: vscode.TextEditor, lines: readonly MarkedLine[]): void {
    const options: Record<Look, vscode.DecorationOptions[]> = {
      'leak-store': [],
      'leak-allocation': [],
      inconclusive: [],
    };
    for (const line of lines) options[lookOf(line)].push(this.optionsOf(editor.document, line));
    const now = lines.length ? JSON.stringify(options) : '';
    if (now === (this.shown.get(editor) ?? '')) return;
    this.shown.set(editor, now);
    for (const look of LOOKS) editor.setDecorations(this.types[look], options[look]);
  }

  dispose(): void {
    this.store.dispose();
  }

  private optionsOf(document: vscode.TextDocument, { line, reasons }: MarkedLine): vscode.DecorationOptions {
    const { firstNonWhitespaceCharacterIndex: from, range } = document.lineAt(line);
    const hover = new vscode.MarkdownString(hoverText(reasons, this.actionsOn, vscode.l10n));
    hover.isTrusted = { enabledCommands: [MARK_COMMAND] };
    return {
      range: range.with(range.start.with({ character: from })),
      hoverMessage: hover,
      renderOptions: { after: { contentText: inlineText(reasons, vscode.l10n) } },
    };
  }
}

function lookOf({ reasons }: MarkedLine): Look {
  const [first] = combined(reasons);
  if (first.severity === 'inconclusive') return 'inconclusive';
  return first.role === 'store' ? 'leak-store' : 'leak-allocation';
}
