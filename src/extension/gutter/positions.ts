/** Positions through edits. Knows no editor: its events fit these shapes. */

export interface Position {
  /** Both from 0. */
  readonly line: number;
  readonly character: number;
}

export interface Change {
  /** In the text as the changes before this one left it. */
  readonly range: { readonly start: Position; readonly end: Position };
  readonly text: string;
}

/** Lines from the first to the last that a change has touched, both included. */
export interface Span {
  first: number;
  last: number;
}

/** Where a character is after a change: pushed on by what is put before it, at the change's start when it was replaced. */
export function moved(position: Position, { range, text }: Change): Position {
  const { start, end } = range;
  if (isBefore(position, end)) return isBefore(start, position) ? start : position;
  const put = endOf(start, text);
  const line = put.line + position.line - end.line;
  return {
    line,
    character:
      position.line === end.line ? put.character + position.character - end.character : position.character,
  };
}

/** The lines that changes touched, as the text is after all of them; where changes overlap some lines more. */
export function touched(changes: readonly Change[]): Span[] {
  const spans: Span[] = [];
  for (const { range, text } of changes) {
    const put = endOf(range.start, text);
    const shift = put.line - range.end.line;
    for (const span of spans) {
      if (span.first > range.end.line) span.first += shift;
      else if (span.first > range.start.line) span.first = range.start.line;
      if (span.last >= range.end.line) span.last += shift;
    }
    spans.push({ first: range.start.line, last: put.line });
  }
  return spans;
}

/** Where `text` ends when it is put at `start`. */
function endOf(start: Position, text: string): Position {
  const parts = text.split(/\r\n|\r|\n/);
  const last = parts[parts.length - 1].length;
  return {
    line: start.line + parts.length - 1,
    character: parts.length === 1 ? start.character + last : last,
  };
}

function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
