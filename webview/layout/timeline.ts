/** The timeline as shapes: pure numbers and path strings, no elements. */

import { area, curveMonotoneX, line, max, scaleLinear } from 'd3';
import type {
  BudgetMark,
  GcPoint,
  MemoryPoint,
  ReportTimeline,
  SnapshotMark,
} from '../../src/protocol/report.ts';
import { type Lane, type LaneShape, lanesOf, shapesOf } from './agent-lanes.ts';

/** Heights in pixels, from the top. */
const FIXED = {
  steps: { top: 0, height: 18 },
  pins: { top: 22, height: 22 },
  heap: { top: 50, height: 170 },
  rss: { top: 234, height: 46 },
  gc: { top: 294, height: 32 },
} as const;
export const TIMELINE_MARGIN = { left: 76, right: 12 };
/** A step narrower than this is not drawn: there is no telling one from the next. */
const LEAST_BAND = 2;

export type Panel = { readonly top: number; readonly height: number };
export type Panels = Readonly<Record<keyof typeof FIXED | 'agent' | 'axis' | 'overview', Panel>>;

/** Where the parts of a timeline stand; of the agent's lanes it depends on what was seen. */
export function panelsOf(lanes: readonly Lane[]): { panels: Panels; height: number } {
  const agent = { top: 334, height: lanes.reduce((sum, lane) => sum + lane.height, 0) };
  const axis = { top: agent.top + agent.height + (lanes.length ? 4 : -4), height: 20 };
  const overview = { top: axis.top + 30, height: 40 };
  return { panels: { ...FIXED, agent, axis, overview }, height: overview.top + overview.height + 4 };
}

export interface TimelineLayout {
  width: number;
  /** Milliseconds -> pixels from the plot's left. */
  x: (t: number) => number;
  t: (x: number) => number;
  /** Bytes -> pixels from the heap panel's top. */
  heapY: (bytes: number) => number;
  window: [number, number];
  heapTicks: { y: number; bytes: number }[];
  rssTicks: { y: number; bytes: number }[];
  timeTicks: { x: number; t: number }[];
  /** SVG path data. */
  heapArea: string;
  heapLine: string;
  externalLine: string;
  floorLine: string;
  rssArea: string;
  bands: { x: number; width: number; step: number; name?: string; labelled: boolean; drawn: boolean }[];
  panels: Panels;
  /** Of the whole picture. */
  height: number;
  /** What the agent did, one lane for each kind. */
  lanes: (Lane & { shapes: LaneShape[] })[];
  pins: { x: number; pauseWidth: number; mark: SnapshotMark }[];
  gc: { x: number; height: number; t: number; kind: string; pauseMs: number }[];
  longestGcMs: number;
  budgets: { x: number; mark: BudgetMark }[];
}

/** First and last millisecond of the recording. */
export function extent({ memory, steps, snapshots, agent }: ReportTimeline): [number, number] {
  const last = snapshots.at(-1);
  const done = max(agent?.bands ?? [], ({ end }) => end) ?? 0;
  return [
    0,
    Math.max(1, memory.at(-1)?.t ?? 0, steps.at(-1)?.t ?? 0, last ? last.t + last.pauseMs : 0, done),
  ];
}

/** Everything that the timeline draws, for a plot `width` pixels wide. */
export function layoutTimeline(
  timeline: ReportTimeline,
  window: readonly [number, number] | undefined,
  width: number,
): TimelineLayout {
  const domain: [number, number] = window ? [window[0], window[1]] : extent(timeline);
  const x = scaleLinear(domain, [0, width]);
  const inView = within(timeline.memory, domain);
  const heapTop = max(inView, (point) => Math.max(point.heapUsed, point.external)) ?? 1;
  const lanes = lanesOf(timeline.agent?.bands ?? []);
  const { panels, height } = panelsOf(lanes);
  const heap = scaleLinear([0, heapTop * 1.06], [panels.heap.height, 0]).nice(4);
  const rss = scaleLinear([0, (max(inView, (point) => point.rss) ?? 1) * 1.05], [panels.rss.height, 0]);
  const gcInView = timeline.gc.filter(({ t }) => t >= domain[0] && t <= domain[1]);
  const longestGcMs = max(gcInView, (gc) => gc.pauseMs) ?? 0;
  const gcHeight = scaleLinear([0, Math.max(longestGcMs, 1)], [1.5, panels.gc.height]);
  const path = (y: (point: MemoryPoint) => number): string =>
    line<MemoryPoint>((point) => x(point.t), y)(inView) ?? '';
  const floor = floorPoints(timeline);
  return {
    width,
    panels,
    height,
    lanes: lanes.map((lane) => ({ ...lane, shapes: shapesOf(lane, domain, x) })),
    x,
    t: (pixels) => x.invert(pixels),
    heapY: (bytes) => heap(bytes),
    window: domain,
    heapTicks: heap.ticks(4).map((bytes) => ({ y: heap(bytes), bytes })),
    rssTicks: [rss.domain()[1] / 1.05].map((bytes) => ({ y: rss(bytes), bytes })),
    timeTicks: x.ticks(Math.max(2, Math.floor(width / 110))).map((t) => ({ x: x(t), t })),
    heapArea:
      area<MemoryPoint>(
        (point) => x(point.t),
        panels.heap.height,
        (point) => heap(point.heapUsed),
      )(inView) ?? '',
    heapLine: path((point) => heap(point.heapUsed)),
    externalLine: path((point) => heap(point.external)),
    floorLine:
      line<{ t: number; bytes: number }>(
        (point) => x(point.t),
        (point) => heap(point.bytes),
      ).curve(curveMonotoneX)(floor) ?? '',
    rssArea:
      area<MemoryPoint>(
        (point) => x(point.t),
        panels.rss.height,
        (point) => rss(point.rss),
      )(inView) ?? '',
    bands: bands(timeline, domain, x),
    pins: timeline.snapshots
      .filter((mark) => mark.t + mark.pauseMs >= domain[0] && mark.t <= domain[1])
      .map((mark) => ({ x: x(mark.t), pauseWidth: x(mark.t + mark.pauseMs) - x(mark.t), mark })),
    gc: longestOfEach(gcInView, x).map((gc) => ({ ...gc, x: x(gc.t), height: gcHeight(gc.pauseMs) })),
    longestGcMs,
    budgets: (timeline.budgets ?? [])
      .filter(({ t, level }) => level !== 'back' && t >= domain[0] && t <= domain[1])
      .map((mark) => ({ x: x(mark.t), mark })),
  };
}

