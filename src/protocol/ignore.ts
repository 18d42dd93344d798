/** Leaks that somebody decided to leave: what `.heapline/ignore.json` says, and a verdict without them. */

import type { Finding, Findings } from './findings.ts';
import { counted, unticked } from './wording.ts';

/** Exactly one of `finding`, `rule` and `owner`. */
export interface IgnoreEntry {
  /** A finding's id. */
  finding?: string;
  /** A rule's id: all findings that match it. */
  rule?: string;
  /** A finding's owner as it is called: `AgentMemory.history`. */
  owner?: string;
  reason: string;
  /** The last day on which it counts: `2027-01-31`. */
  expires?: string;
}

/** What an ignore file says, as read. */
export interface IgnoreList {
  entries: readonly IgnoreEntry[];
  /** What is wrong with the file, in sentences. */
  problems: readonly string[];
}

/** So many findings are listed of those that count. */
const MOST_LISTED = 10;

/** The verdict with the first findings alone, and how many those are of. */
export function mostImportant(findings: Findings): Findings {
  const { length } = findings.findings;
  if (length <= MOST_LISTED) return findings;
  const what = findings.verdict === 'leak' ? 'leaks' : 'suspects';
  return {
    ...findings,
    findings: findings.findings.slice(0, MOST_LISTED),
    reasons: [...findings.reasons, `The first ${MOST_LISTED} of ${length} ${what} are listed.`],
  };
}

/**
 * The verdict without what is ignored, which is listed under `ignored`; entries that have expired are named in the
 * reasons. @param findings as the engine gave them @param today `2026-11-20`, where the reader is
 */
export function withoutIgnored(findings: Findings, list: IgnoreList, today: string): Findings {
  const counting: Finding[] = [];
  const ignored: Finding[] = [];
  const remarks = [...list.problems];
  for (const finding of findings.findings) {
    const entries = list.entries.filter((entry) => isAbout(entry, finding));
    const entry = entries.find(({ expires }) => expires === undefined || expires >= today);
    if (entry) {
      const { reason, expires } = entry;
      ignored.push({ ...finding, ignored: { reason, ...(expires === undefined ? {} : { expires }) } });
      continue;
    }
    counting.push(finding);
    for (const { reason, expires } of entries)
      remarks.push(
        `${nameOf(finding)} was ignored until ${expires} (${unticked(reason)}): that has expired, and it counts again.`,
      );
  }
  if (!ignored.length && !remarks.length) return mostImportant(findings);
  if (!ignored.length) return mostImportant({ ...findings, reasons: [...findings.reasons, ...remarks] });
  const what = findings.verdict === 'leak' ? 'leak' : 'suspect';
  const told = ignored.map((finding) => `${nameOf(finding)} (${unticked(finding.ignored!.reason)})`);
  const sentence = `${counted(ignored.length, what)} ${ignored.length === 1 ? 'is' : 'are'} ignored: ${told.join(', ')}.`;
  if (!counting.length) {
    return {
      ...findings,
      verdict: 'no-leak',
      reasons: [sentence, ...remarks, ...others(findings)],
      findings: [],
      ignored,
    };
  }
  return mostImportant({
    ...findings,
    confidence:
      findings.verdict === 'leak'
        ? Math.max(...counting.map(({ confidence }) => confidence))
        : findings.confidence,
    reasons: [...reasonsOf(findings, counting), sentence, ...remarks],
    findings: counting,
    ignored,
  });
}

/** `2027-01-31`, and a day that there is. */
export function isDay(value: unknown): value is string {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

function isAbout({ finding, rule, owner }: IgnoreEntry, one: Finding): boolean {
  return finding === one.id || (rule !== undefined && rule === one.rule?.id) || owner === one.owner.name;
}

function nameOf({ owner }: Finding): string {
  return `\`${unticked(owner.name)}\``;
}

/** What was given as a reason for the whole, without what speaks for single findings, nor how many there are. */
function others({ reasons, findings }: Findings): string[] {
  const own = new Set(findings.flatMap((finding) => finding.reasons));
  return reasons.slice(1).filter((reason) => !own.has(reason));
}

/** Of a leak, the reasons of the first finding that counts stand in place of those of the first of all. */
function reasonsOf(findings: Findings, counting: readonly Finding[]): string[] {
  if (findings.verdict !== 'leak' || counting[0] === findings.findings[0]) return findings.reasons;
  const grow = counting.length === 1 ? 'One owner keeps growing.' : `${counting.length} owners keep growing.`;
  return [grow, ...counting[0].reasons, ...others(findings)];
}
