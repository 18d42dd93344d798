/** What the agent did as lanes of bands, one lane for each kind: pure numbers, no elements. */
import { together } from '../../src/protocol/bands.ts';
import type { SpanKind } from '../../src/protocol/recording.ts';
import type { SpanBand } from '../../src/protocol/report.ts';

export const ROW_HEIGHT = 13;
const GAP = 4;
/** What goes on at the same time stands in rows of its own; further ones share the last. */
const MOST_ROWS = 3;
const KINDS: readonly SpanKind[] = ['session', 'run', 'step', 'model', 'tool'];
/** Bands narrower than this, in pixels, are drawn as one with the next. */
const NARROW = 2;
/** So many pixels a letter needs. */
const LETTER = 6.2;

export interface Lane {
  kind: SpanKind;
  /** Pixels from the top of all lanes. */
  top: number;
  /** With the gap below. */
  height: number;
  rows: SpanBand[][];
}

export interface LaneShape {
  x: number;
  width: number;
  /** Pixels from the top of its lane. */
  y: number;
  band: SpanBand;
  /** So many letters of a name fit into it; 0 for none. */
  letters: number;
}

/** The kinds that were seen, from the widest to the narrowest. */
export function lanesOf(bands: readonly SpanBand[]): Lane[] {
  const lanes: Lane[] = [];
  let top = 0;
  for (const kind of KINDS) {
    const own = bands.filter((band) => band.kind === kind);
    if (!own.length) continue;
    const rows = rowsOf(own);
    const height = rows.length * ROW_HEIGHT + GAP;
    lanes.push({ kind, top, height, rows });
    top += height;
  }
  return lanes;
}

/** The bands in view. However many there are: at most one for every few pixels of a row. */
export function shapesOf(
  { rows }: Lane,
  [from, to]: readonly [number, number],
  x: (t: number) => number,
): LaneShape[] {
  return rows.flatMap((row, i) => {
    const shapes: LaneShape[] = [];
    for (const band of row) {
      if (band.end < from || band.t > to) continue;
      const left = x(Math.max(from, band.t));
      const right = Math.max(left + 1, x(Math.min(to, band.end)));
      const last = shapes[shapes.length - 1];
      if (last && right - left < NARROW && last.width < NARROW * 2 && left - last.x - last.width < 1) {
        last.width = Math.max(last.width, right - last.x);
        last.band = together(last.band, band);
      } else shapes.push({ x: left, width: right - left, y: i * ROW_HEIGHT, band, letters: 0 });
    }
    for (const shape of shapes) shape.letters = Math.max(0, Math.floor((shape.width - 8) / LETTER));
    return shapes;
  });
}

/** What goes on at `t`, from the widest to the narrowest. */
export function doneAt(bands: readonly SpanBand[], t: number): SpanBand[] {
  const now = bands.filter((band) => band.t <= t && t <= band.end);
  return now.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
}

function rowsOf(bands: readonly SpanBand[]): SpanBand[][] {
  const rows: SpanBand[][] = [];
  const ends: number[] = [];
  for (const band of bands) {
    let row = ends.findIndex((end) => end <= band.t);
    if (row < 0) row = rows.length < MOST_ROWS ? rows.length : rows.length - 1;
    if (row === rows.length) rows.push([]);
    rows[row].push(band);
    ends[row] = Math.max(ends[row] ?? 0, band.end);
  }
  return rows;
}
