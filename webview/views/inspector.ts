/** One object, all about it: what it is, its text, its fields, who holds it, what it keeps alive. */

import { formatBytes, formatCount } from '../../src/base/units.ts';
import { MOST_TEXT, type NodeInfo } from '../../src/protocol/heap-rows.ts';
import { printable, siteLabel } from '../../src/protocol/wording.ts';
import { localBranch } from '../layout/branches.ts';
import type { Seen, Store } from '../state.ts';
import { t } from '../text.ts';
import { siteLink } from './code.ts';
import { append, type Child, h, longText, section, shown } from './dom.ts';
import { Grid } from './grid.ts';
import { dominated, type Explored, earlierOf, neighbours, type Part, partCells, pathsPart } from './parts.ts';

/** Shown of a text at first. */
const SOME_TEXT = 2000;

export interface Inspector {
  element: HTMLElement;
  inspect(seen: Seen): void;
}

export function inspectorView(explored: Explored, store: Store): Inspector {
  const body = h('div', { class: 'inspected' });
  const back = h('button', { type: 'button', class: 'button', onclick: () => move(-1) }, t('Back'));
  const forward = h('button', { type: 'button', class: 'button', onclick: () => move(1) }, t('Forward'));
  const field = h('input', {
    type: 'search',
    id: 'inspect-id',
    placeholder: '@18231',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const wrong = h('p', { class: 'warning', role: 'alert', hidden: true }, t('An id is a number, as @18231.'));
  const form = h(
    'form',
    { class: 'bar' },
    h('label', { for: 'inspect-id' }, t('Object')),
    field,
    back,
    forward,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const nodeId = /^\s*@?(\d{1,15})\s*$/.exec(field.value)?.[1];
    wrong.hidden = nodeId !== undefined;
    if (nodeId) inspect({ nodeId: Number(nodeId) });
  });
  const element = section('inspector', 'Inspector', form, wrong, body);
  element.tabIndex = -1;

  const inspect = (seen: Seen): void => {
    const { inspected } = store.state;
    const before = inspected.seen.slice(Math.max(0, inspected.at - 98), inspected.at + 1);
    store.dispatch({ type: 'inspect', seen: [...before, seen], at: before.length });
    element.scrollIntoView({ block: 'nearest' });
    element.focus({ preventScroll: true });
  };
  const move = (by: number): void => {
    const { seen, at } = store.state.inspected;
    if (seen[at + by]) store.dispatch({ type: 'inspect', seen, at: at + by });
  };
  let aborting = new AbortController();
  store.watch(
    (state) => state.inspected,
    ({ seen, at }) => {
      back.disabled = at <= 0;
      forward.disabled = at >= seen.length - 1;
      aborting.abort();
      aborting = new AbortController();
      const { signal } = aborting;
      const now = seen[at];
      if (!now) {
        body.replaceChildren(
          h('p', { class: 'dim' }, t('Choose "Open in inspector" on an object above, or write its @id.')),
        );
        return;
      }
      field.value = `@${now.nodeId}`;
      const where = { ...(now.earlier ? earlierOf(explored) : explored), inspect };
      waitingView(body, aborting);
      where.host.ask('node', { nodeId: now.nodeId }, where.of, { signal }).then(
        (node) => {
          if (signal.aborted) return;
          body.replaceChildren();
          append(body, nodeView(node, where));
        },
        (error: unknown) => {
          if (store.state.inspected.seen[store.state.inspected.at] !== now) return;
          const message = error instanceof Error ? error.message : String(error);
          body.replaceChildren(h('p', { class: 'warning', role: 'alert' }, longText(message)));
        },
      );
    },
  );
  return { element, inspect };
}

function waitingView(body: HTMLElement, aborting: AbortController): void {
  const waiting = h(
    'p',
    { class: 'dim', role: 'status' },
    t('Asking the engine...'),
    ' ',
    h('button', { type: 'button', class: 'button', onclick: () => aborting.abort() }, t('Cancel')),
  );
  body.replaceChildren(waiting);
}

function nodeView(node: NodeInfo, explored: Explored): Child[] {
  const { host, inspect } = explored;
  const { dominator, site } = node;
  const earlier = explored.of.earlier;
  const fact = (label: string, value: Child): HTMLElement[] => [h('dt', {}, t(label)), h('dd', {}, value)];
  const distance = node.distance < 0 || node.distance >= 1e8 ? t('unreachable') : formatCount(node.distance);
  const facts = [
    ...fact('Shallow size', formatBytes(node.selfSize)),
    ...fact('Retained size', formatBytes(node.retainedSize)),
    ...fact('Distance', distance),
    ...fact('Type', node.type),
    ...fact('Fields', formatCount(node.edgeCount)),
    ...fact('Retainers', formatCount(node.retainerCount)),
    ...(dominator
      ? fact(
          'Dominator',
          h(
            'button',
            {
              type: 'button',
              class: 'link',
              onclick: () => inspect({ nodeId: dominator.nodeId, ...(earlier && { earlier }) }),
            },
            `${shown(dominator.className)} @${dominator.nodeId}`,
          ),
        )
      : []),
    ...(site ? fact('Source', siteLink(site, host, h('code', {}, longText(siteLabel(site))))) : []),
  ];
  const grid = new Grid<Part>({
    id: 'inspected',
    label: t('Fields, retainers and what it keeps alive'),
    heads: [h('th', { scope: 'col' }, t('Object')), h('th', { scope: 'col' }, t('Size'))],
    cells: (part) => partCells(part, 2),
    tree: { opens: (part) => part.open, text: (part) => part.text, menu: (part) => part.menu },
  });
  const [fields, retainers] = neighbours(explored, node.nodeId);
  const { nodeId } = node;
  const first = [fields, retainers, dominated(explored, nodeId), pathsPart(explored, nodeId)];
  const isText = /string$/.test(node.type);
  queueMicrotask(() => grid.show(localBranch(first), 0, [[node.edgeCount > 0 && !isText ? 0 : 1]]));
  return [
    h('h3', {}, h('code', {}, node.className), h('span', { class: 'dim' }, ` @${nodeId}`)),
    isText ? textView(nodeId, explored) : h('p', {}, h('code', { class: 'preview' }, longText(node.preview))),
    h('dl', { class: 'facts' }, ...facts),
    grid.element,
  ];
}

/** The text by parts: one of 10 MB is never in the page as a whole unless the reader goes through it. */
function textView(nodeId: number, { host, of }: Explored): HTMLElement {
  const text = h('pre', { class: 'text', tabindex: 0, 'aria-label': t('Text') });
  const status = h('p', { class: 'dim', role: 'status' });
  const view = h('div', {}, text, status);
  let start = 0;
  const load = (count: number): void => {
    host.ask('text', { nodeId, range: { start, count } }, of).then(
      (part) => {
        // One part at a time: what was read makes room.
        text.replaceChildren(document.createTextNode(lines(part.text)));
        const end = part.start + part.text.length;
        status.replaceChildren();
        append(status, [
          t(
            'Characters {0} to {1} of {2}',
            formatCount(part.start + 1),
            formatCount(end),
            formatCount(part.total),
          ),
          ' ',
          part.start > 0 && button('Previous part', part.start - MOST_TEXT),
          ' ',
          end < part.total &&
            button(count === SOME_TEXT ? 'Show more' : 'Next part', count === SOME_TEXT ? 0 : end),
        ]);
      },
      (error: unknown) => status.replaceChildren(longText(error instanceof Error ? error.message : '')),
    );
  };
  const button = (label: string, to: number): HTMLElement =>
    h(
      'button',
      {
        type: 'button',
        class: 'button',
        onclick: () => {
          start = Math.max(0, to);
          load(MOST_TEXT);
        },
      },
      t(label),
    );
  load(SOME_TEXT);
  return view;
}

/** Line ends stay; whatever else is not seen, or turns text around, is written out. */
function lines(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line, line.length + 1))
    .join('\n');
}
