/** The marks of one open document: where they are now, through edits. Knows no editor. */
import { findLine, type Lines, type LineText, linesMatching, lineText } from '../source-lines.ts';
import type { Mark, MarkReason } from './marks.ts';
import { type Change, moved, type Position, type Span, touched } from './positions.ts';

/** A marked line as it is now. */
export interface MarkedLine {
  line: number;
  /** More than one where the line was broken up by formatting. */
  lines: number;
  reasons: MarkReason[];
}

interface Tracked {
  reasons: MarkReason[];
  /** The line as this document had it; undefined until it is found. */
  text?: LineText;
  /** The first character of the line that is not white space; where that was, while the line is gone. */
  anchor: Position;
  /** How many lines it takes; 0 while it is gone or changed. */
  lines: number;
}

export class DocumentMarks {
  /** By the place and text in the recordings: the same in a later verdict on the same run. */
  private readonly tracked = new Map<string, Tracked>();

  /** Takes over all marks of the document's file; what was tracked and is still marked stays where it is. */
  set(marks: readonly Mark[], lines: Lines): void {
    const wanted = new Map<string, Mark[]>();
    for (const mark of marks) {
      const key = `${mark.line}:${mark.text?.text ?? ''}`;
      const others = wanted.get(key);
      if (others) others.push(mark);
      else wanted.set(key, [mark]);
    }
    for (const key of this.tracked.keys()) if (!wanted.has(key)) this.tracked.delete(key);
    for (const [key, alike] of wanted) {
      const reasons = alike.map((mark) => mark.reason);
      const known = this.tracked.get(key);
      if (known) known.reasons = reasons;
      else this.tracked.set(key, { ...placed(alike[0], lines), reasons });
    }
  }

  /** @param changes of one event, in its order @param lines the document after all of them */
  edit(changes: readonly Change[], lines: Lines): void {
    if (!changes.length) return;
    let spans: Span[] | undefined;
    for (const one of this.tracked.values()) {
      const before = one.anchor;
      one.anchor = changes.reduce(moved, before);
      if (!one.text) continue;
      one.lines = linesMatching(lines, one.anchor.line, one.text.text);
      if (!one.lines) {
        spans ??= touched(changes);
        const line = lookIn(spans, one.text, lines, near(before, changes));
        if (line === undefined) continue;
        one.lines = linesMatching(lines, line, one.text.text);
        one.anchor = { line, character: 0 };
      }
      one.anchor = firstCharacter(lines, one.anchor.line);
    }
  }

  /** By line. Marks that have come to one line are one. */
  visible(): MarkedLine[] {
    const byLine = new Map<number, MarkedLine>();
    for (const { anchor, lines, reasons } of this.tracked.values()) {
      if (!lines) continue;
      const other = byLine.get(anchor.line);
      if (other) {
        other.reasons.push(...reasons);
        other.lines = Math.max(other.lines, lines);
      } else byLine.set(anchor.line, { line: anchor.line, lines, reasons: [...reasons] });
    }
    return [...byLine.values()].sort((a, b) => a.line - b.line);
  }
}

function placed(mark: Mark, lines: Lines): Omit<Tracked, 'reasons'> {
  // Without a text to compare with, the line that is there now is taken for the one that ran.
  const line = mark.text ? findLine(lines, mark.text, mark.line) : mark.line;
  const text = line === undefined ? undefined : lineText(lines, line);
  if (line === undefined || !text) {
    const last = Math.max(0, Math.min(mark.line, lines.count - 1));
    return { text: mark.text, anchor: { line: last, character: 0 }, lines: 0 };
  }
  const parts = mark.text ? linesMatching(lines, line, mark.text.text) : 1;
  // A line that excerpts cut short is known in full from here on.
  const full = parts === 1 ? text : mark.text!;
  return { text: full, anchor: firstCharacter(lines, line), lines: parts };
}

/** The line's text within the lines that an event touched: put back by undo, or moved there. */
function lookIn(spans: readonly Span[], text: LineText, lines: Lines, near: number): number | undefined {
  let best: { line: number; score: number } | undefined;
  for (const { first, last } of spans) {
    for (let line = first; line <= Math.min(last, lines.count - 1); line++) {
      const parts = linesMatching(lines, line, text.text);
      if (!parts) continue;
      const here = lineText(lines, line);
      const score = agreement(here, text) - Math.abs(line - near) / (lines.count + 1);
      if (!best || score > best.score) best = { line, score };
    }
  }
  return best?.line;
}

function agreement(a: LineText | undefined, b: LineText): number {
  if (!a) return 0;
  const count = (x: readonly string[], y: readonly string[]): number =>
    x.filter((text, i) => text && text === y[i]).length;
  return count(a.before, b.before) + count(a.after, b.after);
}

/** The line that a position would have if what replaced it kept the same number of lines. */
function near(position: Position, changes: readonly Change[]): number {
  let at = position;
  for (const change of changes) {
    const next = moved(at, change);
    const replaced = next.line < at.line && next.line === change.range.start.line;
    at = replaced && change.text ? at : next;
  }
  return at.line;
}

function firstCharacter(lines: Lines, line: number): Position {
  return { line, character: lines.at(line).search(/\S|$/) };
}
