/** From owners' series to the verdict on the whole run. */
import {
  ENOUGH,
  judgeSeries,
  LEAST_GAIN,
  type SeriesPoint,
  type TrendVerdict,
} from '../analysis/growth-verdict.ts';
import { formatBytes, formatCount, formatDuration } from '../base/units.ts';
import type { Verdict } from '../protocol/findings.ts';
import type { ClassTrendRow } from '../protocol/report.ts';
import { unticked } from '../protocol/wording.ts';
import type { HeapGrowth, HeapTotals, OwnerGrowth } from './growth.ts';
import type { OwnerFacts } from './owner-facts.ts';

export interface JudgedOwner {
  owner: OwnerGrowth;
  /** Of the snapshots (by index, from the baseline on) at which it could be measured. */
  points: (SeriesPoint & { index: number })[];
  verdict: TrendVerdict;
  gain: { objects: number; bytes: number };
}

export interface Judgement {
  verdict: Verdict;
  confidence: number;
  reasons: string[];
  /** Of what grows, surest and largest first. */
  leaks: JudgedOwner[];
  unsettled: JudgedOwner[];
  /** Looked at and found sound, where it gained noticeably. */
  sound: JudgedOwner[];
}

/** At a root, nobody in particular holds the gain: it takes more to be believed. */
const LEAST_AT_ROOT = { objects: 2000, bytes: 2_000_000 };
/** Unsettled growth below this does not put the verdict in doubt. */
const MATERIAL = { objects: 400, bytes: 200_000 };

/** Node's own buffer of resource timings holds 250 entries unless told otherwise, then drops what comes. */
const RESOURCE_TIMINGS = 250;

/** What is known of the run that was measured. */
export interface Run {
  /** Another measure of progress, one number per snapshot, where it is not sure which is the right one. */
  otherXs?: readonly number[];
  /** The program's own time from the baseline to the last snapshot, in milliseconds. */
  ms?: number;
  /** Milliseconds in which the program worked on after the last snapshot. */
  unseenMs?: number;
  /** Steps until the last snapshot. */
  steps?: number;
}

/** From so long a run on, five even points are enough: what fills up had its time. */
const LONG_MS = 10_000;
/** A leak was not seen to go on where it was not looked at for so much of the time looked at. */
const UNSEEN = 0.5;
/** What is looked for by how much longer a run: a snapshot for each fifth more of it. */
const LONGER = 1.2;
/** A run of this length gives snapshots enough, in milliseconds. */
const LEAST_RUN_MS = 3000;

export function judgeGrowth(growth: HeapGrowth, xs: readonly number[], run: Run = {}): Judgement {
  const { otherXs } = run;
  const worked = otherXs && workedOn(xs, otherXs);
  const judged = growth.owners.map((owner) => {
    const one = judgeOwner(owner, xs, growth, run);
    if (one.verdict.trend === 'stable') return one;
    if (!otherXs) return one.verdict.fills ? sound(one) : one;
    const other = judgeOwner(owner, otherXs, growth, run);
    if (one.verdict.trend === 'unsettled' && other.verdict.trend === 'leak') return other;
    return worked && fillsUp(one.verdict, other.verdict) ? sound(other) : one;
  });
  const bySize = (a: JudgedOwner, b: JudgedOwner) => b.gain.bytes - a.gain.bytes;
  const leaks = judged.filter((one) => one.verdict.trend === 'leak').sort(bySize);
  const unsettled = judged
    .filter((one) => one.verdict.trend === 'unsettled' && isMaterial(one, MATERIAL))
    .sort(bySize);
  const settled = judged
    .filter((one) => one.verdict.trend === 'stable' && isMaterial(one, LEAST_GAIN))
    .sort(bySize);
  const rest = { leaks, unsettled, sound: settled };
  const snapshots = xs.length;

  if (leaks.length) {
    const best = Math.max(...leaks.map((one) => one.verdict.confidence));
    const reason = leaks.length === 1 ? 'One owner keeps growing.' : `${leaks.length} owners keep growing.`;
    return { verdict: 'leak', confidence: best, reasons: [reason], ...rest };
  }
  if (unsettled.length) {
    const names = unsettled.slice(0, 3).map((one) => `\`${unticked(one.owner.facts.display)}\``);
    const reasons = [
      `${names.join(', ')} grew, but the evidence is thin.`,
      ...(snapshots < ENOUGH ? [`${snapshots} snapshots are few: six would tell.`] : []),
      whatSettles(snapshots, run),
    ];
    return { verdict: 'inconclusive', confidence: 0.5, reasons, ...rest };
  }
  const gained = growth.totals[snapshots - 1].bytes - growth.totals[0].bytes;
  const reasons = [
    `No owner keeps growing: over ${snapshots} snapshots the program's objects changed by ` +
      `${formatBytes(gained)} in all.`,
  ];
  if (snapshots < 3) {
    reasons.push('Two snapshots are few.', whatSettles(snapshots, run));
    return { verdict: 'inconclusive', confidence: 0.4, reasons, ...rest };
  }
  return { verdict: 'no-leak', confidence: snapshots >= 5 ? 0.9 : 0.7, reasons, ...rest };
}

