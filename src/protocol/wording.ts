/** How a verdict is put into words: shared by the text, Markdown and HTML reports and the views. */

import { formatBytes, formatCount, formatDuration } from '../base/units.ts';
import type {
  ContainerWatch,
  Finding,
  FindingGrowth,
  Findings,
  PathEntry,
  Site,
  StepKind,
  Verdict,
} from './findings.ts';
import type { TotalsFacts } from './recording.ts';
import type { SourceExcerpt } from './report.ts';

export const VERDICT_WORDS: Record<Verdict, string> = {
  leak: 'Leak',
  'no-leak': 'No leak',
  inconclusive: 'Inconclusive',
};

/** Longest text from a snapshot that is shown, in UTF-16 units. */
const MAX_SHOWN = 300;
/** The same, for a class in a list. */
const MAX_CLASS = 60;

/**
 * Text from a program's heap, made fit to show: control, format (bidi, zero-width) and line-separator characters
 * and lone surrogates become visible escapes (`\x1b`, `\u{202e}`); past `max` units it ends in `…`.
 */
export function printable(text: string, max = MAX_SHOWN): string {
  const cut = text.length > max ? `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…` : text;
  return cut.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (char) => {
    const code = char.codePointAt(0)!;
    if (char === '\n') return '\\n';
    if (char === '\t') return ' ';
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

export interface TextSpan {
  text: string;
  /** It stood between backticks: a name from the program. */
  code: boolean;
}

/** `a `b` c` -> three spans. A backtick without its partner stays text. */
export function codeSpans(text: string): TextSpan[] {
  const parts = text.split('`');
  if (parts.length % 2 === 0) parts.push(`${parts.splice(-2, 1)[0]}\`${parts.pop()}`);
  return parts.map((part, i) => ({ text: part, code: i % 2 === 1 })).filter((span) => span.text !== '');
}

/** `1 step`, `5,000 steps`, `2 classes`. */
export function counted(count: number, noun: string): string {
  const text = formatCount(count, Number.isInteger(count) ? 0 : 1);
  if (text === '1') return `1 ${noun}`;
  if (/[^aeiou]y$/.test(noun)) return `${text} ${noun.slice(0, -1)}ies`;
  return `${text} ${noun}${/(s|x|ch|sh)$/.test(noun) ? 'es' : 's'}`;
}

/** `1,204,311 objects, 84 MB (+3.1 MB since snapshot 2; most: Message +5,000)`. */
export function totalsText({ nodes, size, since, gained, gains = [] }: TotalsFacts): string {
  const held = `${counted(nodes, 'object')}, ${formatBytes(size)}`;
  if (since === undefined || gained === undefined) return held;
  const most = gains
    .map(({ className, count }) => `${printable(className, MAX_CLASS)} +${formatCount(count)}`)
    .join(', ');
  return `${held} (${gained < 0 ? '' : '+'}${formatBytes(gained)} since snapshot ${since}${most && `; most: ${most}`})`;
}

/** `0.97` -> `97 %`. */
export function percent(share: number): string {
  return `${Math.round(Math.min(1, Math.max(0, share)) * 100)} %`;
}

const STEP_NOUNS: Record<StepKind, string> = {
  model: 'model call',
  tool: 'tool call',
  run: 'run',
  session: 'session',
};

/** What a step is called: `step`, or what the agent was seen to do. */
export function stepNoun(kind: StepKind | undefined): string {
  return kind === undefined ? 'step' : STEP_NOUNS[kind];
}

/** The rate that says most: `1.24 MB a step`, or per second where no steps are known; undefined without either. */
export function mainRate(
  growth: Pick<FindingGrowth, 'bytesPerStep' | 'bytesPerSecond' | 'stepKind'>,
): string | undefined {
  if (growth.bytesPerStep !== undefined)
    return `${formatBytes(growth.bytesPerStep)} a ${stepNoun(growth.stepKind)}`;
  if (growth.bytesPerSecond !== undefined) return `${formatBytes(growth.bytesPerSecond)} a second`;
  return undefined;
}

/** How fast a finding grows, else by how much: `1.24 MB a step`; of processes whose memory is not known `0.9 processes a step`. */
export function gainOf({ kind, growth }: Pick<Finding, 'kind' | 'growth'>): string {
  const { bytes, objects, objectsPerStep, stepKind } = growth;
  if (kind !== 'processes' || bytes > 0) return mainRate(growth) ?? formatBytes(bytes);
  const noun = countedNoun({ kind });
  return objectsPerStep ? `${counted(objectsPerStep, noun)} a ${stepNoun(stepKind)}` : counted(objects, noun);
}

/** Every rate known: `1.24 MB and 500 objects a step; 620 kB and 250 objects a second`. @param noun what is counted */
export function allRates(growth: FindingGrowth, noun = 'object'): string {
  const rate = (bytes: number | undefined, objects: number | undefined, per: string): string[] => {
    const parts: string[] = [];
    if (bytes !== undefined) parts.push(formatBytes(bytes));
    if (objects) parts.push(counted(objects, noun));
    return parts.length ? [`${parts.join(' and ')} ${per}`] : [];
  };
  return [
    ...rate(growth.bytesPerStep, growth.objectsPerStep, `a ${stepNoun(growth.stepKind)}`),
    ...rate(growth.bytesPerSecond, growth.objectsPerSecond, 'a second'),
  ].join('; ');
}

/** Over how much was measured: `10 steps (20 s)`, `20 s`, `the snapshots given` for bare files. */
export function span(growth: Findings['growth']): string {
  const time = growth.seconds > 0 ? formatDuration(growth.seconds * 1000) : undefined;
  if (growth.steps) {
    const steps = counted(growth.steps, stepNoun(growth.stepKind));
    return time ? `${steps} (${time})` : steps;
  }
  return time ?? 'the snapshots given';
}

/** The verdict in one sentence, names between backticks; without the word itself. */
export function verdictSentence(findings: Findings): string {
  const [first] = findings.findings;
  const { growth } = findings;
  const signed = `${growth.bytes >= 0 ? '+' : ''}${formatBytes(growth.bytes)}`;
  if (findings.verdict === 'leak' && first) {
    const rate = mainRate(first.growth);
    const name = `\`${unticked(first.owner.name || first.owner.className)}\``;
    if (first.kind === 'processes') {
      const { objects, objectsPerStep, bytes, stepKind } = first.growth;
      const each = objectsPerStep ? `: ${formatCount(objectsPerStep, 1)} a ${stepNoun(stepKind)}` : '';
      const size = bytes > 0 ? `, ${formatBytes(bytes)} in all` : '';
      return `${formatCount(objects)} more of ${name} run, unused and not ended${each}${size}.`;
    }
    return rate
      ? `${name} gains ${rate}, never released.`
      : `${name} gained ${formatBytes(first.growth.bytes)}, never released.`;
  }
  if (findings.verdict === 'leak') {
    return `memory grows by ${mainRate(growth) ?? formatBytes(growth.bytes)} and is not released.`;
  }
  if (findings.verdict === 'no-leak' && findings.ignored?.length) {
    const names = findings.ignored.map(({ owner }) => `\`${unticked(owner.name || owner.className)}\``);
    return `nothing grows but what is ignored: ${names.join(', ')}.`;
  }
  if (findings.verdict === 'no-leak') return `live memory is bounded: ${signed} over ${span(growth)}.`;
  return `live memory changed by ${signed} over ${span(growth)}: not enough to tell a leak from growth that ends.`;
}

/** Of a finding that is ignored, why and until when: `in tests only (until 2027-01-31)`. */
export function ignoredWhy({ ignored }: Finding): string {
  if (!ignored) return '';
  return ignored.expires === undefined ? ignored.reason : `${ignored.reason} (until ${ignored.expires})`;
}

/** A name that is put between backticks must hold none. */
export function unticked(name: string): string {
  return name.replaceAll('`', "'");
}

/** Names from the root to what grows: `session > agent > memory > history[]`. */
export function pathNames(path: readonly PathEntry[]): string[] {
  return path
    .filter((entry, i) => path[i + 1]?.name !== `${entry.name}[]`)
    .map((entry) => entry.name || entry.className || entry.edge || '?');
}

/** Position in the path of the growing container: what follows is what it gains (and may bear its id). -1 for no path. */
export function containerIndex(finding: Finding): number {
  const path = finding.retainingPath;
  const at = path.findIndex((entry) => entry.nodeId === finding.owner.nodeId);
  return at >= 0 ? at : Math.max(Math.min(0, path.length - 1), path.length - 2);
}

/** What a finding counts. */
export function countedNoun({ kind }: Pick<Finding, 'kind'>): string {
  return kind === 'processes' ? 'process' : 'object';
}

export type SiteOrigin = 'user' | 'library' | 'runtime';

/** Whose code a site is in: the user's own, a package's, or the runtime's. */
export function siteOrigin(site: Site): SiteOrigin {
  const where = siteFile(site);
  if (/(^|[\\/])(node_modules|\.yarn|\.pnp)[\\/]/.test(where)) return 'library';
  return where === '' || /^(node|internal|wasm|electron|extensions|native|heapline):/.test(where)
    ? 'runtime'
    : 'user';
}

/** What a site's file is known by: its path on this machine, else its URL. */
export function siteFile(site: Site): string {
  return site.path ?? site.url;
}

/** `path:line:column`, relative to `cwd` where that is inside it and shorter. */
export function siteLabel(site: Site, cwd?: string): string {
  return `${relativeTo(siteFile(site), cwd)}:${site.line}:${site.column}`;
}

/** The lines around a site, where the report carries them. */
export function excerptOf(
  sources: readonly SourceExcerpt[] | undefined,
  site: Site,
): SourceExcerpt | undefined {
  const file = siteFile(site);
  return sources?.find(
    ({ path, firstLine, lines }) =>
      path === file && site.line >= firstLine && site.line < firstLine + lines.length,
  );
}

function relativeTo(path: string, cwd: string | undefined): string {
  if (!cwd) return path;
  const folder = /[\\/]$/.test(cwd) ? cwd : `${cwd}${cwd.includes('\\') ? '\\' : '/'}`;
  return path.startsWith(folder) && path.length > folder.length ? path.slice(folder.length) : path;
}

/** The places worth showing, best first, each once: where it is stored, the user's own, other candidates, allocations. */
export function sitesOf(finding: Finding): { role: string; site: Site }[] {
  const all = [
    { role: finding.kind === 'processes' ? 'Started at' : 'Stored at', site: finding.storeSite },
    { role: 'Your code', site: finding.userSite },
    ...finding.allocationSites.map((site) => ({ role: 'Allocated at', site })),
    ...(finding.otherStoreSites ?? []).map((site) => ({ role: 'Or stored at', site })),
    { role: 'Class', site: finding.owner.site },
  ];
  const seen = new Set<string>();
  return all.filter((entry): entry is { role: string; site: Site } => {
    if (!entry.site) return false;
    const key = siteLabel(entry.site);
    return seen.has(key) ? false : Boolean(seen.add(key));
  });
}

/** `memory.ts:14`. */
export function shortSite(site: Site): string {
  return `${siteFile(site).split(/[\\/]/).pop()}:${site.line}`;
}

/** `48 of 48 inserts watched came from memory.ts:14; nothing was removed`. */
export function proofLine({ inserts, removes, unseen, seconds, end, sites }: ContainerWatch): string {
  const [top] = sites;
  const amount = counted(inserts, 'insert');
  const parts: string[] = [];
  if (top) parts.push(`${formatCount(top.count)} of ${amount} watched came from ${shortSite(top.site)}`);
  else if (inserts) parts.push(`${amount} came while it was watched, from lines that can't be seen`);
  if (unseen > 0)
    parts.push(
      `${formatCount(unseen)} ${inserts ? 'more ' : ''}came in ways that can't be seen, such as by index`,
    );
  if (!parts.length)
    parts.push(`nothing was inserted while it was watched, for ${formatDuration(seconds * 1000)}`);
  const gone = removes + Math.max(0, -unseen);
  if (gone) parts.push(`${formatCount(gone)} ${gone === 1 ? 'was' : 'were'} removed`);
  else if (inserts || unseen) parts.push('nothing was removed');
  if (end === 'collected') parts.push('then the program let it go');
  return parts.join('; ');
}
