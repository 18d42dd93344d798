/** Growth, judgement and sites put into words: the JSON contract. */
import { judgeSeries } from '../analysis/growth-verdict.ts';
import {
  FINDINGS_FORMAT,
  type Finding,
  type Findings,
  type MemoryParts,
  type PathEntry,
  type StepKind,
} from '../protocol/findings.ts';
import type { SnapshotEntry } from '../protocol/recording.ts';
import type { SourceExcerpt } from '../protocol/report.ts';
import type { ScriptMap } from '../source/script-map.ts';
import { isInstalled, isUserCode } from '../source/user-code.ts';
import { adviceFor } from './advice.ts';
import type { Axis } from './axis.ts';
import { makeExcerpts } from './excerpts.ts';
import type { ExternalGrowth } from './external.ts';
import { externalFinding } from './external-finding.ts';
import { fingerprint } from './fingerprint.ts';
import type { HeapGrowth } from './growth.ts';
import type { AnalysisSource } from './input-types.ts';
import type { JudgedOwner, Judgement } from './judge.ts';
import type { EntryFact, OwnerFacts } from './owner-facts.ts';
import { reasonsOf, titleOf } from './phrases.ts';
import type { ProcessEvidence } from './processes/evidence.ts';
import { withLeftProcesses } from './processes/verdict.ts';
import { Proofs, withProof } from './proof.ts';
import { withRule } from './rules/rules.ts';
import type { OwnerSites, SiteFinder } from './sites.ts';
import { pointAt, rates, round, type Span, spanOf } from './span.ts';
import { ENGINE_VERSION } from './version.ts';

export interface Evidence {
  source: AnalysisSource;
  /** From the baseline on. */
  snapshots: SnapshotEntry[];
  axis: Axis;
  /** What was seen of the agent counts as its steps. */
  stepKind?: StepKind;
  growth: HeapGrowth;
  judgement: Judgement;
  external?: ExternalGrowth;
  processes?: ProcessEvidence;
  parts?: MemoryParts;
  finder: SiteFinder;
  map: ScriptMap;
}

type NotLeak = NonNullable<Findings['notLeaks']>[number];

export async function composeFindings(
  evidence: Evidence,
): Promise<{ findings: Findings; sources: SourceExcerpt[] }> {
  const { source, judgement, growth } = evidence;
  const span = spanOf(evidence.snapshots, evidence.axis, evidence.stepKind);
  const suspects: Suspect[] = [];
  const listed = judgement.verdict === 'leak' ? judgement.leaks : judgement.unsettled;
  const proofs = await Proofs.of(source);
  for (const one of listed) {
    const sites = await evidence.finder.sitesOf(one.owner.facts);
    const facts = await evidence.finder.named(one.owner.facts);
    const path = await pathEntries(evidence.finder, facts);
    const named = { ...one, owner: { ...one.owner, facts } };
    suspects.push({
      finding: heapFinding(named, sites, path, evidence, span, proofs),
      p: one.verdict.p,
      entries: one.owner.facts.entries,
    });
  }
  const { processes, parts, snapshots } = evidence;
  const { cwd } = source.recording;
  const judged = withExternal(evidence, span, suspects);
  const told = withLeftProcesses(judged, suspects, processes, snapshots, span, cwd);
  const { verdict, confidence, reasons } = told;
  suspects.sort(
    (a, b) => rank(b.finding) - rank(a.finding) || b.finding.growth.bytes - a.finding.growth.bytes,
  );
  const found = suspects.map(({ finding }) => finding);
  const sources = await makeExcerpts(found, evidence.map, evidence.source.recording.createdAt);
  const list = suspects.map(({ finding, entries }) => withRule(finding, entries, sources));
  // Of a leak there is no more to say than of its first finding; other findings speak for themselves.
  const firstly = verdict === 'leak' ? (list[0]?.reasons ?? []) : [];

  const { totals } = growth;
  const gained = totals[totals.length - 1].bytes - totals[0].bytes;
  const findings: Findings = {
    format: FINDINGS_FORMAT,
    engine: ENGINE_VERSION,
    runtime: source.runtime,
    verdict,
    // A watch may have made a finding surer.
    confidence: round(
      verdict === 'leak' ? Math.max(confidence, ...list.map((one) => one.confidence)) : confidence,
    ),
    reasons: [...reasons, ...firstly, ...source.warnings],
    growth: {
      bytes: gained,
      ...(span.steps
        ? {
            bytesPerStep: round(gained / span.steps),
            steps: span.steps,
            ...(span.stepKind ? { stepKind: span.stepKind } : {}),
          }
        : {}),
      ...(span.seconds ? { bytesPerSecond: round(gained / span.seconds) } : {}),
      seconds: round(span.seconds),
      slopeConfidence: round(1 - (suspects[0]?.p ?? totalsP(evidence))),
    },
    findings: list,
    ...(processes ? { processes: processes.facts } : {}),
    ...(parts ? { memoryParts: parts } : {}),
    notLeaks: notLeaks(judgement.sound, verdict === 'leak' ? judgement.unsettled : []),
  };
  return { findings, sources };
}