/** Path data of the whole recording's heap, for the strip that one zooms with. */
export function overviewArea(timeline: ReportTimeline, width: number): string {
  const x = scaleLinear(extent(timeline), [0, width]);
  const top = max(timeline.memory, (point) => point.heapUsed) ?? 1;
  const { height } = panelsOf([]).panels.overview;
  const y = scaleLinear([0, top], [height, 3]);
  return (
    area<MemoryPoint>(
      (point) => x(point.t),
      height,
      (point) => y(point.heapUsed),
    )(timeline.memory) ?? ''
  );
}

/**
 * The least heap used in each step, or in each twelfth of the time where steps are few: what a saw-tooth comes
 * back down to. It rises when memory is kept.
 */
export function floorPoints(timeline: ReportTimeline): { t: number; bytes: number }[] {
  const [from, to] = extent(timeline);
  const known = timeline.steps.length >= 4 && timeline.steps.length <= 60;
  const ends = known
    ? timeline.steps.map((step) => step.t)
    : Array.from({ length: 12 }, (_, i) => from + ((to - from) * (i + 1)) / 12);
  const points: { t: number; bytes: number }[] = [];
  let at = 0;
  for (const end of ends) {
    let least: MemoryPoint | undefined;
    for (; at < timeline.memory.length && timeline.memory[at].t <= end; at++) {
      if (!least || timeline.memory[at].heapUsed < least.heapUsed) least = timeline.memory[at];
    }
    if (least) points.push({ t: least.t, bytes: least.heapUsed });
  }
  return points;
}

/** Position of the sample nearest to `t`; -1 without any. */
export function nearest(points: readonly { t: number }[], t: number): number {
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle].t < t) low = middle + 1;
    else high = middle;
  }
  return low > 0 && t - points[low - 1].t < points[low].t - t ? low - 1 : high < 0 ? -1 : low;
}

/** A window around its own middle (or `around`), `factor` times as wide, inside the whole; undefined for the whole. */
export function zoomed(
  whole: readonly [number, number],
  window: readonly [number, number] | undefined,
  factor: number,
  around?: number,
): [number, number] | undefined {
  const [from, to] = window ?? whole;
  const size = Math.max((to - from) * factor, (whole[1] - whole[0]) / 1000);
  if (size >= whole[1] - whole[0]) return undefined;
  const middle = around ?? (from + to) / 2;
  const share = (middle - from) / (to - from);
  const start = Math.min(Math.max(whole[0], middle - size * share), whole[1] - size);
  return [start, start + size];
}

/** The window, moved by so many milliseconds as far as the whole goes. */
export function panned(
  whole: readonly [number, number],
  [from, to]: readonly [number, number],
  by: number,
): [number, number] {
  const size = to - from;
  const start = Math.min(Math.max(whole[0], from + by), whole[1] - size);
  return [start, start + size];
}

/** Points in view, and one on either side so that lines run to the edge. */
function within(points: readonly MemoryPoint[], [from, to]: [number, number]): MemoryPoint[] {
  const first = points.findIndex((point) => point.t >= from);
  if (first < 0) return points.slice(-1);
  const last = points.findLastIndex((point) => point.t <= to);
  return points.slice(Math.max(0, first - 1), last + 2);
}

/** Of the pauses that fall on one pixel the longest: no more can be seen. */
function longestOfEach(pauses: readonly GcPoint[], x: (t: number) => number): GcPoint[] {
  const longest = new Map<number, GcPoint>();
  for (const pause of pauses) {
    const pixel = Math.round(x(pause.t));
    const known = longest.get(pixel);
    if (!known || known.pauseMs < pause.pauseMs) longest.set(pixel, pause);
  }
  return [...longest.values()];
}

function bands(
  timeline: ReportTimeline,
  [from, to]: [number, number],
  x: (t: number) => number,
): TimelineLayout['bands'] {
  const all = timeline.steps.map((step, i) => {
    const start = i ? timeline.steps[i - 1].t : 0;
    return { ...step, start };
  });
  const seen = all.filter((band) => band.t >= from && band.start <= to);
  let free = -Infinity;
  return seen.map((band) => {
    const left = Math.max(x(from), x(band.start));
    const width = Math.max(0, Math.min(x(to), x(band.t)) - left);
    const middle = left + width / 2;
    // Half of what a label needs to itself.
    const half = Math.max(13, String(band.step).length * 3.5 + 5);
    const labelled = middle - half >= free && middle - half >= -half / 2;
    if (labelled) free = middle + half;
    return { x: left, width, step: band.step, name: band.name, labelled, drawn: width >= LEAST_BAND };
  });
}
