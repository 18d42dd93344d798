/** Growth, judgement and sites put into words: the JSON contract. */
import { createHash } from 'node:crypto';
import { judgeSeries } from '../analysis/growth-verdict.ts';
import { formatBytes, formatCount, formatDuration } from '../base/units.ts';
import {
  FINDINGS_FORMAT,
  type Finding,
  type Findings,
  type PathEntry,
  type Site,
  type SnapshotPoint,
} from '../protocol/findings.ts';
import type { SnapshotEntry } from '../protocol/recording.ts';
import type { SourceExcerpt } from '../protocol/report.ts';
import { counted } from '../protocol/wording.ts';
import type { ScriptMap } from '../source/script-map.ts';
import { adviceFor } from './advice.ts';
import type { Axis } from './axis.ts';
import { makeExcerpts } from './excerpts.ts';
import type { ExternalGrowth } from './external.ts';
import type { HeapGrowth } from './growth.ts';
import type { AnalysisSource } from './input-types.ts';
import type { JudgedOwner, Judgement } from './judge.ts';
import type { OwnerFacts } from './owner-facts.ts';
import type { OwnerSites, SiteFinder } from './sites.ts';
import { ENGINE_VERSION } from './version.ts';

export interface Evidence {
  source: AnalysisSource;
  /** From the baseline on. */
  snapshots: SnapshotEntry[];
  axis: Axis;
  growth: HeapGrowth;
  judgement: Judgement;
  external?: ExternalGrowth;
  finder: SiteFinder;
  map: ScriptMap;
}

/** Findings that get their source lines looked up. */
const MAX_FINDINGS = 10;

export async function composeFindings(
  evidence: Evidence,
): Promise<{ findings: Findings; sources: SourceExcerpt[] }> {
  const { source, judgement, external, growth, axis } = evidence;
  const span = spanOf(evidence);
  const list: Finding[] = [];
  const suspects = judgement.verdict === 'leak' ? judgement.leaks : judgement.unsettled;
  for (const one of suspects.slice(0, MAX_FINDINGS)) {
    const sites = await evidence.finder.sitesOf(one.owner.facts);
    const path = await pathEntries(evidence.finder, one.owner.facts);
    list.push(heapFinding(one, sites, path, evidence, span));
  }

  let { verdict, confidence, reasons } = judgement;
  const outside = externalFinding(evidence, span, list);
  if (outside && external) {
    list.push(outside);
    list.sort((a, b) => b.growth.bytes - a.growth.bytes);
    if (external.verdict.trend === 'leak') {
      if (verdict !== 'leak') {
        list.splice(0, list.length, outside);
        reasons = ['Memory outside the JavaScript heap keeps growing.'];
      } else reasons = [...reasons, 'Memory outside the JavaScript heap keeps growing too.'];
      confidence = Math.max(verdict === 'leak' ? confidence : 0, external.verdict.confidence);
      verdict = 'leak';
    } else if (verdict === 'no-leak') {
      verdict = 'inconclusive';
      confidence = 0.5;
      reasons = ['Memory outside the JavaScript heap grew, but the evidence is thin.'];
    }
  }

  const totals = growth.totals;
  const gained = totals[totals.length - 1].bytes - totals[0].bytes;
  const best = judgement.leaks[0];
  const findings: Findings = {
    format: FINDINGS_FORMAT,
    engine: ENGINE_VERSION,
    runtime: source.runtime,
    verdict,
    confidence: round(confidence),
    reasons: [...reasons, ...(list[0]?.reasons ?? []), ...source.warnings],
    growth: {
      bytes: gained,
      ...(span.steps ? { bytesPerStep: round(gained / span.steps), steps: span.steps } : {}),
      ...(span.seconds ? { bytesPerSecond: round(gained / span.seconds) } : {}),
      seconds: round(span.seconds),
      slopeConfidence: round(1 - (best?.verdict.p ?? totalsP(evidence, axis))),
    },
    findings: list,
    notLeaks: [...judgement.sound, ...(verdict === 'leak' ? judgement.unsettled : [])].map((one) => ({
      name: one.owner.facts.display,
      bytes: one.gain.bytes,
      reason: one.verdict.reasons.join(' '),
    })),
  };
  return { findings, sources: await makeExcerpts(list, evidence.map) };
}

