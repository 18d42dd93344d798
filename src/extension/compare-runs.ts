/** Before and after a fix: what became of one finding. */
import type { Finding, Findings } from '../protocol/findings.ts';

export interface Comparison {
  /** `unknown`: the second run does not tell. */
  outcome: 'fixed' | 'smaller' | 'unchanged' | 'unknown';
  /** What the rates count by. */
  per: 'step' | 'second';
  /** Bytes gained per step or second; undefined where it is not known. */
  before?: number;
  after?: number;
  /** Leaks of the second run that are another matter. */
  others: number;
}

/** Less than this share of what it was: smaller, though not gone. */
const SMALLER = 0.5;

export function compareRuns(before: Finding, after: Findings): Comparison {
  const same =
    after.findings.find(({ id }) => id === before.id) ?? after.findings.find((f) => isOwner(f, before));
  const perStep =
    before.growth.bytesPerStep !== undefined && (!same || same.growth.bytesPerStep !== undefined);
  const rate = ({ growth }: Finding): number | undefined =>
    perStep ? growth.bytesPerStep : growth.bytesPerSecond;
  const was = rate(before);
  const leaks = after.verdict === 'leak' ? after.findings : [];
  const base = {
    per: perStep ? ('step' as const) : ('second' as const),
    before: was,
    others: leaks.filter((finding) => finding !== same).length,
  };
  if (same && after.verdict === 'leak') {
    const is = rate(same);
    const smaller = was !== undefined && is !== undefined && is < was * SMALLER;
    return { ...base, outcome: smaller ? 'smaller' : 'unchanged', after: is };
  }
  if (after.verdict === 'inconclusive') return { ...base, outcome: 'unknown', after: same && rate(same) };
  return { ...base, outcome: 'fixed', after: 0 };
}

/** The line moves when the code is mended, and with it the fingerprint: the owner's name stays. */
function isOwner(candidate: Finding, finding: Finding): boolean {
  return (
    candidate.kind === finding.kind &&
    candidate.owner.name === finding.owner.name &&
    candidate.owner.className === finding.owner.className
  );
}
