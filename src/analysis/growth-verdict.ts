/** Leak or not: robust statistics over one owner's series. */

export interface SeriesPoint {
  /** Steps, or milliseconds of the program's own time. */
  x: number;
  objects: number;
  bytes: number;
}

export type Trend = 'leak' | 'stable' | 'unsettled';

export interface TrendVerdict {
  trend: Trend;
  /** 0 to 1. */
  confidence: number;
  /** In sentences. */
  reasons: string[];
  /** Theil-Sen slopes, per unit of x. */
  objectSlope: number;
  byteSlope: number;
  /** One-sided Mann-Kendall p-value that there is no upward trend. */
  p: number;
  /** The rate of the last part over the whole's, where the shape was looked at. */
  late?: number;
  /** It levelled off, or is about to: by this measure of progress it fills up. */
  fills?: boolean;
}

/** What an owner must gain, in objects or in bytes, before its shape is looked at. */
export interface LeastGain {
  objects: number;
  bytes: number;
}

/**
 * Points that a leak takes: with fewer, one owner among the many that are looked at rises throughout by chance, and
 * what fills up has no time to show it.
 */
export const ENOUGH = 6;

/**
 * A rate that fell from interval to interval to less than this of the whole's comes to nothing, unless the steps take
 * longer and longer by this measure.
 */
const SLOW = 0.3;

export const LEAST_GAIN: LeastGain = { objects: 32, bytes: 65_536 };

/**
 * Judges a series of at least two points. With fewer than `enough` it is never a leak. A leak goes on: it rises in most intervals (Mann-Kendall), and the
 * last part rises at a rate like the whole's. What filled up, swings or was made once does not.
 */
export function judgeSeries(
  points: readonly SeriesPoint[],
  least: LeastGain = LEAST_GAIN,
  enough = ENOUGH,
): TrendVerdict {
  const first = points[0];
  const last = points[points.length - 1];
  const byObjects = shape(points.map((point) => [point.x, point.objects]));
  const byBytes = shape(points.map((point) => [point.x, point.bytes]));
  const slopes = { objectSlope: byObjects.slope, byteSlope: byBytes.slope };
  const enoughObjects = last.objects - first.objects >= least.objects;
  const enoughBytes = last.bytes - first.bytes >= least.bytes;
  if (!enoughObjects && !enoughBytes) {
    const reason = 'The net gain is too small to matter.';
    return { ...slopes, trend: 'stable', confidence: 0.9, reasons: [reason], p: byObjects.p };
  }
  const verdicts: TrendVerdict[] = [];
  // Objects tell more surely than bytes; bytes speak for themselves where they are many.
  if (enoughObjects) verdicts.push({ ...slopes, ...judgeShape(byObjects, points.length, enough) });
  // Objects that levelled off with bytes that creep on are tables being resized, unless it is a lot.
  const settled = verdicts[0]?.trend === 'stable';
  if (enoughBytes && (!settled || byBytes.lateGain >= 4 * least.bytes)) {
    verdicts.push({ ...slopes, ...judgeShape(byBytes, points.length, enough) });
  }
  const rank = { leak: 2, unsettled: 1, stable: 0 };
  return verdicts.reduce((best, next) => (rank[next.trend] > rank[best.trend] ? next : best));
}

