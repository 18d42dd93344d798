import type { TextDocument } from 'vscode';
import type { Lines } from './source-lines.ts';

export function linesOf(document: TextDocument): Lines {
  return {
    count: document.lineCount,
    at: (line) => document.lineAt(line).text,
  };
}
