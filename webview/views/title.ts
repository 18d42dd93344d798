/** The head of a page about one file: what it is, its name, its figures. */

import { type Child, h, longText } from './dom.ts';

export function titleView(
  kind: string,
  title: string,
  figures: readonly [string, string][],
  more: readonly Child[] = [],
): HTMLElement {
  return h(
    'header',
    { class: 'panel banner' },
    h('p', { class: 'source' }, h('strong', {}, 'Heapline'), kind),
    h('h1', {}, longText(title)),
    h(
      'dl',
      { class: 'figures' },
      ...figures.map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, value))),
    ),
    ...more,
  );
}
