/** The words of a query for objects: `class:Turn retained>1MB has:role held:AgentMemory`. */
import { HeaplineError } from '../base/errors.ts';
import { parseBytes } from '../base/units.ts';
import type { NodeQuery } from './heap-rows.ts';

/** What a query can be made of, for help and completion. */
export const QUERY_WORDS: readonly { word: string; help: string }[] = [
  { word: 'class:NAME', help: 'of this class; /REGEX/ for those that match, *PART* for a part of the name' },
  { word: 'name:/REGEX/', help: "whose own name matches: a string's text, a function's name" },
  { word: 'type:TYPE', help: "of V8's type: object, string, closure, array, ..." },
  { word: 'size>1MB', help: 'by shallow size; also < >= <=' },
  { word: 'retained>1MB', help: 'by retained size' },
  { word: 'distance<5', help: 'by edges from a root' },
  { word: 'has:PROPERTY', help: 'that have such a property (small numbers are not in snapshots)' },
  { word: 'held:CLASS', help: 'that an object of this class (or @ID) alone keeps alive, at any depth' },
  { word: 'new', help: 'that the other snapshot of a comparison has not' },
  { word: 'detached', help: 'DOM and native nodes that are detached' },
];

const TERM =
  /\s*(?:(detached|new)(?=\s|$)|(size|retained|distance)\s*(>=|<=|>|<|=)\s*([\d.]+\s?(?:[kmgt]i?b?|b)?(?![\w.]))|(class|name|type|has|held):(?:"([^"]*)"|\/((?:[^/\\]|\\.)+)\/(?=\s|$)|(\{[^}]*\}|\S+))|(\S+))/giy;

/** @throws HeaplineError `usage` for a term that is none */
export function parseQuery(text: string): NodeQuery {
  const query: NodeQuery = {};
  const terms = new RegExp(TERM);
  for (let match = terms.exec(text); match; match = terms.exec(text)) {
    const [term, flag, measure, sign, amount, key, quoted, regex, plain, other] = match;
    if (other !== undefined) throw unknownTerm(other);
    if (flag) query[flag.toLowerCase() === 'new' ? 'isNew' : 'detached'] = true;
    else if (measure) addMeasure(query, measure.toLowerCase(), sign, amount.trim());
    else addWord(query, key.toLowerCase(), { term: term.trim(), regex, word: quoted ?? plain });
  }
  return query;
}

function addMeasure(query: NodeQuery, measure: string, sign: string, amount: string): void {
  const value = measure === 'distance' ? wholeNumber(amount) : parseBytes(amount);
  if (value === undefined) throw unknownTerm(`${measure}${sign}${amount}`);
  const name = measure === 'size' ? 'SelfSize' : measure === 'retained' ? 'RetainedSize' : 'Distance';
  if (sign !== '<' && sign !== '<=') query[`min${name}`] = sign === '>' ? value + 1 : value;
  if (sign !== '>' && sign !== '>=') query[`max${name}`] = sign === '<' ? value - 1 : value;
}

function addWord(
  query: NodeQuery,
  key: string,
  { term, regex, word }: { term: string; regex?: string; word?: string },
): void {
  if (key === 'class') {
    const part = word && /^\*(.+)\*$/.exec(word)?.[1];
    if (regex !== undefined) query.classPattern = regex;
    else if (part) query.classPattern = part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    else query.className = word;
  } else if (key === 'name') {
    if (regex === undefined) throw unknownTerm(term);
    query.namePattern = regex;
  } else if (word === undefined) throw unknownTerm(term);
  else if (key === 'type') query.type = word;
  else if (key === 'has') query.properties = [...(query.properties ?? []), word];
  else query.heldBy = word;
}

function wholeNumber(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function unknownTerm(term: string): HeaplineError {
  return new HeaplineError('usage', `\`${term}\` is no condition on objects.`, {
    hint: `Conditions are: ${QUERY_WORDS.map(({ word }) => word).join(', ')}.`,
  });
}
