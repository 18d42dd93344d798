/** The report for a terminal. The first three lines say what leaks, where it is stored and what holds it. */

import { formatBytes, formatCount, formatDuration } from '../base/units.ts';
import { budgetSentence } from '../protocol/budget-words.ts';
import type { Finding, Site, Verdict } from '../protocol/findings.ts';
import { partsNotes, processText } from '../protocol/process-words.ts';
import type { ReportData } from '../protocol/report.ts';
import {
  allRates,
  codeSpans,
  counted,
  countedNoun,
  excerptOf,
  gainOf,
  ignoredWhy,
  pathNames,
  percent,
  printable,
  proofLine,
  siteLabel,
  siteOrigin,
  sitesOf,
  stepNoun,
  VERDICT_WORDS,
  verdictSentence,
} from '../protocol/wording.ts';
import { ledgerLines } from './ledger.ts';
import { sessionsText } from './sessions-text.ts';
import { type Span, type Style, wrap } from './wrap.ts';

export interface TextOptions {
  color: boolean;
  /** Columns. */
  width: number;
  /** Paths inside it are shown relative to it: where the reader's terminal is. Default: this process's. */
  cwd?: string;
}

const VERDICT_STYLES: Record<Verdict, Style> = { leak: 'red', 'no-leak': 'green', inconclusive: 'yellow' };
const LABEL = 13;
/** Findings told in full; the others get one line each. */
const IN_FULL = 3;
const IN_SHORT = 20;
const MAX_NAME = 80;

/** The whole report as lines of at most `width` columns (paths are never broken), with a newline at the end. */
export function renderText(data: ReportData, options: TextOptions): string {
  const page = new Page(options);
  head(page, data);
  const { findings, verdict } = data.findings;
  for (const [i, finding] of findings.slice(0, IN_FULL).entries()) {
    page.blank();
    const word = verdict === 'leak' ? 'Leak' : 'Suspect';
    const rank = findings.length > 1 ? `${word} ${i + 1} of ${findings.length}: ` : '';
    page.add([{ text: rank, style: 'bold' }, ...prose(finding.title)], { indent: 2 });
    findingRows(page, finding, data.sources);
  }
  if (findings.length > IN_FULL) {
    page.blank();
    for (const [i, finding] of findings.slice(IN_FULL, IN_SHORT).entries()) {
      const at = finding.storeSite ?? finding.userSite;
      const where: Span[] = at ? [{ text: ' at ' }, page.site(at)] : [];
      page.add([{ text: `${IN_FULL + i + 1}. ` }, ...prose(finding.title), ...where], { indent: 3 });
    }
    if (findings.length > IN_SHORT) page.add([{ text: `${findings.length - IN_SHORT} more.` }]);
  }
  processes(page, data);
  budgets(page, data);
  ledger(page, data);
  ignored(page, data);
  fine(page, data);
  if (data.sessions) {
    page.blank();
    page.add([{ text: 'Agents and sessions', style: 'bold' }]);
    page.text(sessionsText(data.sessions, options));
  }
  remarks(page, data);
  footer(page, data);
  return page.toString();
}

function head(page: Page, data: ReportData): void {
  const { verdict, reasons, findings } = data.findings;
  const word = VERDICT_WORDS[verdict].toUpperCase();
  const indent = word.length + 2;
  page.add(prose(verdictSentence(data.findings), 'bold'), {
    first: { text: `${word}  `, style: VERDICT_STYLES[verdict] },
    indent,
  });
  const first = findings[0];
  const lead = { text: ' '.repeat(indent) };
  if (verdict === 'leak' && first) {
    const at = first.storeSite ?? first.userSite ?? first.allocationSites[0];
    if (at) {
      const stored = first.kind === 'processes' ? 'started' : 'stored';
      const word = at === first.storeSite ? stored : at === first.userSite ? 'your line is' : 'allocated';
      const fn: Span[] = at.function ? [{ text: ` in ${name(at.function)}`, style: 'dim' }] : [];
      page.add([{ text: `${word} at ` }, page.site(at), ...fn], { first: lead, indent });
    }
    if (first.retainingPath.length) {
      page.add([{ text: 'held by ' }, ...pathSpans(first)], { first: lead, indent });
    }
    // Memory outside the heap has neither a line nor a holder.
    if (!at && !first.retainingPath.length && first.reasons.length) {
      page.add(prose(first.reasons[0]), { first: lead, indent });
    }
    if (findings.length > 1) {
      page.add([{ text: `and ${counted(findings.length - 1, 'more finding')} below` }], {
        first: lead,
        indent,
      });
    }
  } else {
    for (const reason of reasons) page.add(prose(reason), { first: lead, indent });
  }
}

