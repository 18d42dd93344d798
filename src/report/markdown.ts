/** The report for an issue or a pull request on GitHub. Text from the program never becomes markup, link or mention. */

import { formatBytes, formatCount, formatDuration } from '../base/units.ts';
import { budgetSentence } from '../protocol/budget-words.ts';
import { capacityOf } from '../protocol/capacity.ts';
import type { Finding, Site, Verdict } from '../protocol/findings.ts';
import { partsNotes, processText } from '../protocol/process-words.ts';
import type { ReportData } from '../protocol/report.ts';
import { closedSentence, evictionSentence, heldSentence } from '../protocol/session-words.ts';
import type { SessionsReport } from '../protocol/sessions.ts';
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
  siteFile,
  siteLabel,
  sitesOf,
  stepNoun,
  unticked,
  VERDICT_WORDS,
  verdictSentence,
} from '../protocol/wording.ts';
import { ledgerLines } from './ledger.ts';

const MARKS: Record<Verdict, string> = { leak: '🔴', 'no-leak': '🟢', inconclusive: '🟡' };
/** GitHub refuses comments of more than 65,536 characters: the lists are cut well before. */
const MAX_FINDINGS = 8;
const MAX_ROWS = 12;
const MAX_NAME = 120;
const MAX_SENTENCE = 800;

/** The whole report, ending in a newline. Paths are relative to the recording's working folder. */
export function renderMarkdown(data: ReportData): string {
  const { findings } = data;
  const out = [
    `## ${MARKS[findings.verdict]} ${VERDICT_WORDS[findings.verdict]}: ${prose(verdictSentence(findings))}`,
    ...(findings.verdict === 'leak' ? [] : [list(findings.reasons)]),
    ...findings.findings
      .slice(0, MAX_FINDINGS)
      .map((finding, i) => section(data, finding, i, findings.findings.length)),
  ];
  const rest = findings.findings.slice(MAX_FINDINGS);
  if (rest.length) out.push(`And ${counted(rest.length, 'more finding')}.`);
  out.push(...processes(data));
  if (findings.budgets?.length) {
    out.push('### Budgets', list(findings.budgets.map((row) => `${row.level}: ${budgetSentence(row)}`)));
  }
  if (findings.ignored?.length) {
    const { cwd } = data.recording;
    const rows = findings.ignored.map((finding) => {
      const site = finding.storeSite ?? finding.userSite;
      const rate = gainOf(finding);
      const at = site ? `, ${code(siteLabel(site, cwd), MAX_SENTENCE)}` : '';
      return `${code(finding.owner.name)}, ${rate}${at}: ${prose(ignoredWhy(finding))}`;
    });
    out.push(
      '### Ignored',
      list(rows, (row) => row),
    );
  }
  const ledger = ledgerLines(data.ledger);
  if (ledger.length) out.push('### What is still alive, by who allocated it', list(ledger));
  if (findings.notLeaks?.length) {
    const rows = findings.notLeaks
      .slice(0, MAX_ROWS)
      .map((row) => `${prose(row.name)} (${formatBytes(row.bytes)}): ${prose(row.reason)}`);
    out.push(
      `### Looked at, and fine`,
      list(rows, (row) => row),
    );
  }
  if (data.sessions) out.push(...sessionsMarkdown(data.sessions));
  out.push(`<sub>${footer(data)}</sub>`);
  return `${out.join('\n\n')}\n`;
}

/** What runs beside the program, and where memory grew. */
function processes({ findings: { processes, memoryParts }, recording }: ReportData): string[] {
  const { notes = [], rows = [] } = processes ?? {};
  const lines = [...notes, ...(memoryParts ? partsNotes(memoryParts) : [])];
  const left = rows.filter(({ state }) => state !== 'running').slice(0, MAX_ROWS);
  // The notes name three of each kind.
  if (left.length > 3) lines.push(...left.map((row) => processText(row, recording.cwd)));
  return lines.length ? [`### ${processes ? 'Processes and memory' : 'Memory'}`, list(lines)] : [];
}

