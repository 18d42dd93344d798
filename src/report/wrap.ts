/** Text with styles, fitted to a terminal's width. The one place where text from a snapshot reaches a terminal. */

import { printable } from '../protocol/wording.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

export interface Span {
  text: string;
  style?: Style;
  /** Never broken, whatever the width: a place that the terminal makes clickable. */
  solid?: boolean;
}

// ECMA-48 SGR parameters: on, off.
const CODES: Record<Style, [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

/** Columns that a terminal gives to `text`: wide and emoji characters take two, combining marks none. */
export function columns(text: string): number {
  let sum = 0;
  for (const char of text) {
    if (/\p{M}/u.test(char)) continue;
    const wide =
      /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
    sum += wide.test(char) ? 2 : 1;
  }
  return sum;
}

export interface WrapOptions {
  width: number;
  color: boolean;
  /** Before the first line; its own columns count. */
  first?: Span;
  /** Spaces before the lines that follow. */
  indent?: number;
}

/** Lines of at most `width` columns (but for solid spans), broken at spaces; longer words are cut. */
export function wrap(spans: readonly Span[], options: WrapOptions): string[] {
  const { width, color, first, indent = 0 } = options;
  const room = Math.max(8, width - indent);
  const lines: string[] = [];
  let line: Span[] = first ? [{ ...first, text: printable(first.text) }] : [];
  let used = first ? columns(line[0].text) : 0;
  let empty = true;
  const breakLine = (): void => {
    lines.push(paint(line, color));
    line = [{ text: ' '.repeat(indent) }];
    used = indent;
    empty = true;
  };
  for (const word of wordsOf(spans)) {
    const size = word.reduce((sum, part) => sum + columns(part.text), 0);
    if (!empty && used + 1 + size > width) breakLine();
    else if (!empty) {
      line.push({ text: ' ', style: line.at(-1)!.style === word[0].style ? word[0].style : undefined });
      used++;
    }
    for (const part of word) {
      for (const piece of part.solid ? [part.text] : pieces(part.text, room)) {
        const taken = columns(piece);
        if (!part.solid && !empty && used + taken > width) breakLine();
        line.push({ text: piece, style: part.style });
        used += taken;
        empty = false;
      }
    }
  }
  if (!empty || !lines.length) lines.push(paint(line, color));
  return lines;
}

/** Sentences may be this long; names are capped shorter where they are put in. */
const MAX_SENTENCE = 800;
/** A path: 4,096 characters on most systems. */
const MAX_PATH = 4096;

/** Words, each of one or more styled parts with no space between. */
function wordsOf(spans: readonly Span[]): Span[][] {
  const words: Span[][] = [[]];
  for (const span of spans) {
    const text = printable(span.text, span.solid ? MAX_PATH : MAX_SENTENCE);
    for (const part of span.solid ? [text] : text.split(/( +)/)) {
      if (/^ +$/.test(part)) words.push([]);
      else if (part) words.at(-1)!.push({ ...span, text: part });
    }
  }
  return words.filter((word) => word.length);
}

function pieces(word: string, room: number): string[] {
  const found: string[] = [];
  let piece = '';
  let used = 0;
  for (const char of word) {
    const size = columns(char);
    if (used + size > room) {
      found.push(piece);
      piece = '';
      used = 0;
    }
    piece += char;
    used += size;
  }
  found.push(piece);
  return found;
}

function paint(line: readonly Span[], color: boolean): string {
  let text = '';
  let current: Style | undefined;
  for (const { text: part, style } of [...line, { text: '' }] as Span[]) {
    if (color && style !== current) {
      if (current) text += `\x1b[${CODES[current][1]}m`;
      if (style) text += `\x1b[${CODES[style][0]}m`;
      current = style;
    }
    text += part;
  }
  return text.trimEnd();
}