interface Suspect {
  finding: Finding;
  /** Mann-Kendall's, of its series. */
  p: number;
  entries: readonly EntryFact[];
}

/** The verdict with growth outside the heap, which is added to the suspects where it says more than they do. */
function withExternal(
  { external, judgement, snapshots }: Evidence,
  span: Span,
  suspects: Suspect[],
): Pick<Findings, 'verdict' | 'confidence' | 'reasons'> {
  const inHeap = suspects.map(({ finding }) => finding);
  const finding = external && externalFinding(external, snapshots, span, inHeap);
  const { verdict, confidence, reasons } = judgement;
  if (!finding || (verdict === 'leak' && external.verdict.trend !== 'leak')) return judgement;
  const outside = { finding, p: external.verdict.p, entries: [] };
  if (external.verdict.trend === 'leak' && verdict === 'leak') {
    suspects.push(outside);
    return {
      verdict,
      confidence: Math.max(confidence, external.verdict.confidence),
      reasons: [...reasons, 'Memory outside the JavaScript heap keeps growing too.'],
    };
  }
  if (external.verdict.trend === 'leak') {
    suspects.splice(0, suspects.length, outside);
    return {
      verdict: 'leak',
      confidence: external.verdict.confidence,
      reasons: ['Memory outside the JavaScript heap keeps growing.'],
    };
  }
  suspects.push(outside);
  if (verdict === 'inconclusive') return judgement;
  return {
    verdict: 'inconclusive',
    confidence: 0.5,
    reasons: ['Memory outside the JavaScript heap grew, but the evidence is thin.'],
  };
}

/** 0 for what the runtime keeps for itself: no code of the user's or of a package stores or holds it. */
function rank({ kind, storeSite, owner, retainingPath }: Finding): 0 | 1 {
  if (kind === 'external-memory') return 1;
  const sites = [storeSite, owner.site, ...retainingPath.map((entry) => entry.site)];
  return sites.some((site) => site && (isUserCode(site) || isInstalled(site.path ?? site.url))) ? 1 : 0;
}

/** By name: those of one name are one, with the reason of the largest. */
function notLeaks(sound: readonly JudgedOwner[], unsettled: readonly JudgedOwner[]): NotLeak[] {
  const byName = new Map<string, NotLeak>();
  for (const { owner, gain, verdict } of [...sound, ...unsettled]) {
    const name = owner.facts.display;
    const before = byName.get(name);
    if (before) before.bytes += gain.bytes;
    else byName.set(name, { name, bytes: gain.bytes, reason: verdict.reasons.join(' ') });
  }
  return [...byName.values()];
}

function heapFinding(
  one: JudgedOwner,
  found: OwnerSites,
  retainingPath: PathEntry[],
  evidence: Evidence,
  span: Span,
  proofs: Proofs,
): Finding {
  const { facts } = one.owner;
  const name = facts.display;
  // The same with and without a watch.
  const id = fingerprint(facts, found.storeSite);
  const owner = {
    className: facts.containerClass,
    name,
    nodeId: facts.nodeId,
    ...(found.ownerSite ? { site: found.ownerSite } : {}),
  };
  const proof = proofs.find(owner, id);
  const { sites, doubt, reasons } = proof ? withProof(found, proof) : { sites: found, doubt: 1, reasons: [] };
  return {
    id,
    title: titleOf(one, name, sites.storeSite, span),
    kind: facts.kind,
    confidence: round(1 - (1 - one.verdict.confidence) * doubt),
    reasons: [...reasons, ...reasonsOf(one, evidence.axis, span)],
    owner,
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
    ...(proof ? { proof } : {}),
  };
}

function totalsP({ growth, axis }: Evidence): number {
  return judgeSeries(growth.totals.map((total, i) => ({ x: axis.xs[i], ...total }))).p;
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