interface Span {
  steps?: number;
  seconds: number;
}

function spanOf({ snapshots, axis }: Evidence): Span {
  const first = snapshots[0];
  const last = snapshots[snapshots.length - 1];
  const seconds = (last.activeMs - first.activeMs) / 1000;
  const steps =
    axis.unit === 'step' || (first.step !== undefined && last.step !== undefined)
      ? (last.step ?? 0) - (first.step ?? 0)
      : 0;
  return { ...(steps > 0 ? { steps } : {}), seconds };
}

function heapFinding(
  one: JudgedOwner,
  sites: OwnerSites,
  retainingPath: PathEntry[],
  evidence: Evidence,
  span: Span,
): Finding {
  const { facts } = one.owner;
  const name = facts.display;
  return {
    id: fingerprint(facts, sites.storeSite),
    title: titleOf(one, name, sites.storeSite, span),
    kind: facts.kind,
    confidence: round(one.verdict.confidence),
    reasons: reasonsOf(one, evidence, span),
    owner: {
      className: facts.containerClass,
      name,
      nodeId: facts.nodeId,
      ...(sites.ownerSite ? { site: sites.ownerSite } : {}),
    },
    retainingPath,
    growth: {
      ...rates(one.gain, span),
      perSnapshot: one.points.map((point) =>
        pointAt(evidence.snapshots[point.index], {
          bytes: point.bytes - one.points[0].bytes,
          objects: point.objects - one.points[0].objects,
        }),
      ),
    },
    gained: facts.gained.map(({ className, objects, bytes }) => ({ className, objects, bytes })),
    ...(sites.storeSite ? { storeSite: sites.storeSite } : {}),
    ...(sites.otherStoreSites.length ? { otherStoreSites: sites.otherStoreSites } : {}),
    allocationSites: sites.allocationSites,
    ...(sites.userSite ? { userSite: sites.userSite } : {}),
    advice: adviceFor(facts.kind, name),
  };
}

function pointAt(snapshot: SnapshotEntry, gain: { bytes: number; objects: number }): SnapshotPoint {
  const { index, activeMs, step } = snapshot;
  return { snapshot: index, time: Math.round(activeMs), ...(step === undefined ? {} : { step }), ...gain };
}

/** Growth outside the heap that no finding in the heap explains. */
function externalFinding(evidence: Evidence, span: Span, list: readonly Finding[]): Finding | undefined {
  const { external, snapshots } = evidence;
  if (!external || external.verdict.trend === 'stable') return undefined;
  const explained = list.reduce((sum, finding) => sum + finding.growth.bytes, 0);
  if (explained > 0.5 * external.gain) return undefined;
  const title =
    `Memory outside the JavaScript heap gained ${formatBytes(external.gain)} over ${spanText(span)}` +
    `${span.steps ? `: ${formatBytes(external.gain / span.steps)} a step` : ''}, never released.`;
  return {
    id: `external-memory:${hash('external')}`,
    title,
    kind: 'external-memory',
    confidence: round(external.verdict.confidence),
    reasons: [
      ...external.verdict.reasons,
      'V8 counts it as external memory: WebAssembly, Buffers or native objects. No object in the heap holds this much.',
    ],
    owner: { className: 'external memory', name: 'external memory', nodeId: 0 },
    retainingPath: [],
    growth: {
      ...rates({ bytes: external.gain, objects: 0 }, span),
      perSnapshot: external.points.map((point, i) =>
        pointAt(snapshots[i], { bytes: point.bytes - external.points[0].bytes, objects: 0 }),
      ),
    },
    gained: [],
    allocationSites: [],
    advice: adviceFor('external-memory', 'external memory'),
  };
}

