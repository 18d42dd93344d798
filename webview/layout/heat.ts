/** The heat map's geometry: cells as boxes, how strong each is. */

import { scaleBand, scaleSqrt } from 'd3';
import type { HeatMap } from '../../src/protocol/ledger.ts';

export const ROW_HEIGHT = 18;
export const AXIS_HEIGHT = 22;
/** Pixels that a label of the axis wants. */
const LABEL = 48;
/** The faintest that is still seen. */
const FAINT = 0.12;

export interface HeatCell {
  row: number;
  column: number;
  bytes: number;
  x: number;
  y: number;
  width: number;
  height: number;
  /** 0 to 1. */
  strength: number;
}

export interface HeatLayout {
  width: number;
  height: number;
  /** Those with bytes in them. */
  cells: HeatCell[];
  labels: { x: number; text: string }[];
  columnAt(x: number): number;
  rowAt(y: number): number;
}

/** @param width pixels for the cells, without the names of the rows */
export function layoutHeat({ columns, rows }: HeatMap, width: number): HeatLayout {
  const x = scaleBand<number>(range(columns.length), [0, width]).paddingInner(columns.length > 60 ? 0 : 0.06);
  const most = Math.max(1, ...rows.map(({ cells }) => Math.max(...cells)));
  const strength = scaleSqrt([0, most], [FAINT, 1]);
  const cells = rows.flatMap(({ cells }, row) =>
    cells.flatMap((bytes, column) =>
      bytes > 0
        ? {
            row,
            column,
            bytes,
            x: x(column)!,
            y: row * ROW_HEIGHT + 1,
            width: Math.max(1, x.bandwidth()),
            height: ROW_HEIGHT - 2,
            strength: strength(bytes),
          }
        : [],
    ),
  );
  const stride = Math.max(1, Math.ceil((LABEL * columns.length) / Math.max(1, width)));
  return {
    width,
    height: rows.length * ROW_HEIGHT + AXIS_HEIGHT,
    cells,
    labels: columns.flatMap(({ first }, i) =>
      i % stride || (i > 0 && x(i)! + LABEL / 4 > width)
        ? []
        : { x: x(i)! + x.bandwidth() / 2, text: String(first) },
    ),
    columnAt: (at) => clamp(Math.floor((at / Math.max(1, width)) * columns.length), columns.length),
    rowAt: (at) => clamp(Math.floor(at / ROW_HEIGHT), rows.length),
  };
}

/** `7`, or `13-24`: the steps of a column. */
export function stepsLabel({ first, last }: { first: number; last: number }): string {
  return first === last ? String(first) : `${first}-${last}`;
}

function clamp(value: number, count: number): number {
  return Math.min(count - 1, Math.max(0, value));
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
