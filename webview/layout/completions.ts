/** What a query may go on with. Pure. */

import { QUERY_WORDS } from '../../src/protocol/heap-query.ts';

const MOST = 12;
const TYPES = ['object', 'string', 'closure', 'array', 'native', 'code', 'regexp', 'number', 'hidden'];

/** The text with its last word completed, in several ways. @param classNames the most likely first */
export function completions(text: string, classNames: readonly string[]): string[] {
  const [, before, word] = /^(.*?)(\S*)$/s.exec(text)!;
  const [, key, begun] = /^(class|held|type):"?(.*)$/i.exec(word) ?? [];
  if (key) {
    const names = key.toLowerCase() === 'type' ? TYPES : classNames;
    const wanted = begun.toLowerCase();
    return names
      .filter((name) => name.toLowerCase().includes(wanted) && !name.includes('"'))
      .slice(0, MOST)
      .map(
        (name) => `${before}${key}:${/[\s/*]/.test(name) && !/^\{[^}]*\}$/.test(name) ? `"${name}"` : name}`,
      );
  }
  return QUERY_WORDS.map((each) => each.word.replace(/[A-Z]{2,}$|\/REGEX\/$|\d.*$/, ''))
    .filter((each) => each.startsWith(word.toLowerCase()) && each !== word)
    .map((each) => before + each);
}
