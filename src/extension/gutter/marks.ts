/** From findings to the lines that are marked. */
import type { Finding, Findings, Site } from '../../protocol/findings.ts';
import type { SourceExcerpt } from '../../protocol/report.ts';
import { type LineText, lineTextOf } from '../source-lines.ts';
import { sitePath } from '../source-paths.ts';

/** `store`: it is put there into what holds it. `user`: your call that leads to it. */
export type MarkRole = 'store' | 'allocation' | 'user';
export type Severity = 'leak' | 'inconclusive';

/** Why a line is marked. */
export interface MarkReason {
  recordingDir: string;
  finding: Finding;
  role: MarkRole;
  site: Site;
  severity: Severity;
  /** Steps and seconds over which it was measured. */
  over: { steps?: number; seconds: number };
  /** The recording is still under way. */
  provisional: boolean;
}

export interface Mark {
  /** Absolute path on this machine. */
  path: string;
  /** From 0, in the file as it ran. */
  line: number;
  /** The line as it ran, where that is known. */
  text?: LineText;
  reason: MarkReason;
}

/** Of many allocation sites the first few hold nearly all. */
const MOST_ALLOCATIONS = 3;

/** The marks of one verdict: each finding at most once on a line, in the role that says most. */
export function marksOf(
  recordingDir: string,
  findings: Findings,
  sources: readonly SourceExcerpt[] | undefined,
  final: boolean,
): Mark[] {
  if (findings.verdict === 'no-leak') return [];
  const severity = findings.verdict;
  const { steps, seconds } = findings.growth;
  const marks: Mark[] = [];
  for (const finding of findings.findings) {
    const taken = new Set<string>();
    const add = (role: MarkRole, site: Site | undefined): void => {
      const path = site && sitePath(site);
      if (!path || !(site.line >= 1) || taken.has(`${path}:${site.line}`)) return;
      taken.add(`${path}:${site.line}`);
      marks.push({
        path,
        line: site.line - 1,
        text: lineTextOf(sources, site),
        reason: {
          recordingDir,
          finding,
          role,
          site,
          severity,
          over: { steps, seconds },
          provisional: !final,
        },
      });
    };
    add('store', finding.storeSite);
    for (const site of finding.allocationSites.slice(0, MOST_ALLOCATIONS)) add('allocation', site);
    add('user', finding.userSite);
  }
  return marks;
}

const ROLES: MarkRole[] = ['store', 'allocation', 'user'];

/** What one line shows: each finding once (the recording shown last speaks), the gravest and largest first. */
export function combined(reasons: readonly MarkReason[]): MarkReason[] {
  const byFinding = new Map<string, MarkReason>();
  for (const reason of reasons) {
    const other = byFinding.get(reason.finding.id);
    const keep =
      other?.recordingDir === reason.recordingDir && ROLES.indexOf(other.role) <= ROLES.indexOf(reason.role);
    if (!keep) byFinding.set(reason.finding.id, reason);
  }
  const grave = (reason: MarkReason): number => (reason.severity === 'leak' ? 0 : 1);
  return [...byFinding.values()].sort(
    (a, b) =>
      grave(a) - grave(b) ||
      ROLES.indexOf(a.role) - ROLES.indexOf(b.role) ||
      b.finding.growth.bytes - a.finding.growth.bytes,
  );
}
