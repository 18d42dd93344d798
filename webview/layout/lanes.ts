/** Processes over time as shapes: pure numbers and path strings, no elements. */

import { area, max, scaleLinear } from 'd3';
import type { ProcessLane } from '../../src/protocol/processes.ts';

/** Pixels. */
export const LANES = { height: 22, bar: 16, axis: 22, left: 190, right: 12 } as const;
/** Drawn; the table has them all. */
const MOST = 24;

export interface LanesLayout {
  height: number;
  lanes: {
    lane: ProcessLane;
    y: number;
    x: number;
    width: number;
    /** SVG path data of its size; empty where it is not known. */
    size: string;
  }[];
  ticks: { x: number; t: number }[];
}

/** Those that run on first are kept, then those that ran longest. */
export function chosenLanes(lanes: readonly ProcessLane[]): ProcessLane[] {
  const rank = { left: 0, outlived: 0, running: 1, ended: 2 };
  const time = ({ started, ended = Number.POSITIVE_INFINITY }: ProcessLane): number => ended - started;
  const chosen = [...lanes]
    .sort((a, b) => rank[a.state] - rank[b.state] || time(b) - time(a) || a.started - b.started)
    .slice(0, MOST);
  return lanes.filter((lane) => chosen.includes(lane));
}

/** For a picture `width` pixels wide, labels included. @param end milliseconds, of the recording */
export function layoutLanes(all: readonly ProcessLane[], end: number, width: number): LanesLayout {
  const lanes = chosenLanes(all);
  const x = scaleLinear([0, Math.max(1, end)], [LANES.left, width - LANES.right]);
  const most = max(lanes, (lane) => max(lane.points, ([, bytes]) => bytes)) ?? 0;
  return {
    height: lanes.length * LANES.height + LANES.axis,
    lanes: lanes.map((lane, i) => {
      const y = i * LANES.height + (LANES.height - LANES.bar) / 2;
      const from = x(lane.started);
      const to = x(Math.min(end, lane.ended ?? end));
      const size = scaleLinear([0, Math.max(1, most)], [y + LANES.bar, y]);
      const [first, last] = [lane.points[0], lane.points[lane.points.length - 1]];
      // What it took is as good as known before the first look and after the last.
      const points: [number, number][] = first
        ? [[lane.started, first[1]], ...lane.points, [Math.min(end, lane.ended ?? end), last[1]]]
        : [];
      return {
        lane,
        y,
        x: from,
        width: Math.max(2, to - from),
        size:
          area<[number, number]>(
            ([t]) => x(t),
            y + LANES.bar,
            ([, bytes]) => size(bytes),
          )(points) ?? '',
      };
    }),
    ticks: x.ticks(Math.max(2, Math.floor(width / 140))).map((t) => ({ x: x(t), t })),
  };
}