function judgeShape(told: Shape, n: number, enough: number): Omit<TrendVerdict, 'objectSlope' | 'byteSlope'> {
  const { p, late } = told;
  if (n < 3) {
    const reason = 'Two snapshots show growth, but not whether it goes on.';
    return { trend: 'unsettled', confidence: 0.3, reasons: [reason], p };
  }
  const rises = `It rose in ${told.ups} of ${n - 1} intervals between snapshots`;
  if (told.late < 0.12 || (n >= 5 && told.last < 0.05)) {
    const rate = percent(Math.max(0, Math.min(told.late, told.last)));
    const reason = `${rises}, but has levelled off: the last part grew at ${rate} of the overall rate.`;
    return { trend: 'stable', confidence: n >= 5 ? 0.85 : 0.6, reasons: [reason], p, late, fills: true };
  }
  if (n >= ENOUGH && told.slows && Math.max(late, told.last) < SLOW) {
    const reason = `${rises}, each time more slowly, down to ${percent(late)} of the overall rate: it fills up.`;
    return { trend: 'unsettled', confidence: 0.5, reasons: [reason], p, late, fills: true };
  }
  const jumps = `${rises}, nearly all of it in a few: it grew in jumps, as what is loaded or made once does.`;
  if (told.steady < 0.4 && told.fit < 0.9) {
    return { trend: n >= 4 ? 'stable' : 'unsettled', confidence: 0.6, reasons: [jumps], p };
  }
  if (told.downs && (told.gain < 3 * told.fall || told.tau < 0.5)) {
    const reason = `${rises} and fell in ${told.downs}: it swings.`;
    const rising = told.gain >= 3 * told.fall && told.late > 0.5;
    return { trend: rising ? 'unsettled' : 'stable', confidence: 0.6, reasons: [reason], p };
  }
  if (told.ups < 0.6 * (n - 1)) {
    return { trend: n >= 4 ? 'stable' : 'unsettled', confidence: 0.6, reasons: [jumps], p };
  }
  const reasons = [`${rises} (Mann-Kendall p = ${p.toPrecision(2)}).`];
  const sure = (1 - p) * Math.min(1, 0.5 + told.late / 1.6) * (0.6 + 0.4 * told.fit);
  const unsettled = (reason: string): Omit<TrendVerdict, 'objectSlope' | 'byteSlope'> => ({
    trend: 'unsettled',
    confidence: Math.min(0.5, sure),
    reasons: [...reasons, reason],
    p,
    late,
  });
  if (n < enough) return unsettled(`${n} snapshots can not tell a leak from a cache that fills.`);
  const lastly = `The last part grew at ${percent(told.late)} of the overall rate`;
  if (told.late < 0.5 || told.last <= 0 || (told.slows && told.last < 0.4)) {
    return unsettled(`${lastly}: it may be filling up.`);
  }
  // A small gain on a large holding looks like noise until it is very regular.
  const uneven = n < ENOUGH ? told.steady < 1 || told.fit < 0.97 : told.steady < 0.7 && told.fit < 0.95;
  const noisy = told.relative < 0.1 ? p > 0.01 || told.fit < 0.85 : p > 0.05 || told.fit < 0.7;
  if (noisy || uneven) return unsettled('It is too uneven to tell from noise.');
  reasons.push(`${lastly}: it does not level off.`);
  return { trend: 'leak', confidence: Math.min(0.99, sure, surest(n)), reasons, p, late };
}

/** With each further snapshot that agrees, the doubt is halved: 0.88 at six, 0.97 at eight. */
function surest(n: number): number {
  return 1 - 2 ** (3 - n);
}

interface Shape {
  slope: number;
  /** Kendall's tau over the points, -1 to 1. */
  tau: number;
  p: number;
  ups: number;
  downs: number;
  /** Rate of the last third over the overall rate. */
  late: number;
  /** Gained in the last third. */
  lateGain: number;
  /** Rate of the last tenth (an interval at least) over the overall rate. */
  last: number;
  gain: number;
  /** The largest fall from one point to a later one. */
  fall: number;
  /** Share of the way over which it grew at a quarter of the overall rate or more. */
  steady: number;
  /** The whole gain over what was held at first. */
  relative: number;
  /** Nearly every interval grew more slowly than those before it. */
  slows: boolean;
  /** 0 to 1: share of the variation that the Theil-Sen line explains. */
  fit: number;
}

