/** One finding's card: what grows, where, what holds it, what to do. */

import { formatBytes, formatCount } from '../../src/base/units.ts';
import type { Finding, FindingRule } from '../../src/protocol/findings.ts';
import type { ReportData } from '../../src/protocol/report.ts';
import { allRates, countedNoun, gainOf, percent, proofLine, sitesOf } from '../../src/protocol/wording.ts';
import type { Host } from '../host.ts';
import { isOpen, type Store } from '../state.ts';
import { plural, t } from '../text.ts';
import { pathView } from './chain.ts';
import { siteView } from './code.ts';
import { append, h, prose, table } from './dom.ts';
import { growthView } from './growth.ts';

/** How many sites are shown unfolded. */
const SITES_SHOWN = 2;

export function findingView(
  finding: Finding,
  index: number,
  data: ReportData,
  store: Store,
  host: Host,
): HTMLElement {
  const id = `finding-${index}`;
  const body = h('div', { class: 'body', id: `${id}-body` });
  const button = h(
    'button',
    { type: 'button', class: 'fold', 'aria-controls': `${id}-body` },
    h('span', { class: 'rank' }, index + 1),
    h('span', { class: 'name' }, finding.owner.name || finding.owner.className),
    h('span', { class: 'kind' }, finding.owner.className),
    h('span', { class: 'amount' }, gainOf(finding)),
  );
  button.addEventListener('click', () =>
    store.dispatch({
      type: 'toggle-finding',
      id: finding.id,
      open: !isOpen(store.state, finding.id, index),
    }),
  );
  store.watch(
    (state) => isOpen(state, finding.id, index),
    (open) => {
      button.setAttribute('aria-expanded', String(open));
      body.hidden = !open;
      if (open && !body.hasChildNodes()) fill(body, finding, data, store, host);
    },
  );
  return h(
    'article',
    { class: 'panel finding', id, 'aria-labelledby': `${id}-title` },
    h('h3', { id: `${id}-title` }, button),
    body,
  );
}

function fill(body: HTMLElement, finding: Finding, data: ReportData, store: Store, host: Host): void {
  const sites = sitesOf(finding);
  const site = ({ role, site }: (typeof sites)[number]): HTMLElement => siteView(role, site, data, host);
  const more = sites.slice(SITES_SHOWN);
  const rates = allRates(finding.growth, countedNoun(finding));
  const { retainingPath, gained, advice, reasons, confidence, proof } = finding;
  append(body, [
    h('p', { class: 'title' }, prose(finding.title)),
    retainingPath.length > 0 && h('h4', {}, t('What holds it')),
    retainingPath.length > 0 &&
      pathView(finding, `${body.id}-path`, data.recording.cwd, host, {
        snapshot: data.classes.snapshots.at(-1),
      }),
    h(
      'div',
      { class: 'columns' },
      h(
        'div',
        {},
        sites.length > 0 && h('h4', {}, t('Where')),
        ...sites.slice(0, SITES_SHOWN).map(site),
        more.length > 0 &&
          h(
            'details',
            {},
            h('summary', {}, plural(more.length, '1 more place', '{0} more places')),
            ...more.map(site),
          ),
        proof && h('h4', {}, t('Proof')),
        proof && h('p', { class: 'proof' }, proofLine(proof)),
        finding.rule && ruleView(finding.rule, host),
        advice.length > 0 && h('h4', {}, t('What to do')),
        advice.length > 0 && h('ul', { class: 'advice' }, ...advice.map((text) => h('li', {}, prose(text)))),
      ),
      h(
        'div',
        {},
        h('h4', {}, t('Growth')),
        rates !== '' && h('p', { class: 'dim' }, rates),
        growthView(finding, store),
        gained.length > 0 && h('h4', {}, t('What it gained')),
        gained.length > 0 && gainedView(finding),
        h('h4', {}, t('Confidence'), ' ', h('span', { class: 'amount' }, percent(confidence))),
        h('meter', { min: 0, max: 1, value: confidence, 'aria-label': t('Confidence') }),
        h('ul', { class: 'reasons' }, ...reasons.map((text) => h('li', {}, prose(text)))),
      ),
    ),
  ]);
}

/** The named rule that it matches, with its page; without an editor, with the command that prints it. */
function ruleView({ id, title }: FindingRule, host: Host): HTMLElement {
  const { editor } = host;
  return h(
    'div',
    { class: 'rule' },
    h('h4', {}, t('Rule')),
    editor
      ? h('button', { type: 'button', class: 'link', onclick: () => editor.openRule(id) }, title)
      : h('p', {}, title, ' ', h('code', {}, `heapline rules ${id}`)),
  );
}

function gainedView(finding: Finding): HTMLElement {
  const most = Math.max(1, ...finding.gained.map((row) => row.bytes));
  return table(
    'What it gained, by class',
    ['Constructor', 'Objects', 'Size', 'Share'],
    finding.gained.slice(0, 12).map((row) => [
      h('code', {}, row.className),
      formatCount(row.objects),
      formatBytes(row.bytes),
      h('meter', {
        min: 0,
        max: most,
        value: Math.max(0, row.bytes),
        'aria-label': t('Size beside the largest'),
      }),
    ]),
  );
}
