/** Links to the parts of a long page. */

import { t } from '../text.ts';
import { h } from './dom.ts';

/** Fewer need no links. */
const FEW = 3;

/** @param parts in their order; those with an id and a heading are linked to */
export function contentsView(parts: Iterable<Element>): HTMLElement | undefined {
  const links = [...parts].flatMap((part) => {
    const heading = part.matches('h2') ? part : part.querySelector(':scope > h2');
    if (!part.id || !heading) return [];
    const go = (event: Event): void => {
      event.preventDefault();
      // The next Tab goes on from there.
      part.setAttribute('tabindex', '-1');
      (part as HTMLElement).focus({ preventScroll: true });
      part.scrollIntoView();
    };
    return h('li', {}, h('a', { href: `#${part.id}`, onclick: go }, heading.textContent ?? ''));
  });
  if (links.length < FEW) return undefined;
  return h('nav', { class: 'contents', 'aria-label': t('On this page') }, h('ul', {}, ...links));
}
