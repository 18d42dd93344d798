/** The first screen: the verdict, how fast, which line, what holds it. */

import { formatBytes, formatCount } from '../../src/base/units.ts';
import type { Finding, Site } from '../../src/protocol/findings.ts';
import type { ReportData } from '../../src/protocol/report.ts';
import {
  excerptOf,
  gainOf,
  mainRate,
  pathNames,
  percent,
  span,
  stepNoun,
  VERDICT_WORDS,
  verdictSentence,
} from '../../src/protocol/wording.ts';
import type { Host } from '../host.ts';
import type { Store } from '../state.ts';
import { plural, t } from '../text.ts';
import { codeView, functionView, originView, placeView } from './code.ts';
import { type Child, h, prose } from './dom.ts';

const ICONS = { leak: '▲', 'no-leak': '✓', inconclusive: '?' } as const;

export function bannerView(data: ReportData, store: Store, host: Host): HTMLElement {
  const { findings } = data;
  const [first] = findings.findings;
  return h(
    'header',
    { class: 'panel banner' },
    h(
      'p',
      { class: 'source' },
      h('strong', {}, 'Heapline'),
      ` ${data.recording.name}`,
      data.recording.createdAt !== undefined && h('span', {}, readableDate(data.recording.createdAt)),
    ),
    h(
      'h1',
      {},
      h(
        'span',
        { class: 'verdict' },
        h('span', { 'aria-hidden': 'true' }, ICONS[findings.verdict]),
        ' ',
        t(VERDICT_WORDS[findings.verdict]),
      ),
      ' ',
      h('span', {}, prose(capital(verdictSentence(findings)))),
    ),
    figures(data, first),
    findings.verdict === 'leak' && first
      ? culprit(data, first, host)
      : h('ul', { class: 'reasons' }, ...findings.reasons.map((reason) => h('li', {}, prose(reason)))),
    findings.findings.length > 1 && ranking(data, store),
  );
}

function figures(data: ReportData, first: Finding | undefined): HTMLElement {
  const { findings } = data;
  const growth = findings.verdict === 'leak' && first ? first.growth : findings.growth;
  const objects = 'objectsPerStep' in growth ? growth.objectsPerStep : undefined;
  const tiles: [string, string | undefined][] = [
    ['Growth', mainRate(growth)],
    [
      first?.kind === 'processes' ? 'Processes' : 'Objects',
      objects ? `${formatCount(objects, 1)} a ${stepNoun(growth.stepKind)}` : undefined,
    ],
    ['Gained', formatBytes(growth.bytes)],
    ['Over', span(findings.growth)],
    ['Confidence', percent(findings.confidence)],
  ];
  return h(
    'dl',
    { class: 'figures' },
    ...tiles
      .filter(([, value]) => value !== undefined)
      .map(([label, value], i) =>
        h('div', {}, h('dt', {}, t(label)), h('dd', { class: i === 0 && 'main-figure' }, value)),
      ),
  );
}

function culprit(data: ReportData, finding: Finding, host: Host): HTMLElement | undefined {
  const site = finding.storeSite ?? finding.userSite ?? finding.allocationSites[0];
  const stored = finding.kind === 'processes' ? 'Started at' : 'Stored at';
  const role = site === finding.storeSite ? stored : site === finding.userSite ? 'Your line' : 'Allocated at';
  const excerpt = site && excerptOf(data.sources, site);
  const line = excerpt && {
    ...excerpt,
    firstLine: site.line,
    lines: [excerpt.lines[site.line - excerpt.firstLine]],
  };
  const names = pathNames(finding.retainingPath);
  const lineOf = (what: string, at: Site): HTMLElement =>
    h(
      'p',
      {},
      h('span', { class: 'role' }, t(what)),
      originView(at),
      placeView(at, data.recording.cwd, host),
      functionView(at),
    );
  // Memory outside the heap has neither a line nor a holder.
  if (!site && !names.length) return h('p', {}, prose(finding.reasons[0] ?? finding.title));
  return h(
    'div',
    { class: 'culprit' },
    site && lineOf(role, site),
    line && codeView(line, site, host),
    finding.userSite && !isSameLine(finding.userSite, site) && lineOf('Your line', finding.userSite),
    names.length > 0 &&
      h(
        'p',
        {},
        h('span', { class: 'role' }, t('Held by')),
        h(
          'span',
          { class: 'names' },
          ...names.flatMap((name, i): Child[] => [
            i > 0 && ' › ',
            h(i === names.length - 1 ? 'strong' : 'span', {}, name),
          ]),
        ),
      ),
  );
}

function isSameLine(a: Site, b: Site | undefined): boolean {
  return b !== undefined && a.line === b.line && (a.path ?? a.url) === (b.path ?? b.url);
}

/** Every finding in a line, with its share of the growth. */
function ranking(data: ReportData, store: Store): HTMLElement {
  const { findings, verdict } = data.findings;
  const most = Math.max(1, ...findings.map((finding) => finding.growth.bytes));
  return h(
    'nav',
    { 'aria-label': t('Findings') },
    h(
      'h2',
      {},
      verdict === 'leak'
        ? plural(findings.length, '1 leak', '{0} leaks')
        : plural(findings.length, '1 suspect', '{0} suspects'),
    ),
    h(
      'ol',
      { class: 'ranking' },
      ...findings.map((finding, i) =>
        h(
          'li',
          {},
          h(
            'a',
            {
              href: `#finding-${i}`,
              onclick: () => store.dispatch({ type: 'toggle-finding', id: finding.id, open: true }),
            },
            h('code', {}, finding.owner.name || finding.owner.className),
          ),
          h('meter', {
            min: 0,
            max: most,
            value: Math.max(0, finding.growth.bytes),
            'aria-label': t('Growth beside the largest'),
          }),
          h('span', { class: 'amount' }, gainOf(finding)),
        ),
      ),
    ),
  );
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** `2026-03-02 10:15 UTC`: the same for every reader. */
function readableDate(iso: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(iso);
  return match ? `${match[1]} ${match[2]} UTC` : iso;
}