function shape(points: [number, number][]): Shape {
  const n = points.length;
  const [x0, y0] = points[0];
  const [xn, yn] = points[n - 1];
  const slopes: number[] = [];
  let s = 0;
  let ups = 0;
  let downs = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const dy = points[j][1] - points[i][1];
      s += Math.sign(dy);
      const dx = points[j][0] - points[i][0];
      if (dx > 0) slopes.push(dy / dx);
    }
    if (i > 0) {
      if (points[i][1] > points[i - 1][1]) ups++;
      else if (points[i][1] < points[i - 1][1]) downs++;
    }
  }
  const slope = median(slopes);
  const overall = xn > x0 ? (yn - y0) / (xn - x0) : 0;
  // The last part begins at the last point at or before 60 % of the way, and spans two intervals where it can.
  let cut = n - 2;
  while (cut > 0 && (points[cut][0] - x0 > 0.6 * (xn - x0) || cut > Math.max(0, n - 3))) cut--;
  // Of three points the last tells a rate only where it lies well behind the second.
  if (n <= 3) cut = n === 3 && xn - points[1][0] < 0.15 * (xn - x0) ? 0 : n - 2;
  const [xc, yc] = points[Math.max(0, cut)];
  const lateRate = xn > xc ? (yn - yc) / (xn - xc) : 0;
  // Snapshots right before the end say nothing of the rate: the last stretch spans a tenth at least.
  let near = n - 2;
  while (near > 0 && xn - points[near][0] < 0.1 * (xn - x0)) near--;
  const [xl, yl] = points[near];
  const intercept = median(points.map(([x, y]) => y - slope * x));
  const mean = points.reduce((sum, [, y]) => sum + y, 0) / n;
  let residual = 0;
  let variation = 0;
  for (const [x, y] of points) {
    residual += (y - slope * x - intercept) ** 2;
    variation += (y - mean) ** 2;
  }
  const pairs = (n * (n - 1)) / 2;
  const rates = points
    .slice(1)
    .map(([x, y], i) => (x > points[i][0] ? (y - points[i][1]) / (x - points[i][0]) : 0));
  return {
    slope,
    gain: yn - y0,
    fall: largestFall(points.map(([, y]) => y)),
    steady: steadyShare(points, overall),
    relative: y0 > 0 ? (yn - y0) / y0 : Number.POSITIVE_INFINITY,
    slows: kendall(rates) <= -0.7,
    tau: pairs ? s / pairs : 0,
    p: mannKendall(s, n),
    ups,
    downs,
    lateGain: yn - yc,
    late: overall > 0 ? lateRate / overall : 0,
    last: overall > 0 && xn > xl ? (yn - yl) / (xn - xl) / overall : 0,
    fit: variation > 0 ? Math.max(0, 1 - residual / variation) : 1,
  };
}

/**
 * One-sided p-value of Mann-Kendall's S for n points without ties: exact by counting inversions of
 * permutations (Kendall 1938) up to 12 points, the normal approximation with continuity correction above.
 */
export function mannKendall(s: number, n: number): number {
  if (n < 2) return 1;
  if (n <= 12) {
    const pairs = (n * (n - 1)) / 2;
    let counts = [1];
    for (let m = 2; m <= n; m++) {
      const next = new Array<number>(counts.length + m - 1).fill(0);
      for (let i = 0; i < counts.length; i++) for (let k = 0; k < m; k++) next[i + k] += counts[i];
      counts = next;
    }
    const total = counts.reduce((sum, count) => sum + count, 0);
    let tail = 0;
    // S = pairs - 2 * inversions.
    for (let inversions = 0; inversions < counts.length; inversions++) {
      if (pairs - 2 * inversions >= s) tail += counts[inversions];
    }
    return tail / total;
  }
  const sigma = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  return normalTail((s - Math.sign(s)) / sigma);
}

/** Upper tail of the standard normal: Abramowitz and Stegun 26.2.17, absolute error below 7.5e-8. */
function normalTail(z: number): number {
  const a = Math.abs(z);
  const t = 1 / (1 + 0.2316419 * a);
  const poly =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-a * a) / 2) / Math.sqrt(2 * Math.PI)) * poly;
  return z >= 0 ? tail : 1 - tail;
}

function largestFall(values: readonly number[]): number {
  let highest = Number.NEGATIVE_INFINITY;
  let fall = 0;
  for (const value of values) {
    highest = Math.max(highest, value);
    fall = Math.max(fall, highest - value);
  }
  return fall;
}

function steadyShare(points: readonly [number, number][], overall: number): number {
  let way = 0;
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1];
    const [x1, y1] = points[i];
    if (y1 - y0 >= 0.25 * overall * (x1 - x0)) way += x1 - x0;
  }
  const whole = points[points.length - 1][0] - points[0][0];
  return whole > 0 ? way / whole : 0;
}

/** Kendall's tau of values against their order, -1 to 1. */
function kendall(values: readonly number[]): number {
  let s = 0;
  for (let i = 0; i < values.length; i++) {
    for (let j = i + 1; j < values.length; j++) s += Math.sign(values[j] - values[i]);
  }
  const pairs = (values.length * (values.length - 1)) / 2;
  return pairs ? s / pairs : 0;
}

function median(values: number[]): number {
  if (!values.length) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