function findingRows(page: Page, finding: Finding, sources: ReportData['sources']): void {
  const { growth } = finding;
  const noun = countedNoun(finding);
  const rates = allRates(growth, noun);
  if (rates) page.row('how fast', [{ text: rates }]);
  const points = growth.perSnapshot;
  if (points.length > 1) {
    const last = points.at(-1)!;
    const objects = growth.objects
      ? `, ${formatCount(points[0].objects)} to ${counted(last.objects, noun)}`
      : '';
    page.row('growth', [
      { text: bars(points.map((point) => point.bytes)), style: 'cyan' },
      {
        text: ` ${formatBytes(points[0].bytes)} to ${formatBytes(last.bytes)}${objects}, in ${counted(points.length, 'snapshot')}`,
      },
    ]);
  }
  if (finding.retainingPath.length) page.row('held by', pathSpans(finding));
  if (finding.proof) page.row('proof', prose(printable(proofLine(finding.proof))));
  for (const { role, site } of sitesOf(finding)) {
    const code = siteSpans(page, site);
    page.row(role.toLowerCase(), /^(Stored|Started) at$|^Your code$/.test(role) ? bold(code) : code);
    const excerpt = role === 'Class' ? undefined : excerptOf(sources, site);
    const line = excerpt?.lines[site.line - excerpt.firstLine].trim();
    if (line) page.row('', [{ text: `${site.line} | ${printable(line, 120)}`, style: 'dim' }]);
  }
  if (finding.gained.length) {
    const parts = finding.gained
      .slice(0, 4)
      .map(
        (row) =>
          `${row.objects ? `${formatCount(row.objects)} ` : ''}${name(row.className)} (${formatBytes(row.bytes)})`,
      );
    if (finding.gained.length > 4) parts.push(`and ${counted(finding.gained.length - 4, 'more class')}`);
    page.row('gained', [{ text: parts.join(', ') }]);
  }
  if (finding.rule) {
    page.row('rule', [
      { text: name(finding.rule.title) },
      { text: `; heapline rules ${name(finding.rule.id)}`, style: 'dim' },
    ]);
  }
  for (const [i, line] of finding.advice.entries()) page.row(i ? '' : 'what to do', prose(line));
  page.row('confidence', [{ text: percent(finding.confidence) }]);
  for (const reason of finding.reasons) page.row('', prose(reason));
  page.row('id', [{ text: printable(finding.id, 200), style: 'dim' }]);
}

/** What runs beside the program, and where memory grew. */
function processes(page: Page, { findings: { processes, memoryParts } }: ReportData): void {
  const { notes = [], rows = [] } = processes ?? {};
  const lines = [...notes, ...(memoryParts ? partsNotes(memoryParts) : [])];
  if (!lines.length) return;
  page.blank();
  page.add([{ text: processes ? 'Processes and memory' : 'Memory', style: 'bold' }]);
  for (const line of lines) page.add(prose(line), { first: { text: '  ' }, indent: 4 });
  // The notes name three of each kind.
  const left = rows.filter(({ state }) => state !== 'running');
  if (left.length <= IN_FULL) return;
  for (const row of left.slice(0, IN_SHORT))
    page.add(prose(processText(row, page.cwd)), { first: { text: '  - ' }, indent: 6 });
  if (left.length > IN_SHORT) page.add([{ text: `  and ${left.length - IN_SHORT} more` }]);
}

function budgets(page: Page, { findings }: ReportData): void {
  const rows = findings.budgets ?? [];
  if (!rows.length) return;
  page.blank();
  page.add([{ text: 'Budgets', style: 'bold' }]);
  for (const row of rows) {
    const style = row.level === 'alert' ? 'red' : 'yellow';
    page.add(prose(budgetSentence(row)), {
      first: { text: `  ${row.level.toUpperCase().padEnd(5)}  `, style },
      indent: 9,
    });
  }
}

function ignored(page: Page, data: ReportData): void {
  const rows = data.findings.ignored ?? [];
  if (!rows.length) return;
  page.blank();
  page.add([{ text: 'Ignored', style: 'bold' }]);
  for (const finding of rows) {
    const { owner } = finding;
    const at = finding.storeSite ?? finding.userSite;
    const rate = gainOf(finding);
    page.add(
      [
        { text: `${name(owner.name)}, ${rate}` },
        ...(at ? [{ text: ', at ' }, page.site(at)] : []),
        { text: ': ' },
        ...prose(ignoredWhy(finding)),
      ],
      { first: { text: '  ' }, indent: 4 },
    );
  }
}

function fine(page: Page, data: ReportData): void {
  const rows = data.findings.notLeaks ?? [];
  if (!rows.length) return;
  page.blank();
  page.add([{ text: 'Looked at, and fine', style: 'bold' }]);
  for (const row of rows.slice(0, IN_SHORT)) {
    page.add([{ text: `${name(row.name)}, ${formatBytes(row.bytes)}: ` }, ...prose(row.reason)], {
      first: { text: '  ' },
      indent: 4,
    });
  }
  if (rows.length > IN_SHORT) page.add([{ text: `  and ${rows.length - IN_SHORT} more` }]);
}

