/** Text in the reader's language: the editor gives its translations with the page, a report has none and is English. */

import { formatCount } from '../src/base/units.ts';

const translations = read();

/** The English text, or its translation, with `{0}`, `{1}`, ... replaced. */
export function t(text: string, ...values: (string | number)[]): string {
  const found = Object.hasOwn(translations, text) ? translations[text] : text;
  return found.replace(/\{(\d)\}/g, (place, index: string) => String(values[Number(index)] ?? place));
}

/** `one` for 1, else `many` with the number as `{0}`. */
export function plural(count: number, one: string, many: string): string {
  return count === 1 ? t(one) : t(many, formatCount(count));
}

function read(): Record<string, string> {
  const text = document.getElementById('heapline-text')?.textContent;
  return text ? (JSON.parse(text) as Record<string, string>) : {};
}
