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
}

/** Gains below both are noise, whatever their shape. */
const LEAST_OBJECTS = 16;
const LEAST_BYTES = 16_384;

/**
 * Judges a series of at least two points. A leak goes on: it rises in most intervals (Mann-Kendall), and the
 * last part rises at a rate like the whole's. What filled up, swings or was made once does not.
 */
export function judgeSeries(points: readonly SeriesPoint[]): TrendVerdict {
  const first = points[0];
  const last = points[points.length - 1];
  const objectGain = last.objects - first.objects;
  const byteGain = last.bytes - first.bytes;
  const byObjects = shape(points.map((point) => [point.x, point.objects]));
  const byBytes = shape(points.map((point) => [point.x, point.bytes]));
  const enoughObjects = objectGain >= LEAST_OBJECTS;
  const enoughBytes = byteGain >= LEAST_BYTES;
  // Objects tell more surely than bytes; bytes speak where few objects grow.
  const told = enoughObjects && (byObjects.late >= byBytes.late || !enoughBytes) ? byObjects : byBytes;
  const base = { objectSlope: byObjects.slope, byteSlope: byBytes.slope, p: told.p };

  if (!enoughObjects && !enoughBytes) {
    return { ...base, trend: 'stable', confidence: 0.9, reasons: ['The net gain is too small to matter.'] };
  }
  const reasons: string[] = [];
  const n = points.length;
  if (n < 3) {
    return { ...base, trend: 'unsettled', confidence: 0.3, reasons: ['Two snapshots show growth, but not whether it goes on.'] };
  }
  const rises = `It rose in ${told.ups} of ${n - 1} intervals between snapshots`;
  if (told.late < 0.12) {
    reasons.push(`${rises}, but has levelled off: the last part grew at ${percent(told.late)} of the overall rate.`);
    return { ...base, trend: 'stable', confidence: n >= 5 ? 0.85 : 0.6, reasons };
  }
  if (told.tau < 0.5) {
    reasons.push(`${rises} and fell in ${told.downs}: it swings, it does not keep growing.`);
    return { ...base, trend: told.late > 0.5 && told.tau > 0.2 ? 'unsettled' : 'stable', confidence: 0.6, reasons };
  }
  reasons.push(`${rises} (Mann-Kendall p = ${told.p.toPrecision(2)}).`);
  reasons.push(`The last part grew at ${percent(told.late)} of the overall rate: it does not level off.`);
  const sure = (1 - told.p) * Math.min(1, 0.5 + told.late / 1.6) * (0.6 + 0.4 * told.fit);
  if (told.late < 0.35 || told.p > 0.1 || told.lastRate <= 0) {
    if (told.late < 0.35) reasons.push('It may be filling up.');
    if (n < 5) reasons.push('More snapshots would settle it.');
    return { ...base, trend: 'unsettled', confidence: Math.min(0.5, sure), reasons };
  }
  if (n === 3) {
    // Three points rising can be a cache that fills: only a straight line is believed, and not much.
    const straight = told.fit > 0.98 && told.late > 0.8;
    return { ...base, trend: straight ? 'leak' : 'unsettled', confidence: straight ? 0.6 : 0.4, reasons };
  }
  return { ...base, trend: 'leak', confidence: Math.min(0.99, sure), reasons };
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
  lastRate: number;
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
  if (n <= 3) cut = n - 2;
  const [xc, yc] = points[Math.max(0, cut)];
  const lateRate = xn > xc ? (yn - yc) / (xn - xc) : 0;
  const [xl, yl] = points[n - 2];
  const intercept = median(points.map(([x, y]) => y - slope * x));
  const mean = points.reduce((sum, [, y]) => sum + y, 0) / n;
  let residual = 0;
  let variation = 0;
  for (const [x, y] of points) {
    residual += (y - slope * x - intercept) ** 2;
    variation += (y - mean) ** 2;
  }
  const pairs = (n * (n - 1)) / 2;
  return {
    slope,
    tau: pairs ? s / pairs : 0,
    p: mannKendall(s, n),
    ups,
    downs,
    late: overall > 0 ? lateRate / overall : 0,
    lastRate: xn > xl ? (yn - yl) / (xn - xl) : 0,
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
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-a * a) / 2) / Math.sqrt(2 * Math.PI)) * poly;
  return z >= 0 ? tail : 1 - tail;
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
