/** The field above a table of classes, and what is said of what was typed. */

import { HeaplineError } from '../../src/base/errors.ts';
import { CLASS_WORDS } from '../layout/class-filter.ts';
import { t } from '../text.ts';
import { type Child, h, longText } from './dom.ts';

export interface FilterBox {
  /** With its label. */
  parts: Child[];
  /** What `choose` gives; undefined, with the reason told in `status`, where the words are none. */
  attempt<T>(choose: () => T): T | undefined;
}

export function filterBox(
  id: string,
  text: string,
  status: HTMLElement,
  changed: (text: string) => void,
): FilterBox {
  const field = h('input', {
    type: 'search',
    id,
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: 'size>1MB new',
    title: t('Conditions: {0}', CLASS_WORDS),
  });
  field.value = text;
  field.addEventListener('input', () => changed(field.value));
  return {
    parts: [h('label', { for: id }, t('Filter')), field],
    attempt(choose) {
      field.removeAttribute('aria-invalid');
      try {
        return choose();
      } catch (error) {
        if (!HeaplineError.is(error)) throw error;
        field.setAttribute('aria-invalid', 'true');
        status.replaceChildren(longText(error.toLine()));
        return undefined;
      }
    },
  };
}
