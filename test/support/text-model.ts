/** A text as an editor sees it: positions and offsets, edits and their inverses. Lines end with \n, \r\n or \r. */
import type { Change, Position } from '../../src/extension/gutter/positions.ts';
import type { Lines } from '../../src/extension/source-lines.ts';

export class TextModel {
  private readonly starts = [0];

  constructor(private readonly text: string) {
    for (const match of text.matchAll(/\r\n|\r|\n/g)) this.starts.push(match.index + match[0].length);
  }

  get count(): number {
    return this.starts.length;
  }

  positionAt(offset: number): Position {
    let line = this.starts.length - 1;
    while (this.starts[line] > offset) line--;
    return { line, character: offset - this.starts[line] };
  }

  offsetAt({ line, character }: Position): number {
    return Math.min(this.text.length, this.starts[line] + character);
  }
}

export function linesOf(text: string): Lines {
  const lines = text.split(/\r\n|\r|\n/);
  return { count: lines.length, at: (line) => lines[line] };
}

/** The text after changes, one after the other. */
export function edited(text: string, changes: readonly Change[]): string {
  return changes.reduce((now, change) => {
    const model = new TextModel(now);
    const { start, end } = change.range;
    return now.slice(0, model.offsetAt(start)) + change.text + now.slice(model.offsetAt(end));
  }, text);
}

/** The change that takes a change of `text` back. */
export function invertedEdit(text: string, { range, text: put }: Change): Change {
  const model = new TextModel(text);
  const from = model.offsetAt(range.start);
  const after = new TextModel(edited(text, [{ range, text: put }]));
  return {
    range: { start: range.start, end: after.positionAt(from + put.length) },
    text: text.slice(from, model.offsetAt(range.end)),
  };
}
