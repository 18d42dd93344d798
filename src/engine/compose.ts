/** Growth, judgement and sites put into words: the JSON contract. */
import { judgeSeries } from '../analysis/growth-verdict.ts';
import { FINDINGS_FORMAT, type Finding, type Findings, type PathEntry } from '../protocol/findings.ts';
import type { SnapshotEntry } from '../protocol/recording.ts';
import type { SourceExcerpt } from '../protocol/report.ts';
import type { ScriptMap } from '../source/script-map.ts';
import { adviceFor } from './advice.ts';
import type { Axis } from './axis.ts';
import { makeExcerpts } from './excerpts.ts';
import type { ExternalGrowth } from './external.ts';
import { externalFinding } from './external-finding.ts';
import { fingerprint } from './fingerprint.ts';
import type { HeapGrowth } from './growth.ts';
import type { AnalysisSource } from './input-types.ts';
import type { JudgedOwner, Judgement } from './judge.ts';
import type { OwnerFacts } from './owner-facts.ts';
import { reasonsOf, titleOf } from './phrases.ts';
import type { OwnerSites, SiteFinder } from './sites.ts';
import { pointAt, rates, round, type Span, spanOf } from './span.ts';
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
  const span = spanOf(evidence.snapshots, axis);
  const list: Finding[] = [];
  const suspects = judgement.verdict === 'leak' ? judgement.leaks : judgement.unsettled;
  for (const one of suspects.slice(0, MAX_FINDINGS)) {
    const sites = await evidence.finder.sitesOf(one.owner.facts);
    const path = await pathEntries(evidence.finder, one.owner.facts);
    list.push(heapFinding(one, sites, path, evidence, span));
  }

  let { verdict, confidence, reasons } = judgement;
  const outside = external && externalFinding(external, evidence.snapshots, span, list);
  if (outside) {
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
    reasons: reasonsOf(one, evidence.axis, span),
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

function totalsP({ growth }: Evidence, axis: Axis): number {
  const points = growth.totals.map(({ objects, bytes }, i) => ({ x: axis.xs[i], objects, bytes }));
  return judgeSeries(points).p;
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
