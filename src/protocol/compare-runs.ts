/** Before and after a fix: what became of the leaks of one run in another. */
import type { Finding, Findings } from './findings.ts';

export interface LeakComparison {
  leak: Finding;
  /** `unknown`: the second run does not tell. */
  outcome: 'fixed' | 'smaller' | 'unchanged' | 'unknown';
  /** What the rates count by. */
  per: 'step' | 'second';
  /** Bytes gained per step or second; undefined where it is not known. */
  before?: number;
  after?: number;
  /** 0 to 1: how sure each of the two is. */
  confidence: { before: number; after: number };
}

export interface RunComparison {
  /** `fixed`: none of the leaks is left, and there is no new one. */
  outcome: 'fixed' | 'not-fixed' | 'inconclusive';
  leaks: LeakComparison[];
  /** Leaks of the second run that the first had not. */
  newLeaks: Finding[];
}

/** Less than this share of what it was: smaller, though not gone. */
const SMALLER = 0.5;
/** What is left of a leak below this share of it, beside other leaks, is no leak any more. */
const GONE = 0.1;

/** All leaks of a run, those that are ignored left out. */
export function compareRuns(before: Findings, after: Findings): RunComparison {
  const leaks = before.findings.map((leak) => compareLeak(leak, after));
  const newLeaks = newLeaksOf(before.findings, after);
  const bad =
    newLeaks.length > 0 || leaks.some(({ outcome }) => outcome === 'unchanged' || outcome === 'smaller');
  const unsure = after.verdict === 'inconclusive' || leaks.some(({ outcome }) => outcome === 'unknown');
  return { outcome: bad ? 'not-fixed' : unsure ? 'inconclusive' : 'fixed', leaks, newLeaks };
}

/** One leak. @param after the second run's verdict */
export function compareLeak(leak: Finding, after: Findings): LeakComparison {
  const same = sameLeak(leak, [...after.findings, ...(after.ignored ?? [])]);
  const { steps, seconds } = after.growth;
  const perStep =
    leak.growth.bytesPerStep !== undefined &&
    leak.growth.stepKind === (same ?? after).growth.stepKind &&
    (same ? same.growth.bytesPerStep !== undefined : !after.findings.length || steps !== undefined);
  const rate = ({ growth }: Finding): number | undefined =>
    perStep ? growth.bytesPerStep : growth.bytesPerSecond;
  const was = rate(leak);
  const is = same && rate(same);
  const base = {
    leak,
    per: perStep ? ('step' as const) : ('second' as const),
    before: was,
    confidence: { before: leak.confidence, after: same?.confidence ?? after.confidence },
  };
  if (same && (after.verdict === 'leak' || same.ignored)) {
    const smaller = was !== undefined && is !== undefined && is < was * SMALLER;
    return { ...base, outcome: smaller ? 'smaller' : 'unchanged', after: is };
  }
  if (after.verdict === 'inconclusive') return { ...base, outcome: 'unknown', after: is };
  const left = after.notLeaks?.find(({ name }) => name === leak.owner.name);
  const over = perStep ? steps : seconds;
  const rest = left && over ? left.bytes / over : 0;
  // What grows beside a leak without being one is not told from what is not certain yet.
  const doubtful = after.verdict === 'leak' && was !== undefined && rest > GONE * was;
  return { ...base, outcome: doubtful ? 'unknown' : 'fixed', after: rest };
}

/** Leaks of the second run that are not among those known. */
export function newLeaksOf(known: readonly Finding[], after: Findings): Finding[] {
  if (after.verdict !== 'leak') return [];
  const again = new Set(known.map((leak) => sameLeak(leak, after.findings)));
  return after.findings.filter((finding) => !again.has(finding));
}

/** By its fingerprint; where the line has moved, and with it the fingerprint, by its owner. */
function sameLeak(leak: Finding, candidates: readonly Finding[]): Finding | undefined {
  return candidates.find(({ id }) => id === leak.id) ?? candidates.find((one) => isOwner(one, leak));
}

function isOwner(candidate: Finding, finding: Finding): boolean {
  return (
    candidate.kind === finding.kind &&
    candidate.owner.name === finding.owner.name &&
    candidate.owner.className === finding.owner.className
  );
}
