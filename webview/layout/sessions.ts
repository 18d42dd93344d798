/** A pool's entries over time, as steps: what came is above what was there, what left shows as a fall. */

import { line, max, scaleLinear } from 'd3';
import type { PoolPoint } from '../../src/protocol/sessions.ts';

export const POOL_SIZE = { height: 96, left: 46, right: 14, top: 10, bottom: 20 };

export interface PoolLayout {
  /** SVG path data. */
  entries: string;
  area: string;
  points: { x: number; y: number; point: PoolPoint }[];
  /** Where entries left between two snapshots: from the one to the other. */
  falls: { x: number; y: number; left: number }[];
  yTicks: { y: number; value: number }[];
  xTicks: { x: number; value: number }[];
}

/** For a chart `width` pixels wide, axes included. @param most entries that there is room for, where that is known */
export function layoutPool(points: readonly PoolPoint[], width: number, most = 0): PoolLayout {
  const { height, left, right, top, bottom } = POOL_SIZE;
  const from = points[0]?.t ?? 0;
  const to = points.at(-1)?.t ?? 0;
  const x = scaleLinear([from, to > from ? to : from + 1], [left, width - right]);
  const y = scaleLinear(
    [0, Math.max(1, most, max(points, ({ entries }) => entries) ?? 0)],
    [height - bottom, top],
  );
  const placed = points.map((point) => ({ x: x(point.t), y: y(point.entries), point }));
  const path = line()(placed.map((one): [number, number] => [one.x, one.y])) ?? '';
  const [first, last] = [placed[0], placed.at(-1)];
  return {
    entries: path,
    area: first && last ? `${path}L${last.x},${y(0)}L${first.x},${y(0)}Z` : '',
    points: placed,
    falls: placed
      .filter(({ point }) => point.left > 0)
      .map((one) => ({ x: one.x, y: one.y, left: one.point.left })),
    yTicks: y.ticks(2).map((value) => ({ y: y(value), value })),
    xTicks: x.ticks(4).map((value) => ({ x: x(value), value })),
  };
}
