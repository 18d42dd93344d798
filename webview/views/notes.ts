/** What was looked at and is fine, and how all of it was measured. */

import { formatBytes, formatDuration } from '../../src/base/units.ts';
import { budgetSentence } from '../../src/protocol/budget-words.ts';
import type { ReportData } from '../../src/protocol/report.ts';
import { counted, gainOf, ignoredWhy, percent, stepNoun } from '../../src/protocol/wording.ts';
import type { Host } from '../host.ts';
import { plural, t } from '../text.ts';
import { placeView } from './code.ts';
import { type Child, h, longText, prose, section, shown, table } from './dom.ts';

/** What the program was to keep within, and passed. */
export function budgetsView({ findings: { budgets = [] } }: ReportData): HTMLElement | undefined {
  if (!budgets.length) return undefined;
  return section(
    'budgets',
    'Budgets',
    h(
      'ul',
      { class: 'fine' },
      ...budgets.map((row) =>
        h('li', {}, h('strong', {}, t(row.level)), ' ', h('span', {}, prose(budgetSentence(row)))),
      ),
    ),
  );
}

/** What somebody decided to leave. */
export function ignoredView(data: ReportData, host: Host): HTMLElement | undefined {
  const rows = data.findings.ignored ?? [];
  if (!rows.length) return undefined;
  return section(
    'ignored',
    'Ignored',
    h(
      'ul',
      { class: 'fine' },
      ...rows.map((finding) => {
        const site = finding.storeSite ?? finding.userSite;
        return h(
          'li',
          {},
          h('strong', {}, h('code', {}, finding.owner.name || finding.owner.className)),
          h('span', { class: 'amount' }, gainOf(finding)),
          h(
            'span',
            {},
            prose(ignoredWhy(finding)),
            site && ' ',
            site && placeView(site, data.recording.cwd, host),
          ),
        );
      }),
    ),
  );
}

export function fineView(data: ReportData): HTMLElement | undefined {
  const rows = data.findings.notLeaks ?? [];
  if (!rows.length) return undefined;
  return section(
    'fine',
    'Looked at, and fine',
    h(
      'ul',
      { class: 'fine' },
      ...rows.map((row) =>
        h(
          'li',
          {},
          h('strong', {}, prose(row.name)),
          h('span', { class: 'amount' }, formatBytes(row.bytes)),
          h('span', {}, prose(row.reason)),
        ),
      ),
    ),
  );
}

export function measuredView(data: ReportData): HTMLElement {
  const { findings, recording, timeline } = data;
  const facts: [string, Child][] = [
    ['Command', recording.command && h('code', {}, longText(shown(recording.command.join(' '), 1000)))],
    ['Folder', recording.cwd && h('code', {}, longText(recording.cwd))],
    [
      'Runtime',
      [findings.runtime.name, findings.runtime.version, recording.platform, recording.arch]
        .filter(Boolean)
        .join(' '),
    ],
    [
      'Duration',
      recording.durationMs > 0 &&
        t(
          '{0}, of which Heapline paused the program {1}',
          formatDuration(recording.durationMs),
          formatDuration(recording.pausedMs),
        ),
    ],
    ['Growth', growthFact(data)],
    ['Heapline', findings.engine],
  ];
  return section(
    'measured',
    'How it was measured',
    h(
      'dl',
      { class: 'facts' },
      ...facts
        .filter(([, value]) => value)
        .flatMap(([label, value]) => [
          h('dt', {}, t(label)),
          h('dd', {}, typeof value === 'string' ? longText(value) : value),
        ]),
    ),
    h('ul', { class: 'reasons' }, ...findings.reasons.map((reason) => h('li', {}, prose(reason)))),
    timeline.snapshots.length > 0 &&
      table(
        'Snapshots',
        ['Snapshot', 'At', 'Step', 'Why', 'Pause', 'File'],
        timeline.snapshots.map((mark) => [
          mark.index,
          formatDuration(mark.t),
          mark.step ?? '',
          t(mark.reason),
          formatDuration(mark.pauseMs),
          formatBytes(mark.bytes),
        ]),
      ),
    timeline.snapshots.length > 0 &&
      h(
        'p',
        { class: 'dim' },
        longText(
          t(
            'A snapshot stops the program and takes several times the heap in resident memory (RSS), much of which stays: RSS that rises at a snapshot is Heapline’s doing, not a leak.',
          ),
        ),
      ),
  );
}

function growthFact({ findings: { growth } }: ReportData): string {
  const size = formatBytes(growth.bytes);
  const sure = percent(growth.slopeConfidence);
  if (!growth.steps) return t("{0}; the trend's direction is {1} sure (Mann-Kendall)", size, sure);
  const steps = growth.stepKind
    ? counted(growth.steps, stepNoun(growth.stepKind))
    : plural(growth.steps, '1 step', '{0} steps');
  return t("{0} over {1}; the trend's direction is {2} sure (Mann-Kendall)", size, steps, sure);
}
