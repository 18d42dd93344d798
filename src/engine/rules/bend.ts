import type { SnapshotPoint } from '../../protocol/findings.ts';

/** Intervals between snapshots that it takes to see a bend. */
const FEWEST = 5;
/** Of the mean rate: with less, growth has not begun. */
const BEGUN = 0.05;

/**
 * Whether growth is faster than linear: how many times more is gained for each step (or object) in the last third of
 * the run than in the first, where it rises all the way; 1 where it is steady, or too little is known.
 */
export function bendOf(points: readonly SnapshotPoint[]): number {
  return Math.max(
    rise(points, ({ step }) => step),
    rise(points, ({ objects }) => objects),
  );
}

function rise(points: readonly SnapshotPoint[], xOf: (point: SnapshotPoint) => number | undefined): number {
  const rates: number[] = [];
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [xOf(points[i - 1]), xOf(points[i])];
    if (from === undefined || to === undefined) return 1;
    if (to <= from) continue;
    rates.push((points[i].bytes - points[i - 1].bytes) / (to - from));
  }
  // What began only later rose from nothing, which is no bend: out with it, and the interval in which it began.
  const begun = rates.findIndex((rate) => rate >= BEGUN * mean(rates));
  if (begun > 0) rates.splice(0, begun + 1);
  if (rates.length < FEWEST || !isRising(rates)) return 1;
  const third = Math.max(1, Math.floor(rates.length / 3));
  const early = mean(rates.slice(0, third));
  const late = mean(rates.slice(-third));
  return early > 0 ? late / early : 1;
}

function mean(list: readonly number[]): number {
  return list.reduce((sum, rate) => sum + rate, 0) / list.length;
}

/** Nearly all pairs are in order: Kendall's tau of at least 0.7. Tables that double now and then are not. */
function isRising(values: readonly number[]): boolean {
  let score = 0;
  let pairs = 0;
  for (let i = 0; i < values.length; i++) {
    for (let j = i + 1; j < values.length; j++) {
      score += Math.sign(values[j] - values[i]);
      pairs++;
    }
  }
  return score >= 0.7 * pairs;
}