async function pathEntries(finder: SiteFinder, facts: OwnerFacts): Promise<PathEntry[]> {
  const entries: PathEntry[] = [];
  for (const { edge, name, className, nodeId, place } of facts.path) {
    const site = place && (await finder.site(place, { evidence: 'class or function' }));
    entries.push({ edge, name, className, nodeId, ...(site ? { site } : {}) });
  }
  const gained = facts.gained[0];
  if (gained && entries.length) {
    const last = entries[entries.length - 1];
    const place = gained.places[0];
    const site = place && (await finder.site(place, { evidence: 'class or function' }));
    entries.push({
      edge: '[…]',
      name: `${last.name}[]`,
      className: gained.className,
      nodeId: facts.nodeId,
      ...(site ? { site } : {}),
    });
  }
  return entries;
}

const VERBS: Partial<Record<Finding['kind'], string>> = {
  array: 'Pushed',
  map: 'Set',
  set: 'Added',
  dictionary: 'Assigned',
  listeners: 'Added',
  timers: 'Started',
};

function titleOf(one: JudgedOwner, name: string, store: Site | undefined, span: Span): string {
  const { facts } = one.owner;
  const many = facts.alike > 1 ? `${facts.alike} × ` : '';
  const className = facts.containerClass === name ? '' : ` (${many}${facts.containerClass})`;
  const rate = span.steps
    ? `: ${formatBytes(one.gain.bytes / span.steps)} a step`
    : span.seconds > 0
      ? `: ${formatBytes(one.gain.bytes / span.seconds)} a second`
      : '';
  const where = store ? ` ${VERBS[facts.kind] ?? 'Stored'} at ${shortSite(store)}.` : '';
  return (
    `\`${name}\`${className} gained ${counted(one.gain.objects, 'object')}, ${formatBytes(one.gain.bytes)}, over ${spanText(span)}${rate}` +
    `${one.verdict.trend === 'leak' ? ', never released' : ''}.${where}`
  );
}

function spanText(span: Span): string {
  if (span.steps) return counted(span.steps, 'step');
  return span.seconds > 0 ? formatDuration(span.seconds * 1000) : 'the snapshots given';
}

function shortSite(site: Site): string {
  const file = (site.path ?? site.url).split(/[\\/]/).pop() ?? site.url;
  return `${file}:${site.line}`;
}

function reasonsOf(one: JudgedOwner, { axis, snapshots }: Evidence, span: Span): string[] {
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
        `Net ${formatCount(early, 2)} objects a step in the first half, ${formatCount(late, 2)} in the second.`,
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
      `The same objects are also held by ${one.owner.facts.also.map((name) => `\`${name}\``).join(', ')}.`,
    );
  }
  reasons.push(`${snapshots.length} snapshots, each after a full garbage collection.`);
  return reasons;
}

function rates(gain: { objects: number; bytes: number }, span: Span) {
  return {
    bytes: gain.bytes,
    objects: gain.objects,
    ...(span.steps
      ? { bytesPerStep: round(gain.bytes / span.steps), objectsPerStep: round(gain.objects / span.steps) }
      : {}),
    ...(span.seconds > 0
      ? {
          bytesPerSecond: round(gain.bytes / span.seconds),
          objectsPerSecond: round(gain.objects / span.seconds),
        }
      : {}),
  };
}

/** Stable between runs: what kind of container, held how and by whom, stored in which file and function. */
function fingerprint(facts: OwnerFacts, store: Site | undefined): string {
  const { holder } = facts;
  const parts = [facts.kind, facts.containerClass, holder.how, holder.className ?? '', holder.name];
  if (store) parts.push((store.path ?? store.url).split(/[\\/]/).slice(-2).join('/'), store.function ?? '');
  const label = facts.display.replace(/[^\w.#$-]+/g, '-').slice(0, 60);
  return `${facts.kind}:${label}:${hash(parts.join('\0'))}`;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function totalsP({ growth }: Evidence, axis: Axis): number {
  const points = growth.totals.map(({ objects, bytes }, i) => ({ x: axis.xs[i], objects, bytes }));
  return judgeSeries(points).p;
}

function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 1000) / 1000;
}
