/** A finding's title and reasons, in sentences. */
import { formatBytes, formatCount } from '../base/units.ts';
import type { Finding, Site } from '../protocol/findings.ts';
import { counted, shortSite, stepNoun, unticked } from '../protocol/wording.ts';
import type { Axis } from './axis.ts';
import type { JudgedOwner } from './judge.ts';
import { type Span, spanText } from './span.ts';

const VERBS: Partial<Record<Finding['kind'], string>> = {
  array: 'Pushed',
  map: 'Set',
  set: 'Added',
  dictionary: 'Assigned',
  listeners: 'Added',
  timers: 'Started',
};

export function titleOf(one: JudgedOwner, name: string, store: Site | undefined, span: Span): string {
  const { facts } = one.owner;
  const many = facts.alike > 1 ? `${facts.alike} × ` : '';
  const className = facts.containerClass === name ? '' : ` (${many}${facts.containerClass})`;
  const rate = span.steps
    ? `: ${formatBytes(one.gain.bytes / span.steps)} a ${stepNoun(span.stepKind)}`
    : span.seconds > 0
      ? `: ${formatBytes(one.gain.bytes / span.seconds)} a second`
      : '';
  const objects = one.gain.objects > 0 ? `${counted(one.gain.objects, 'object')}, ` : '';
  const where = store ? ` ${VERBS[facts.kind] ?? 'Stored'} at ${shortSite(store)}.` : '';
  return (
    `\`${unticked(name)}\`${className} gained ${objects}${formatBytes(one.gain.bytes)}${objects && ','} over ${spanText(span)}${rate}` +
    `${one.verdict.trend === 'leak' ? ', never released' : ''}.${where}`
  );
}

export function reasonsOf(one: JudgedOwner, axis: Axis, span: Span): string[] {
  const reasons = [...one.verdict.reasons];
  const { points } = one;
  if (span.steps && axis.unit === 'step') {
    const middle = points.reduce((best, point, i) => {
      const target = (points[0].x + points[points.length - 1].x) / 2;
      return Math.abs(point.x - target) < Math.abs(points[best].x - target) ? i : best;
    }, 0);
    const half = (from: number, to: number) =>
      (points[to].objects - points[from].objects) / (points[to].x - points[from].x);
    if (middle > 0 && middle < points.length - 1) {
      const early = half(0, middle);
      const late = half(middle, points.length - 1);
      reasons.push(
        `Net ${formatCount(early, 2)} objects a ${stepNoun(span.stepKind)} in the first half, ${formatCount(late, 2)} in the second.`,
      );
    }
  }
  if (one.owner.facts.chainLength) {
    reasons.push(
      `The gain is a chain of ${formatCount(one.owner.facts.chainLength)} links, each holding the next.`,
    );
  }
  if (one.owner.facts.also.length) {
    reasons.push(
      `The same objects are also held by ${one.owner.facts.also.map((name) => `\`${unticked(name)}\``).join(', ')}.`,
    );
  }
  reasons.push(`${axis.xs.length} snapshots, each after a full garbage collection.`);
  return reasons;
}