function sessionsMarkdown(report: SessionsReport): string[] {
  const rows = report.pools.map((pool) => {
    const use = pool.use ? `${formatCount(pool.use.active)} / ${formatCount(pool.use.idle)}` : '';
    const cells = [
      `${code(pool.name)} (${plain(printable(pool.className, MAX_NAME))})`,
      formatCount(pool.entries),
      use,
      formatBytes(pool.bytes),
      `${formatBytes(pool.size.median)} / ${formatBytes(pool.size.p90)}`,
      plain(evictionSentence(pool.eviction, pool.entries)),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const formulas = report.pools.flatMap((pool) => {
    const capacity = pool.with === undefined ? capacityOf(report, pool) : undefined;
    return capacity ? [`\`${unticked(pool.name)}\`: ${capacity.formula}.`] : [];
  });
  const { closed } = report;
  const held = closed ? [closedSentence(closed), ...closed.held.slice(0, 3).map(heldSentence)] : [];
  return [
    '### Agents and sessions',
    rows.length
      ? [
          '| Pool | Entries | Active / idle | Retained | Median / p90 | Eviction |',
          '|---|---|---|---|---|---|',
          ...rows,
        ].join('\n')
      : '',
    formulas.length ? list(formulas) : '',
    held.length ? list(held) : '',
  ].filter(Boolean);
}

function section(data: ReportData, finding: Finding, index: number, total: number): string {
  const { cwd } = data.recording;
  const rank = total > 1 ? `${index + 1}. ` : '';
  const rates = allRates(finding.growth, countedNoun(finding));
  const rows: [string, string][] = [
    ['How fast', rates],
    [
      'Held by',
      finding.retainingPath.length ? code(pathNames(finding.retainingPath).join(' > '), MAX_SENTENCE) : '',
    ],
    ['Proof', finding.proof ? prose(proofLine(finding.proof)) : ''],
    ...sitesOf(finding).map(({ role, site }): [string, string] => [role, place(site, cwd)]),
    ['Gained', gained(finding)],
    [
      'Rule',
      finding.rule ? `${prose(finding.rule.title)} (${code(`heapline rules ${finding.rule.id}`)})` : '',
    ],
    ['Confidence', `${percent(finding.confidence)}: ${finding.reasons.map(prose).join(' ')}`],
  ];
  const parts = [
    `### ${rank}${code(finding.owner.name || finding.owner.className)}`,
    prose(finding.title),
    [
      '| | |',
      '|---|---|',
      ...rows.filter(([, text]) => text).map(([label, text]) => `| ${label} | ${text} |`),
    ].join('\n'),
    finding.storeSite ? excerpt(data, finding.storeSite) : '',
    finding.advice.length ? `**What to do**\n\n${list(finding.advice)}` : '',
  ];
  return parts.filter(Boolean).join('\n\n');
}

function place(site: Site, cwd: string | undefined): string {
  const label = code(siteLabel(site, cwd), MAX_SENTENCE);
  const fn = site.function ? ` in ${code(site.function)}` : '';
  return `${label}${fn}${site.evidence ? ` (${prose(printable(site.evidence, 200))})` : ''}`;
}

function gained(finding: Finding): string {
  const shown = finding.gained
    .slice(0, MAX_ROWS)
    .map(
      (row) =>
        `${row.objects ? `${formatCount(row.objects)} ` : ''}${code(row.className)} (${formatBytes(row.bytes)})`,
    );
  const more = finding.gained.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? `, and ${counted(more, 'more class')}` : ''}`;
}

function excerpt(data: ReportData, site: Site): string {
  const found = excerptOf(data.sources, site);
  if (!found) return '';
  const digits = String(found.firstLine + found.lines.length).length;
  const lines = found.lines.map((line, i) => {
    const number = found.firstLine + i;
    return `${number === site.line ? '>' : ' '} ${String(number).padStart(digits)} | ${printable(line, 200)}`;
  });
  const body = lines.join('\n');
  const fence = '`'.repeat(Math.max(3, longestRun(body) + 1));
  const language = /\.[cm]?tsx?$/.test(siteFile(site))
    ? 'ts'
    : /\.[cm]?jsx?$/.test(siteFile(site))
      ? 'js'
      : '';
  return `${fence}${language}\n${body}\n${fence}`;
}

function footer(data: ReportData): string {
  const { findings, recording, timeline, classes } = data;
  const snapshots = timeline.snapshots.length || classes.snapshots.length;
  return [
    counted(snapshots, 'snapshot'),
    findings.growth.steps ? counted(findings.growth.steps, stepNoun(findings.growth.stepKind)) : '',
    recording.durationMs > 0
      ? `${formatDuration(recording.durationMs)} (paused ${formatDuration(recording.pausedMs)})`
      : '',
    plain(`${findings.runtime.name} ${findings.runtime.version}`),
    `confidence ${percent(findings.confidence)}`,
    plain(`Heapline ${findings.engine}`),
  ]
    .filter(Boolean)
    .join(' · ');
}

function list(items: readonly string[], render = prose): string {
  return items.map((item) => `- ${render(item)}`).join('\n');
}

/** Sentences of ours that hold names from the program between backticks, and perhaps elsewhere. */
function prose(text: string): string {
  return codeSpans(printable(text, MAX_SENTENCE))
    .map((span) => (span.code ? code(span.text, MAX_SENTENCE) : plain(span.text)))
    .join('');
}

/** A code span (CommonMark 6.1): delimited by more backticks than any run inside. */
function code(text: string, max = MAX_NAME): string {
  const shown = printable(text, max) || ' ';
  // In a GFM table a pipe ends the cell even in a code span, and no escape of it survives a backslash before.
  if (shown.includes('|')) return `<code>${plain(shown)}</code>`;
  const ticks = '`'.repeat(longestRun(shown) + 1);
  const pad = /^`|`$|^ .* $/.test(shown) ? ' ' : '';
  return `${ticks}${pad}${shown}${pad}${ticks}`;
}

/** Plain text: no markup, HTML or math, and no GitHub mention, issue reference or bare link. */
function plain(text: string): string {
  return text.replace(/[\\`*_[\]~$&<>|@#]|(?<=\bGH)-|:(?=\/\/)|(?<=\bwww)\./gi, (char) => {
    if ('&<>|'.includes(char)) return `&#${char.charCodeAt(0)};`;
    return '@#-:.'.includes(char) ? `${char}&#8203;` : `\\${char}`;
  });
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
