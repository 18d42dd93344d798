/** One finding's growth as points, a fitted line and ticks. */

import { extent, line, max, mean, min, scaleLinear } from 'd3';
import type { SnapshotPoint } from '../../src/protocol/findings.ts';

export const GROWTH_SIZE = { height: 190, left: 60, right: 22, top: 26, bottom: 34 };

export interface GrowthLayout {
  points: { x: number; y: number; point: SnapshotPoint }[];
  /** SVG path data of least squares over all points; empty for fewer than three. */
  fit: string;
  measured: string;
  xTicks: { x: number; label: number }[];
  yTicks: { y: number; value: number }[];
  /** What the x axis counts. */
  axis: 'step' | 'second' | 'snapshot';
}

/** For a chart `width` pixels wide, axes included. */
export function layoutGrowth(
  points: readonly SnapshotPoint[],
  measure: 'bytes' | 'objects',
  width: number,
): GrowthLayout {
  const axis = points.every((point) => point.step !== undefined)
    ? 'step'
    : points.some((point) => point.time > 0)
      ? 'second'
      : 'snapshot';
  const position = (point: SnapshotPoint): number =>
    axis === 'step' ? point.step! : axis === 'second' ? point.time / 1000 : point.snapshot;
  const [from = 0, to = 1] = extent(points, position);
  const x = scaleLinear([from, to === from ? from + 1 : to], [GROWTH_SIZE.left, width - GROWTH_SIZE.right]);
  const low = Math.min(0, min(points, (point) => point[measure]) ?? 0);
  const high = Math.max(1, max(points, (point) => point[measure]) ?? 1);
  const y = scaleLinear([low, high], [GROWTH_SIZE.height - GROWTH_SIZE.bottom, GROWTH_SIZE.top]).nice(4);
  const placed = points.map((point) => ({ x: x(position(point)), y: y(point[measure]), point }));
  const fitted = leastSquares(placed);
  const ends = [placed[0]?.x, placed.at(-1)?.x].filter((value) => value !== undefined);
  return {
    points: placed,
    fit: fitted && placed.length > 2 ? (line()(ends.map((at) => [at, fitted(at)])) ?? '') : '',
    measured: line()(placed.map((point) => [point.x, point.y])) ?? '',
    xTicks:
      axis === 'second'
        ? x.ticks(5).map((label) => ({ x: x(label), label }))
        : points.map((point) => ({ x: x(position(point)), label: position(point) })),
    yTicks: y.ticks(4).map((value) => ({ y: y(value), value })),
    axis,
  };
}

/** Path data of a sparkline with its last point, `width` x `height` with a pixel or two around. */
export function sparkline(
  values: readonly number[],
  width: number,
  height: number,
): { line: string; last: [number, number] } {
  const low = min(values) ?? 0;
  const high = max(values) ?? 0;
  const x = scaleLinear([0, Math.max(1, values.length - 1)], [3, width - 4]);
  const y = scaleLinear([low, high === low ? low + 1 : high], [height - 4, 4]);
  const points = values.map((value, i): [number, number] => [x(i), y(value)]);
  return { line: line()(points) ?? '', last: points.at(-1) ?? [0, 0] };
}

/** The line that least squares fits; undefined where all x are the same. */
function leastSquares(points: readonly { x: number; y: number }[]): ((x: number) => number) | undefined {
  const middleX = mean(points, (point) => point.x) ?? 0;
  const middleY = mean(points, (point) => point.y) ?? 0;
  let top = 0;
  let bottom = 0;
  for (const { x, y } of points) {
    top += (x - middleX) * (y - middleY);
    bottom += (x - middleX) ** 2;
  }
  return bottom === 0 ? undefined : (x) => middleY + (top / bottom) * (x - middleX);
}

/** Bytes gained from one snapshot to another; undefined where one of them was not measured. */
export function growthBetween(
  points: readonly SnapshotPoint[],
  before: number,
  after: number,
): number | undefined {
  const at = (number: number): number | undefined =>
    points.find(({ snapshot }) => snapshot === number)?.bytes;
  const [from, to] = [at(before), at(after)];
  return from === undefined || to === undefined ? undefined : to - from;
}
