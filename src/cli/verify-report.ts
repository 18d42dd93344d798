/** What became of leaks, as text and as JSON. */
import { formatBytes } from '../base/units.ts';
import type { LeakComparison, RunComparison } from '../protocol/compare-runs.ts';
import type { Finding } from '../protocol/findings.ts';
import type { ReportData } from '../protocol/report.ts';
import { counted, gainOf, percent, printable, siteLabel, stepNoun } from '../protocol/wording.ts';
import type { Painter } from './terminal.ts';

export interface VerifyResult {
  comparison: RunComparison;
  before: ReportData;
  after: ReportData;
  /** Why the runs can't well be compared. */
  remarks: readonly string[];
}

const WORDS: Record<RunComparison['outcome'], string> = {
  fixed: 'FIXED',
  'not-fixed': 'NOT FIXED',
  inconclusive: 'INCONCLUSIVE',
};
const OUTCOMES: Record<LeakComparison['outcome'], string> = {
  fixed: 'fixed',
  smaller: 'better, not gone',
  unchanged: 'not fixed',
  unknown: 'not certain yet',
};

/** @param cwd paths inside it are shown relative to it */
export function verifyText(
  { comparison, before, after, remarks }: VerifyResult,
  paint: Painter,
  cwd: string,
): string {
  const { outcome, leaks, newLeaks } = comparison;
  const lines = [
    `${paint(outcome === 'not-fixed' ? 'red' : 'bold', WORDS[outcome])}  ${sentence(comparison)}`,
    '',
  ];
  for (const one of leaks) {
    const { leak, confidence } = one;
    lines.push(
      `  ${paint('bold', printable(leak.owner.name))}: ${OUTCOMES[one.outcome]}`,
      `      before  ${rate(one.before, one.per)} (${percent(confidence.before)} sure)${at(leak, cwd)}`,
      `      after   ${one.outcome === 'unknown' && one.after === undefined ? 'not known' : rate(one.after, one.per)} (${percent(confidence.after)} sure)`,
    );
  }
  for (const leak of newLeaks)
    lines.push(
      `  ${paint('bold', printable(leak.owner.name))}: ${paint('red', 'new')}`,
      `      after   ${gainOf(leak)} (${percent(leak.confidence)} sure)${at(leak, cwd)}`,
    );
  for (const text of [...remarks, ...(outcome === 'inconclusive' ? whyNot(after) : [])])
    lines.push(`  ${printable(text, 1000)}`);
  for (const finding of after.findings.ignored ?? [])
    lines.push(`  ${printable(finding.owner.name)} is ignored: ${printable(finding.ignored!.reason, 1000)}`);
  lines.push('', paint('dim', `Before: ${runText(before)}. After: ${runText(after)}.`));
  return `${lines.join('\n')}\n`;
}

function sentence({ outcome, leaks, newLeaks }: RunComparison): string {
  const gone = leaks.filter((one) => one.outcome === 'fixed').length;
  const all = leaks.length === 1 ? 'the leak is gone' : `all ${leaks.length} leaks are gone`;
  const fixed =
    gone === leaks.length
      ? all
      : gone
        ? `${gone} of ${leaks.length} leaks are gone`
        : 'none of the leaks is gone';
  if (outcome === 'fixed') return `${fixed}, and there is no new one.`;
  if (outcome === 'inconclusive') return 'the second run does not tell for certain.';
  return `${fixed}${newLeaks.length ? `, ${counted(newLeaks.length, 'new leak')}` : ''}.`;
}

function whyNot({ findings }: ReportData): string[] {
  return findings.verdict === 'inconclusive' ? findings.reasons : [];
}

function rate(bytes: number | undefined, per: LeakComparison['per']): string {
  return bytes === undefined ? 'an unknown amount' : `${formatBytes(bytes)} a ${per}`;
}

function at({ storeSite, userSite }: Finding, cwd: string): string {
  const site = storeSite ?? userSite;
  return site ? `, stored at ${printable(siteLabel(site, cwd), 1000)}` : '';
}

function runText({ recording, findings }: ReportData): string {
  const { steps, stepKind } = findings.growth;
  const done = steps ? counted(steps, stepNoun(stepKind)) : undefined;
  return [printable(recording.name), done].filter(Boolean).join(', ');
}

/** `heapline-verify/1`: protocol/verify.schema.json. */
export function verifyJson({ comparison, before, after, remarks }: VerifyResult, engine: string): object {
  const run = ({ recording, findings }: ReportData): object => ({
    recording: recording.name,
    verdict: findings.verdict,
    confidence: findings.confidence,
    ...(findings.growth.steps === undefined ? {} : { steps: findings.growth.steps }),
    seconds: findings.growth.seconds,
  });
  return {
    format: 'heapline-verify/1',
    engine,
    outcome: comparison.outcome,
    before: run(before),
    after: run(after),
    leaks: comparison.leaks.map(({ leak, outcome, per, confidence, ...rates }) => ({
      ...nameOf(leak),
      outcome,
      per,
      ...(rates.before === undefined ? {} : { bytesBefore: rates.before }),
      ...(rates.after === undefined ? {} : { bytesAfter: rates.after }),
      confidenceBefore: confidence.before,
      confidenceAfter: confidence.after,
    })),
    newLeaks: comparison.newLeaks.map((leak) => ({
      ...nameOf(leak),
      title: leak.title,
      confidence: leak.confidence,
      ...(leak.growth.bytesPerStep === undefined ? {} : { bytesPerStep: leak.growth.bytesPerStep }),
      ...(leak.growth.bytesPerSecond === undefined ? {} : { bytesPerSecond: leak.growth.bytesPerSecond }),
      ...(leak.storeSite ? { storeSite: leak.storeSite } : {}),
    })),
    remarks,
  };
}

function nameOf({ id, owner, rule }: Finding): object {
  return { id, name: owner.name, ...(rule ? { rule: rule.id } : {}) };
}