/** A rate by one measure that is so much of the whole's, or more, does not bear out that it levels off by another. */
const UNDIMINISHED = 0.75;
/** Progress by one measure, in the last part of the other, as a share of the whole's rate: below it there was none. */
const NO_PROGRESS = 0.15;

/** What has levelled off by one measure of progress, and has slowed by the other, fills up. */
function fillsUp({ trend, late = 0 }: TrendVerdict, other: TrendVerdict): boolean {
  return other.fills === true && (trend === 'unsettled' || late < UNDIMINISHED);
}

function sound(judged: JudgedOwner): JudgedOwner {
  const { verdict } = judged;
  if (verdict.trend === 'stable') return judged;
  return { ...judged, verdict: { ...verdict, trend: 'stable', confidence: 0.6 } };
}

/** Whether the program still made progress by `xs` in the last 40 % by `others`: else levelling off by these says nothing. */
function workedOn(xs: readonly number[], others: readonly number[]): boolean {
  const end = xs.length - 1;
  const cut = others.findLastIndex((x, i) => i < end && x - others[0] <= 0.6 * (others[end] - others[0]));
  if (cut < 0 || others[end] <= others[cut]) return false;
  const rate = (from: number) => (xs[end] - xs[from]) / (others[end] - others[from]);
  return rate(cut) >= NO_PROGRESS * rate(0);
}

/** In a sentence, how much longer the program must run. */
function whatSettles(snapshots: number, { ms = 0, steps }: Run): string {
  const times = snapshots < ENOUGH ? LONGER ** (ENOUGH + 1 - snapshots) : 2;
  if (!ms && !steps) return `A run of ${formatCount(times, 1)} times the length would settle it.`;
  const longer = formatDuration(Math.max(LEAST_RUN_MS, Math.ceil((times * ms) / 1000) * 1000));
  const rest = steps ? `, about ${formatCount(Math.ceil(times * steps))} steps,` : '';
  return `A run of about ${longer}${rest} would settle it.`;
}

function judgeOwner(owner: OwnerGrowth, xs: readonly number[], growth: HeapGrowth, run: Run): JudgedOwner {
  const series = withShared(owner, growth.classes);
  const lent = lentOut(series, growth.totals);
  const points = series
    .map(({ objects, bytes }, i) => ({ x: xs[i], objects, bytes, index: i }))
    .filter(({ index }) => !lent.has(index));
  const first = points[0];
  const last = points[points.length - 1];
  const gain = { objects: last.objects - first.objects, bytes: last.bytes - first.bytes };
  const { ms = 0, unseenMs = 0 } = run;
  const enough = ms >= LONG_MS ? ENOUGH - 1 : ENOUGH;
  const least = owner.root ? LEAST_AT_ROOT : LEAST_GAIN;
  let verdict = judgeSeries(withEnd(points, owner, ms > 0 ? unseenMs / ms : 0) ?? points, least, enough);
  if (verdict.trend === 'leak' && unseenMs > UNSEEN * ms) {
    const reason = `The last ${formatDuration(unseenMs)} of the program's work were not seen.`;
    verdict = { ...verdict, trend: 'unsettled', confidence: 0.5, reasons: [...verdict.reasons, reason] };
  }
  verdict = withSurvival(verdict, owner, points);
  if (verdict.trend !== 'stable' && gathersAgain(owner, last.objects)) {
    const reason = 'Then it let go of nearly all, and began to gather again: it swings.';
    verdict = { ...verdict, trend: 'stable', confidence: 0.6, reasons: [...verdict.reasons, reason] };
  }
  const loads = owner.root || isModuleTable(owner.facts);
  if (loads && verdict.trend !== 'stable' && growsByLoading(series, growth.scripts)) {
    const reason = 'It grew when scripts were loaded.';
    verdict = { ...verdict, trend: 'stable', confidence: 0.6, reasons: [reason] };
  }
  if (owner.root === 'stack') {
    const reason = 'Held by functions under way at the time of the snapshot.';
    verdict = { ...verdict, trend: 'stable', confidence: 0.8, reasons: [reason] };
  }
  const timings = owner.facts.gained.find((group) => group.className === 'PerformanceResourceTiming');
  if (verdict.trend !== 'stable' && timings && timings.objects <= 1.1 * RESOURCE_TIMINGS) {
    const kept = formatCount(RESOURCE_TIMINGS);
    const reason = `Node keeps at most ${kept} resource timings: this fills up and stops.`;
    verdict = { ...verdict, trend: 'stable', confidence: 0.9, reasons: [reason] };
  }
  return { owner, points, verdict, gain };
}

