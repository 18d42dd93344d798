import type { LedgerRow } from '../../protocol/ledger.ts';
import { bandOf, type Sums } from './sums.ts';

/** A step's row and what it was made of; steps of one group do the same kind of work. */
export interface StepRow {
  row: LedgerRow;
  sums: Sums;
  group: string;
}

/** Of fewer steps nothing is learnt from the others. */
const FEW = 5;
/** So many standard errors off, a step is no longer like the others. */
const UNLIKE = 4;
/** A trend is taken for one from so many standard errors on. */
const TREND = 3;

interface Fit {
  at: (position: number) => number;
  mean: number;
  /** Squared standard error of one step, on average, and of what all have in common. */
  noise: number;
  /** Squared, what steps really differ by. */
  spread: number;
  count: number;
}

/**
 * A few samples tell one step badly, and many alike well: each is drawn towards what steps of its group retain (or
 * towards their trend), the more, the less of the differences between them is more than chance. Steps that are unlike
 * stay as they are.
 */
export function shrinkSteps(steps: readonly StepRow[], interval: number): void {
  const groups = new Map<string, StepRow[]>();
  for (const step of steps) {
    const group = groups.get(step.group);
    if (group) group.push(step);
    else groups.set(step.group, [step]);
  }
  for (const group of groups.values()) if (group.length >= FEW) shrinkGroup(group, interval);
}

function shrinkGroup(group: readonly StepRow[], interval: number): void {
  const all = group.map((_, i) => i);
  const first = fitOf(group, all);
  const alike = all.filter((i) => !isUnlike(group[i].sums, first, i));
  if (alike.length < FEW) return;
  const fit = alike.length < all.length ? fitOf(group, alike) : first;
  if (fit.noise <= 0 || fit.mean <= 0) return;
  for (const [i, { row, sums }] of group.entries()) {
    if (isUnlike(sums, fit, i)) continue;
    const expected = Math.max(0, fit.at(i));
    const noise = (fit.noise * Math.max(expected, 0.1 * fit.mean)) / fit.mean;
    const trust = fit.spread / (fit.spread + noise);
    const live = Math.max(0, expected + trust * (sums.live - expected));
    const variance = trust * noise + (1 - trust) ** 2 * (noise / fit.count);
    const moved = live - sums.live;
    const [low, high] = [Math.max(0, sums.low + moved), Math.max(0, sums.high + moved)];
    row.live = bandOf({ ...sums, live, variance, low, high }, interval);
    if (row.objects !== undefined && sums.live > 0) row.objects *= live / sums.live;
  }
}

function isUnlike(sums: Sums, fit: Fit, position: number): boolean {
  const noise = Math.max(fit.noise, sums.variance / 4) + fit.spread;
  return Math.abs(sums.live - fit.at(position)) > UNLIKE * Math.sqrt(noise);
}

/** A line, or a level where there is no trend, through some steps of a group. */
function fitOf(group: readonly StepRow[], chosen: readonly number[]): Fit {
  const n = chosen.length;
  const mean = chosen.reduce((sum, i) => sum + group[i].sums.live, 0) / n;
  const noise = chosen.reduce((sum, i) => sum + group[i].sums.variance, 0) / n;
  const middle = chosen.reduce((sum, i) => sum + i, 0) / n;
  let xx = 0;
  let xy = 0;
  for (const i of chosen) {
    xx += (i - middle) ** 2;
    xy += (i - middle) * (group[i].sums.live - mean);
  }
  const residual = (slope: number): number =>
    chosen.reduce((sum, i) => sum + (group[i].sums.live - mean - slope * (i - middle)) ** 2, 0);
  const slope = xx > 0 ? xy / xx : 0;
  const error = Math.sqrt(residual(slope) / Math.max(1, n - 2) / Math.max(1, xx));
  const trend = Math.abs(slope) > TREND * error ? slope : 0;
  // What chance alone makes of it once in six times is no difference.
  const chance = noise * (1 + Math.sqrt(2 / n));
  const spread = Math.max(0, residual(trend) / Math.max(1, n - (trend ? 2 : 1)) - chance);
  return { at: (position) => mean + trend * (position - middle), mean, noise, spread, count: n };
}
