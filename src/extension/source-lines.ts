/** Finding a line of code again by its text, in a file that may have changed since. Knows no editor. */
import type { Site } from '../protocol/findings.ts';
import type { SourceExcerpt } from '../protocol/report.ts';
import { excerptOf } from '../protocol/wording.ts';

/** A document's lines, from 0. An editor's document fits with a thin shell. */
export interface Lines {
  readonly count: number;
  at(line: number): string;
}

/** A line as it was, without white space, and its neighbours' (nearest first). */
export interface LineText {
  text: string;
  before: string[];
  after: string[];
}

/** What formatting does not change. */
export function bare(line: string): string {
  return line.replace(/\s+/g, '');
}

/** The line of a site as the excerpts have it; undefined where they don't, or where it is blank. */
export function lineTextOf(sources: readonly SourceExcerpt[] | undefined, site: Site): LineText | undefined {
  const excerpt = excerptOf(sources, site);
  if (!excerpt) return undefined;
  const at = site.line - excerpt.firstLine;
  return lineText({ count: excerpt.lines.length, at: (line) => excerpt.lines[line] }, at);
}

/** Line `at` of `lines` with up to `around` neighbours on each side; undefined when it is blank. */
export function lineText(lines: Lines, at: number, around = 4): LineText | undefined {
  if (at < 0 || at >= lines.count) return undefined;
  const text = bare(lines.at(at));
  if (!text) return undefined;
  const before: string[] = [];
  const after: string[] = [];
  for (let i = 1; i <= around; i++) {
    if (at - i >= 0) before.push(bare(lines.at(at - i)));
    if (at + i < lines.count) after.push(bare(lines.at(at + i)));
  }
  return { text, before, after };
}

/** One line of code becomes so many at most when it is formatted. */
const MOST_PARTS = 12;

/** How many lines from `at` on make up `text` (1 as a rule, more where it was broken up); 0 when they don't. */
export function linesMatching(lines: Lines, at: number, text: string): number {
  if (at < 0 || at >= lines.count) return 0;
  let joined = bare(lines.at(at));
  if (same(joined, text)) return 1;
  if (!joined) return 0;
  for (let n = 1; n < MOST_PARTS && text.startsWith(joined) && at + n < lines.count; n++) {
    joined += bare(lines.at(at + n));
    if (joined === text) return n + 1;
  }
  return 0;
}

/** Excerpts cut long lines (of bundles) around the column and mark that with `…`. */
const LEAST_PIECE = 50;

function same(line: string, text: string): boolean {
  if (line === text) return true;
  if (!text.endsWith('…')) return false;
  const piece = text.replace(/^…|…$/g, '');
  return piece.length >= LEAST_PIECE && line.includes(piece);
}

/** How far away a line is looked for. */
const FAR = 5000;
/** Within so many lines a telling text is enough; farther, or with a text like `});`, neighbours must agree, too. */
const NEAR = 50;

/**
 * Where `wanted` is now: on line `near` if it is still there, else where most neighbours are the same, then nearest.
 * Undefined when no line can be told to be the one.
 */
export function findLine(lines: Lines, wanted: LineText, near: number): number | undefined {
  if (linesMatching(lines, near, wanted.text)) return near;
  const telling = (wanted.text.match(/[\p{L}\p{N}_$]/gu)?.length ?? 0) >= 4;
  let best: { line: number; agreeing: number } | undefined;
  const last = lines.count - 1;
  const reach = Math.min(FAR, Math.max(near, last - near));
  for (let distance = 1; distance <= reach; distance++) {
    for (const line of [near - distance, near + distance]) {
      if (line < 0 || line > last) continue;
      const length = linesMatching(lines, line, wanted.text);
      if (!length) continue;
      const agreeing = neighboursAgreeing(lines, line, length, wanted);
      if (agreeing < (telling && distance <= NEAR ? 0 : 2)) continue;
      if (!best || agreeing > best.agreeing) best = { line, agreeing };
    }
  }
  return best?.line;
}

function neighboursAgreeing(lines: Lines, line: number, length: number, wanted: LineText): number {
  let agreeing = 0;
  wanted.before.forEach((text, i) => {
    const at = line - 1 - i;
    if (text && at >= 0 && bare(lines.at(at)) === text) agreeing++;
  });
  wanted.after.forEach((text, i) => {
    const at = line + length + i;
    if (text && at < lines.count && bare(lines.at(at)) === text) agreeing++;
  });
  return agreeing;
}

export interface Place {
  /** Both from 0, inside the document. */
  line: number;
  character: number;
  /** How the line there compares with the one that ran: `unknown` where nothing tells. */
  text: 'same' | 'moved' | 'changed' | 'unknown';
}

/** Where in a document a site is: found again by its text where the file has changed, clamped to what there is. */
export function locate(lines: Lines, site: Site, wanted: LineText | undefined): Place {
  const near = clamp(site.line - 1, lines.count - 1);
  const found = wanted && findLine(lines, wanted, near);
  const line = found ?? near;
  const text = lines.count ? lines.at(line) : '';
  const state = !wanted
    ? 'unknown'
    : found === undefined
      ? 'changed'
      : found === site.line - 1
        ? 'same'
        : 'moved';
  // The column belongs to the line that ran: elsewhere its first character is as good.
  const exact = state === 'same' || state === 'unknown';
  const character =
    exact && site.line - 1 === line ? clamp(site.column - 1, text.length) : text.search(/\S|$/);
  return { line, character, text: state };
}

function clamp(value: number, max: number): number {
  return Number.isFinite(value) ? Math.max(0, Math.min(value, max)) : 0;
}