/** Work after the last snapshot of less than this share of the time looked at tells no rate. */
const LEAST_UNSEEN = 0.15;

/** What a full cache may hold less, as a share of what it gained, when small entries take the place of large ones. */
const TURNOVER = 0.05;

/**
 * The series with the program's end, or else the first snapshot that was left out with it, where this owner had let go
 * of nothing by then and there was work in between that would have made a leak grow: what is full by then was no leak.
 * Undefined where neither tells anything.
 */
function withEnd(
  points: readonly SeriesPoint[],
  { atEnd, afterwards }: OwnerGrowth,
  unseen: number,
): SeriesPoint[] | undefined {
  const first = points[0];
  const last = points[points.length - 1];
  if (!(unseen >= LEAST_UNSEEN)) return undefined;
  const kept = [atEnd, afterwards].find(
    (held) => held && last.objects - held.objects <= TURNOVER * (last.objects - first.objects),
  );
  if (!kept) return undefined;
  const { objects, bytes } = kept;
  return [...points, { x: last.x + unseen * (last.x - first.x), objects, bytes }];
}

/** Below this, what an owner held midway is gone at the end, for the most part; and next to all of it. */
const TURNS_OVER = 0.5;
/** Of what is kept so much is seen to be left, though a quarter of it may be others with the ids of the dead. */
const STAYS = 0.6;
const ALL_GONE = 0.3;

/**
 * What holds other things all the time does not keep them: a cache with a time to live, a queue, a pool of work. It
 * may hold more of them the less it is disturbed by snapshots. What is replaced as a whole is not asked.
 */
function withSurvival(
  verdict: TrendVerdict,
  { survival, survivals }: OwnerGrowth,
  points: JudgedOwner['points'],
): TrendVerdict {
  if (survival === undefined || survival >= STAYS || verdict.trend === 'stable') return verdict;
  const share = formatCount(100 * survival);
  if (verdict.trend === 'leak' && isBacklog(points, survivals ?? [])) {
    const reason = `Of what it held midway, ${share} % is left at the end, yet it holds ever more: what goes in faster than it is taken out piles up.`;
    return {
      ...verdict,
      confidence: Math.min(0.85, verdict.confidence),
      reasons: [...verdict.reasons, reason],
    };
  }
  const reasons = [
    ...verdict.reasons,
    `Of what it held midway, ${share} % is left at the end: it turns over.`,
  ];
  const isSound = survival < ALL_GONE;
  return { ...verdict, trend: isSound ? 'stable' : 'unsettled', confidence: isSound ? 0.6 : 0.5, reasons };
}

/** What let go at the program's end stays empty; a batch that was written is filled once more. */
function gathersAgain({ afterwards, root }: OwnerGrowth, before: number): boolean {
  return (
    !root &&
    afterwards !== undefined &&
    afterwards.objects < TURNS_OVER * before &&
    afterwards.born >= LEAST_GAIN.objects
  );
}

/** What piles up rises at each look, and lately about as fast as ever. */
const EVEN = { least: 0.3, late: 0.75 };
/**
 * How late in the run it is asked what is left at the end, not so late that anything would be; and which share: more
 * than the ids of the dead that others have taken over.
 */
const LATELY = { from: 0.6, to: 0.9, left: 0.35 };

/**
 * A queue that is worked off too slowly: what was in it midway is gone, but it grows evenly, and what comes in stays
 * ever longer, so that much of what it held lately is still there. What has a time to live, and what is under way, goes
 * on going; it holds more only where more comes.
 */
