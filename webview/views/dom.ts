/** Elements made of text only: whatever a program had in its heap can never become markup here. */

import { codeSpans, printable } from '../../src/protocol/wording.ts';
import { t } from '../text.ts';

export type Child = Node | string | number | undefined | false;
type Value = string | number | boolean | undefined | ((event: Event) => void);

/** Longest name that is shown. */
const MAX_NAME = 160;
/** Longest sentence, command line. */
const MAX_SENTENCE = 1000;
/** Longest path: 4,096 on most systems, and the line and column must be seen. */
const MAX_PATH = 4200;

/** An element. `onclick` and the like take functions; `true` is an empty attribute, `false` none. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Value> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, shown(value));
  }
  append(element, children);
  return element;
}

export function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : shown(child));
  }
}

/** A sentence; what stands between backticks becomes code. */
export function prose(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  for (const span of codeSpans(printable(text, MAX_SENTENCE))) {
    fragment.append(span.code ? h('code', {}, span.text) : longText(span.text));
  }
  return fragment;
}

/** Text that is more than a name: a path, a command line, a line of code. */
export function longText(text: string): Text {
  return document.createTextNode(shown(text, MAX_PATH));
}

/** Text fit to show, of at most `max` units. */
export function shown(text: string | number, max = MAX_NAME): string {
  return printable(String(text), max);
}

/** A plain table: head cells, then rows; numbers are set to the right. Caption and head are translated here. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly Child[])[],
): HTMLElement {
  const cell = (child: Child, i: number): HTMLElement =>
    h(i === 0 ? 'th' : 'td', i === 0 ? { scope: 'row' } : {}, child);
  return scroll(
    h(
      'table',
      {},
      h('caption', {}, t(caption)),
      h('thead', {}, h('tr', {}, ...head.map((text) => h('th', { scope: 'col' }, t(text))))),
      h('tbody', {}, ...rows.map((row) => h('tr', {}, ...row.map(cell)))),
    ),
  );
}

/** Scrolls sideways where it must; then the keyboard can reach it. */
export function scroll(...children: Child[]): HTMLElement {
  const element = h('div', { class: 'scroll' }, ...children);
  onWidth(element, () => {
    if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
    else element.removeAttribute('tabindex');
  });
  return element;
}

/**
 * The table that says what a picture shows, made when it is first opened.
 * @param label translated
 */
export function asTable(make: () => HTMLElement, label = t('As a table')): HTMLElement {
  const details = h('details', { class: 'as-table' }, h('summary', {}, label));
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) details.append(make());
  });
  return details;
}

/** A section with a heading that names it, translated here. */
export function section(id: string, title: string, ...children: Child[]): HTMLElement {
  return h(
    'section',
    { class: 'panel', id, 'aria-labelledby': `${id}-title` },
    h('h2', { id: `${id}-title` }, t(title)),
    ...children,
  );
}

/** Calls `draw` with the width of `element` in whole pixels, now that it is laid out and whenever it changes. */
export function onWidth(element: HTMLElement, draw: (width: number) => void): void {
  let last = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry.contentRect.width);
    if (width === last || width <= 0) return;
    last = width;
    draw(width);
  }).observe(element);
}
