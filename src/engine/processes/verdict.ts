import type { Finding, Findings } from '../../protocol/findings.ts';
import type { SnapshotEntry } from '../../protocol/recording.ts';
import type { Span } from '../span.ts';
import type { ProcessEvidence } from './evidence.ts';
import { isAbout, processFinding, withProcesses } from './finding.ts';

export type Told = Pick<Findings, 'verdict' | 'confidence' | 'reasons'>;

interface Suspect {
  finding: Finding;
  p: number;
  entries: readonly never[];
}

/**
 * The verdict with the processes that pile up: they prove a suspect that is about them, or become suspects of their
 * own. What only may be a leak gives way to what is one.
 */
export function withLeftProcesses<S extends Omit<Suspect, 'entries'>>(
  told: Told,
  suspects: (S | Suspect)[],
  evidence: ProcessEvidence | undefined,
  snapshots: readonly SnapshotEntry[],
  span: Span,
  cwd: string | undefined,
): Told {
  let result = told;
  const growing = [...(evidence?.growing ?? [])].sort((a, b) => b.rows.length - a.rows.length);
  for (const trend of ['leak', 'unsettled'] as const) {
    for (const one of growing.filter((each) => each.trend === trend)) {
      const about = suspects.find(({ finding }) => isAbout(finding, one));
      if (about) about.finding = withProcesses(about.finding, one, cwd);
      const own: Suspect = {
        finding: processFinding(one, snapshots, span, cwd),
        p: one.verdict.p,
        entries: [],
      };
      if (trend === 'leak' && result.verdict !== 'leak') {
        suspects.splice(0, suspects.length, about ?? own);
        const { confidence } = suspects[0].finding;
        result = { verdict: 'leak', confidence, reasons: [reason(one)] };
      } else if (!about && (trend === 'leak' || result.verdict !== 'leak')) {
        suspects.push(own);
        if (trend === 'leak') {
          const confidence = Math.max(result.confidence, one.verdict.confidence);
          result = { ...result, confidence, reasons: [...result.reasons, reason(one)] };
        } else if (result.verdict === 'no-leak') {
          const thin = `${reason(one)} The evidence is thin.`;
          result = { verdict: 'inconclusive', confidence: 0.5, reasons: [thin] };
        }
      }
    }
  }
  return result;
}

function reason({ group: { role } }: ProcessEvidence['growing'][number]): string {
  return `Ever more ${role === 'worker' ? 'worker threads' : 'child processes'} run that nobody uses.`;
}