function isBacklog(points: JudgedOwner['points'], survivals: readonly (number | undefined)[]): boolean {
  const [first, last] = [points[0], points[points.length - 1]];
  const way = last.x - first.x;
  const rate = (last.objects - first.objects) / way;
  if (!(rate > 0) || last.objects < 2 * first.objects) return false;
  const isEven = points.slice(1).every(({ x, objects }, i) => {
    const dx = x - points[i].x;
    return dx < 0.05 * way || objects - points[i].objects >= EVEN.least * rate * dx;
  });
  const third = points.findLast(({ x }) => x <= last.x - way / 3) ?? first;
  const late = (last.objects - third.objects) / (last.x - third.x) / rate;
  const lately = points.findLast(({ x }) => x <= first.x + LATELY.to * way);
  const left = lately && lately.x >= first.x + LATELY.from * way ? survivals[lately.index] : undefined;
  return isEven && late >= EVEN.late && left !== undefined && left >= LATELY.left;
}

/** Node's own tables of the modules that are loaded. */
function isModuleTable({ containerClass, holder, display }: OwnerFacts): boolean {
  const names = [containerClass, holder.className ?? '', display];
  return names.some((name) => /^(ModuleLoader|LoadCache|ResolveCache|BuiltinModule|Module)\b/.test(name));
}

/** Whether next to all of a gain came in intervals in which scripts were loaded. */
function growsByLoading(series: readonly HeapTotals[], scripts: readonly number[]): boolean {
  let gained = 0;
  let loading = 0;
  for (let i = 1; i < series.length; i++) {
    const gain = Math.max(0, series[i].objects - series[i - 1].objects);
    gained += gain;
    if (scripts[i] > scripts[i - 1]) loading += gain;
  }
  return loading > 0.9 * gained;
}

/** Classes whose objects anybody makes: that the counts agree says nothing. */
const ANYBODYS = /^\(|^(Object|Array|Map|Set|Promise|Function|Error|Date|RegExp|Uint8Array|ArrayBuffer)$/;

/**
 * What an owner held where functions under way held it too, so that it did not dominate it: told by a class of whose
 * gain in the whole heap the owner has all.
 */
function withShared({ series, facts }: OwnerGrowth, classes: readonly ClassTrendRow[]): HeapTotals[] {
  const first = series[0];
  const last = series[series.length - 1];
  const gain = { objects: last.objects - first.objects, bytes: last.bytes - first.bytes };
  for (const group of facts.gained) {
    if (ANYBODYS.test(group.className)) continue;
    const counts = classes.find(({ className }) => className === group.className)?.counts;
    if (!counts || group.objects < LEAST_GAIN.objects) continue;
    const ofClass = counts[counts.length - 1] - counts[0];
    if (Math.abs(ofClass - group.objects) > 0.1 * group.objects) continue;
    return series.map((point, i) => {
      const share = Math.min(1, (counts[i] - counts[0]) / ofClass);
      const expected = {
        objects: Math.round(first.objects + share * gain.objects),
        bytes: Math.round(first.bytes + share * gain.bytes),
      };
      const missing = expected.objects - point.objects;
      return missing >= LEAST_GAIN.objects && missing > 0.5 * share * gain.objects ? expected : point;
    });
  }
  return [...series];
}

/**
 * Snapshots in the middle at which what an owner held seems gone though the heap as a whole did not shrink: then a
 * function under way held it too at that moment, and the owner did not dominate it.
 */
function lentOut(series: readonly HeapTotals[], totals: readonly HeapTotals[]): Set<number> {
  const lent = new Set<number>();
  let before = 0;
  for (let i = 1; i < series.length - 1; i++) {
    const later = series
      .slice(i + 1)
      .reduce((best, point, k) => (point.objects > series[best].objects ? i + 1 + k : best), i + 1);
    const drop = (points: readonly HeapTotals[]) =>
      Math.min(points[before].objects, points[later].objects) - points[i].objects;
    if (drop(series) >= LEAST_GAIN.objects && drop(totals) < 0.5 * drop(series)) lent.add(i);
    else before = i;
  }
  // What is gone most of the time is gone.
  return lent.size <= (series.length - 2) / 3 ? lent : new Set();
}

function isMaterial({ gain }: JudgedOwner, least: { objects: number; bytes: number }): boolean {
  return gain.objects >= least.objects || gain.bytes >= least.bytes;
}