function ledger(page: Page, data: ReportData): void {
  const lines = ledgerLines(data.ledger);
  if (!lines.length) return;
  page.blank();
  page.add([{ text: 'What is still alive, by who allocated it', style: 'bold' }]);
  for (const line of lines) page.add(prose(printable(line, 600)), { first: { text: '  ' }, indent: 4 });
}

/** What else was given as a reason: above all, what could not be used. Other verdicts begin with it. */
function remarks(page: Page, { findings: { verdict, reasons, findings } }: ReportData): void {
  const told = new Set(findings.flatMap((finding) => finding.reasons));
  const rest = verdict === 'leak' ? reasons.filter((reason) => !told.has(reason)) : [];
  if (!rest.length) return;
  page.blank();
  page.add([{ text: 'Remarks', style: 'bold' }]);
  for (const reason of rest) page.add(prose(reason), { first: { text: '  ' }, indent: 4 });
}

function footer(page: Page, data: ReportData): void {
  const { findings, recording, timeline, classes } = data;
  const parts = [
    `${name(recording.name)}: ${counted(timeline.snapshots.length || classes.snapshots.length, 'snapshot')}`,
    findings.growth.steps ? counted(findings.growth.steps, stepNoun(findings.growth.stepKind)) : '',
    recording.durationMs > 0
      ? `${formatDuration(recording.durationMs)}, of which Heapline paused the program ${formatDuration(recording.pausedMs)}`
      : '',
    `${findings.runtime.name} ${findings.runtime.version}`,
    `confidence ${percent(findings.confidence)}`,
    `Heapline ${findings.engine}`,
  ];
  page.blank();
  page.add([{ text: `${parts.filter(Boolean).join('; ')}.`, style: 'dim' }]);
}

/** Lines, gathered. */
class Page {
  private readonly lines: string[] = [];
  private readonly options: TextOptions;
  readonly cwd: string;

  constructor(options: TextOptions) {
    this.options = options;
    this.cwd = options.cwd ?? process.cwd();
  }

  add(spans: Span[], layout: { first?: Span; indent?: number } = {}): void {
    const { color } = this.options;
    this.lines.push(...wrap(spans, { color, width: Math.max(24, this.options.width), ...layout }));
  }

  row(label: string, spans: Span[]): void {
    this.add(spans, { first: { text: `  ${label}`.padEnd(LABEL + 2), style: 'dim' }, indent: LABEL + 2 });
  }

  text(lines: string): void {
    this.lines.push(...lines.trimEnd().split('\n'));
  }

  blank(): void {
    this.lines.push('');
  }

  site(site: Site): Span {
    return { text: siteLabel(site, this.cwd), style: 'cyan', solid: true };
  }

  toString(): string {
    return `${this.lines.join('\n')}\n`;
  }
}

function siteSpans(page: Page, site: Site): Span[] {
  const notes = [
    site.function ? `in ${name(site.function)}` : '',
    siteOrigin(site) === 'library' ? 'library' : siteOrigin(site) === 'runtime' ? 'runtime' : '',
    printable(site.evidence ?? '', 200),
  ].filter(Boolean);
  return [
    page.site(site),
    ...(notes.length ? [{ text: ` ${notes.join('; ')}`, style: 'dim' as const }] : []),
  ];
}

function pathSpans(finding: Finding): Span[] {
  const names = pathNames(finding.retainingPath);
  return names.flatMap((text, i): Span[] => [
    ...(i ? [{ text: ' > ', style: 'dim' as const }] : []),
    { text: name(text), ...(i === names.length - 1 ? { style: 'bold' as const } : {}) },
  ]);
}

function prose(text: string, style?: Style): Span[] {
  return codeSpans(text).map((span) =>
    span.code ? { text: `\`${span.text}\``, style: 'bold' } : { text: span.text, style },
  );
}

function bold(spans: Span[]): Span[] {
  return spans.map((span) => (span.solid ? { ...span, style: 'bold' } : span));
}

function name(text: string): string {
  return printable(text, MAX_NAME);
}

/** `▁▃▅█`: one bar per value, from 0 (or the least) to the largest. */
function bars(values: number[]): string {
  const least = Math.min(0, ...values);
  const most = Math.max(...values);
  const shown =
    values.length > 40 ? values.filter((_, i) => i % Math.ceil(values.length / 40) === 0) : values;
  return shown
    .map((v) => '▁▂▃▄▅▆▇█'[most === least ? 0 : Math.round(((v - least) / (most - least)) * 7)])
    .join('');
}
