/** What is typed above a table of classes: the words of a query for objects, as far as they tell something of a class. */

import { HeaplineError } from '../../src/base/errors.ts';
import { parseBytes } from '../../src/base/units.ts';

/** What is known of a class, or of another row of a table; what is absent can't be asked for. Sizes in bytes. */
export interface ClassFacts {
  name: string;
  size?: number;
  retained?: number;
  count?: number;
  distance?: number;
  isNew?: boolean;
  grown?: boolean;
}

export type ClassTest = (facts: ClassFacts) => boolean;

export const CLASS_WORDS =
  'text, /REGEX/, class:NAME, size>1MB, retained>1MB, count>100, distance<5, new, grown';

const TERM =
  /(?:class:)?(?:\/((?:[^/\\]|\\.)+)\/|\*([^\s*]+)\*)(?=\s|$)|class:(\S+)|(new|grown)(?=\s|$)|(size|retained|count|distance)(>=|<=|>|<|=)([\d.]+(?:[kmgt]i?b?|b)?(?![\w.]))|([a-z]+(?:[<>=]|:(?!:))\S*)|(\S+)/giy;

/**
 * All words must hold; those that are no condition are one text, looked for in the name in upper or lower case.
 * @throws HeaplineError `usage` for a word that looks like a condition and is none, or a pattern that is none; the test
 * throws it for what is not known of the classes
 */
export function classFilter(text: string): ClassTest {
  const tests: ClassTest[] = [];
  const words: string[] = [];
  const rest = text.trim();
  const terms = new RegExp(TERM);
  while (terms.lastIndex < rest.length) {
    const match = terms.exec(rest);
    if (!match) break;
    const [term, regex, part, name, flag, measure, sign, amount, bad, word] = match;
    if (bad !== undefined) throw noCondition(bad);
    if (word !== undefined) words.push(word);
    else if (regex !== undefined) tests.push(matching(pattern(regex, term)));
    else if (part !== undefined) tests.push(({ name }) => name.includes(part));
    else if (name !== undefined) tests.push((facts) => facts.name === name);
    else if (flag)
      tests.push((facts) => known(flag.toLowerCase() === 'new' ? facts.isNew : facts.grown, term));
    else tests.push(measuring(measure.toLowerCase() as Measure, sign, amount, term));
    terms.lastIndex += /^\s*/.exec(rest.slice(terms.lastIndex))![0].length;
  }
  const wanted = words.join(' ').toLowerCase();
  if (wanted) tests.unshift(({ name }) => name.toLowerCase().includes(wanted));
  return (facts) => tests.every((test) => test(facts));
}

type Measure = 'size' | 'retained' | 'count' | 'distance';

function measuring(measure: Measure, sign: string, amount: string, term: string): ClassTest {
  const bytes = measure === 'size' || measure === 'retained';
  const limit = bytes ? parseBytes(amount) : /^\d+$/.test(amount) ? Number(amount) : undefined;
  if (limit === undefined) throw noCondition(term);
  return (facts) => {
    const value = known(facts[measure], term);
    if (sign === '=') return value === limit;
    return sign.startsWith('>')
      ? value > limit || (sign === '>=' && value === limit)
      : value < limit || (sign === '<=' && value === limit);
  };
}

function matching(regex: RegExp): ClassTest {
  return ({ name }) => regex.test(name);
}

function pattern(source: string, term: string): RegExp {
  try {
    return new RegExp(source);
  } catch (error) {
    throw noCondition(term, error);
  }
}

function known<T>(value: T | undefined, term: string): T {
  if (value === undefined) throw noCondition(term);
  return value;
}

function noCondition(term: string, cause?: unknown): HeaplineError {
  return new HeaplineError('usage', `\`${term}\` is no condition on these classes.`, {
    hint: `Conditions are: ${CLASS_WORDS}.`,
    cause,
  });
}
