/** The retaining path, drawn as a chain from the root to what grows. A list, so that it reads, wraps and prints. */

import { formatBytes, formatCount } from '../../src/base/units.ts';
import type { Finding } from '../../src/protocol/findings.ts';
import { siteLabel, stepNoun } from '../../src/protocol/wording.ts';
import type { Asked } from '../ask.ts';
import type { Host } from '../host.ts';
import { type ChainBox, chainOf } from '../layout/path.ts';
import { graphOfFinding } from '../layout/path-graph.ts';
import { t } from '../text.ts';
import { originView, shortened, siteLink } from './code.ts';
import { h } from './dom.ts';
import { pathGraphView } from './path-graph.ts';

const ROLES = { root: 'root', holder: '', container: 'grows', gained: 'gained' } as const;

/** The path as a graph, and as a list for who can't see it, or would rather read. */
export function pathView(
  finding: Finding,
  id: string,
  cwd: string | undefined,
  host: Host,
  of?: Asked,
): HTMLElement {
  const graph = graphOfFinding(finding);
  const target = graph.nodes.find(({ role }) => role === 'container') ?? graph.nodes[0];
  return h(
    'div',
    {},
    pathGraphView({ id, graph, target: target.key, pace: paceOf(finding), cwd, of }, host),
    h('details', { class: 'as-list' }, h('summary', {}, t('As a list')), chainView(finding, cwd, host)),
  );
}

export function chainView(finding: Finding, cwd: string | undefined, host: Host): HTMLElement {
  return h(
    'ol',
    { class: 'chain', 'aria-label': t('Retaining path, from the root to what it gains') },
    ...chainOf(finding).map((box, i) =>
      h(
        'li',
        { class: box.growing ? 'growing' : '' },
        i > 0 && edgeView(box, finding),
        boxView(box, finding, cwd, host),
      ),
    ),
  );
}

function paceOf({ growth: { objectsPerStep, objects, stepKind } }: Finding): string {
  if (objectsPerStep === undefined) return `+${formatCount(objects)}`;
  return stepKind
    ? `+${formatCount(objectsPerStep, 1)} a ${stepNoun(stepKind)}`
    : t('+{0} a step', formatCount(objectsPerStep, 1));
}

function edgeView(box: ChainBox, finding: Finding): HTMLElement {
  return h(
    'span',
    { class: 'edge' },
    h('span', { class: 'unseen' }, `${t('through')} `),
    h('code', {}, box.entry.edge || '→'),
    box.growing && h('strong', {}, paceOf(finding)),
    h('span', { class: 'arrow', 'aria-hidden': 'true' }),
  );
}

function boxView(box: ChainBox, finding: Finding, cwd: string | undefined, host: Host): HTMLElement {
  const { entry, role, origin } = box;
  const gained = role === 'gained';
  const site = entry.site;
  const label = site && siteLabel(site, cwd);
  const link = label && siteLink(site, host, shortened(label));
  return h(
    'span',
    { class: `box ${role} ${origin ?? 'unplaced'}` },
    h(
      'span',
      { class: 'tags' },
      ROLES[role] !== '' && h('span', { class: 'tag' }, t(ROLES[role])),
      site && originView(site),
    ),
    h('strong', {}, entry.name || entry.className),
    h(
      'span',
      { class: 'class' },
      entry.className,
      !gained && h('span', { class: 'dim' }, ` @${entry.nodeId}`),
    ),
    gained &&
      h(
        'span',
        { class: 'amount' },
        t('{0} objects, {1}', formatCount(finding.growth.objects), formatBytes(finding.growth.bytes)),
      ),
    label !== undefined && (link instanceof Node ? link : h('span', { class: 'dim', title: label }, link)),
  );
}
