/** What a marked line says: after the line, and in its hover. Knows no editor. */
import { formatBytes, formatCount, formatDuration } from '../../base/units.ts';
import { containerIndex, pathNames, percent, printable, siteLabel } from '../../protocol/wording.ts';
import { code, commandLink, escaped, withCode } from './markdown.ts';
import { combined, type MarkReason } from './marks.ts';

/** `vscode.l10n` is one. */
export interface Localize {
  t(message: string, ...args: (string | number)[]): string;
}

/** Longest name after a line. */
const MAX_NAME = 40;

/** The text after a line: of its gravest finding, and how many there are besides. */
export function inlineText(reasons: readonly MarkReason[], l10n: Localize): string {
  const [first, ...others] = combined(reasons);
  let text = roleText(first, l10n);
  if (first.severity === 'inconclusive') text = l10n.t('{0}, perhaps a leak', text);
  else if (first.provisional) text = l10n.t('{0} so far', text);
  if (others.length === 1) text = l10n.t('{0} (and 1 more)', text);
  if (others.length > 1) text = l10n.t('{0} (and {1} more)', text, others.length);
  return text;
}

function roleText(reason: MarkReason, l10n: Localize): string {
  const growth = growthText(reason, l10n);
  if (reason.role === 'store') return growth;
  const { owner } = reason.finding;
  const name = printable(owner.name || owner.className, MAX_NAME);
  return reason.role === 'allocation'
    ? l10n.t('allocates for {0}: {1}', name, growth)
    : l10n.t('fills {0}: {1}', name, growth);
}

/** `+12.4 MB, 5,000 objects over 10 steps`. */
function growthText({ finding, over }: MarkReason, l10n: Localize): string {
  const { bytes, objects, stepKind } = finding.growth;
  const isProcesses = finding.kind === 'processes';
  const size = `${bytes >= 0 ? '+' : ''}${formatBytes(bytes)}`;
  const gain =
    objects === 1
      ? l10n.t('{0}, 1 object', size)
      : objects > 1 && isProcesses
        ? l10n.t('{0}, {1} processes', size, formatCount(objects))
        : objects > 1
          ? l10n.t('{0}, {1} objects', size, formatCount(objects))
          : size;
  if (over.steps && over.steps > 1) {
    const steps = formatCount(over.steps);
    if (stepKind === 'model') return l10n.t('{0} over {1} model calls', gain, steps);
    if (stepKind === 'tool') return l10n.t('{0} over {1} tool calls', gain, steps);
    if (stepKind === 'run') return l10n.t('{0} over {1} runs', gain, steps);
    if (stepKind === 'session') return l10n.t('{0} over {1} sessions', gain, steps);
    return l10n.t('{0} over {1} steps', gain, steps);
  }
  if (over.steps === 1 && !stepKind) return l10n.t('{0} over 1 step', gain);
  return over.seconds > 0 ? l10n.t('{0} over {1}', gain, formatDuration(over.seconds * 1000)) : gain;
}

/** What the links of a hover do; offered are those that the extension can do. */
export type MarkAction = 'report' | 'store' | 'allocation' | 'verify' | 'rule' | 'ignore' | 'clear';
export const MARK_COMMAND = 'heapline.gutter.act';
/** The actions that are offered on a recording's findings. */
export type ActionsOn = (recordingDir: string) => ReadonlySet<MarkAction>;

/** Findings that a hover tells in full. */
const MOST_TOLD = 3;

/**
 * The hover as Markdown. Everything from the recording is escaped; its links run `MARK_COMMAND` with the action, the
 * recording's folder and the finding's id, and nothing else.
 */
export function hoverText(reasons: readonly MarkReason[], actionsOn: ActionsOn, l10n: Localize): string {
  const all = combined(reasons);
  const parts = all
    .slice(0, MOST_TOLD)
    .map((reason) => findingText(reason, actionsOn(reason.recordingDir), l10n));
  const left = all.length - parts.length;
  if (left > 0) parts.push(escaped(l10n.t('And {0} more: see the report.', left)));
  return parts.join('\n\n---\n\n');
}

function findingText(reason: MarkReason, actions: ReadonlySet<MarkAction>, l10n: Localize): string {
  const { finding, severity, provisional } = reason;
  const sure = percent(finding.confidence);
  const heading =
    severity === 'leak'
      ? l10n.t('Leak, {0} sure', sure)
      : l10n.t('Growth that may be a leak, {0} sure', sure);
  const note = provisional ? ` ${escaped(l10n.t('So far: it is still being recorded.'))}` : '';
  const blocks = [`**${escaped(heading)}**${note}`, withCode(finding.title)];
  // Hovers are low: what can be done stands where it is seen.
  const links = linksOf(reason, actions, l10n);
  if (links.length) blocks.push(links.join(' | '));
  const names = pathNames(finding.retainingPath.slice(0, containerIndex(finding) + 1));
  if (names.length) blocks.push(`${escaped(l10n.t('Held by:'))} ${names.map(code).join(' › ')}`);
  const site = whereText(reason, l10n);
  if (site) blocks.push(site);
  if (finding.reasons.length) blocks.push(list(l10n.t('Evidence:'), finding.reasons));
  if (finding.rule) blocks.push(ruleText(reason, actions, l10n));
  if (finding.advice.length) blocks.push(list(l10n.t('What to do:'), finding.advice));
  return blocks.join('\n\n');
}

/** The rule that it matches, and a link to its page. The title may come out of a file: it is no link's label. */
function ruleText(
  { recordingDir, finding }: MarkReason,
  actions: ReadonlySet<MarkAction>,
  l10n: Localize,
): string {
  const text = `${escaped(l10n.t('Rule:'))} ${escaped(finding.rule!.title)}`;
  if (!actions.has('rule')) return text;
  return `${text} ${commandLink(l10n.t('How to Mend It'), MARK_COMMAND, ['rule', recordingDir, finding.id])}`;
}

/** How it is known that it is this line. */
function whereText({ role, site, finding }: MarkReason, l10n: Localize): string {
  const how = site.evidence ? ` \\(${withCode(site.evidence)}\\)` : '';
  const where = code(siteLabel({ ...site, path: undefined, url: fileName(site.path ?? site.url) }));
  const label =
    role === 'store' && finding.kind === 'processes'
      ? l10n.t('Started here:')
      : role === 'store'
        ? l10n.t('Stored here:')
        : role === 'allocation'
          ? l10n.t('Allocated here:')
          : l10n.t('Your code that leads there:');
  return `${escaped(label)} ${where}${how}`;
}

function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

function list(title: string, sentences: readonly string[]): string {
  return [escaped(title), '', ...sentences.map((sentence) => `- ${withCode(sentence)}`)].join('\n');
}

function linksOf(
  { recordingDir, finding, role }: MarkReason,
  actions: ReadonlySet<MarkAction>,
  l10n: Localize,
): string[] {
  const links: string[] = [];
  const add = (action: MarkAction, label: string, possible = true): void => {
    if (possible && actions.has(action)) {
      links.push(commandLink(label, MARK_COMMAND, [action, recordingDir, finding.id]));
    }
  };
  add('report', l10n.t('Show Report'));
  add('store', l10n.t('Go to Store'), role !== 'store' && Boolean(finding.storeSite));
  add('allocation', l10n.t('Go to Allocation'), role !== 'allocation' && finding.allocationSites.length > 0);
  add('verify', l10n.t('Verify Fix'));
  add('ignore', l10n.t('Ignore This Leak...'));
  add('clear', l10n.t('Clear Leak Marks'));
  return links;
}
