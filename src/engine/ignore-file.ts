/** `.heapline/ignore.json`: found, read, and written with all else that is in it. */
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  applyEdits,
  getNodeValue,
  type JSONPath,
  modify,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { HeaplineError } from '../base/errors.ts';
import type { Findings } from '../protocol/findings.ts';
import {
  type IgnoreEntry,
  type IgnoreList,
  isDay,
  mostImportant,
  withoutIgnored,
} from '../protocol/ignore.ts';
import { replaceFile } from '../recording/disk.ts';
import { isRule } from './rules/rules.ts';

export const IGNORE_FILE = join('.heapline', 'ignore.json');

/** The nearest one in a folder or above it. */
export function findIgnoreFile(folder: string): string | undefined {
  return findUpwards(folder, IGNORE_FILE);
}

/** The nearest file of that name in a folder or above it. */
export function findUpwards(folder: string, name: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const file = join(at, name);
    if (existsSync(file)) return file;
    if (dirname(at) === at) return undefined;
  }
}

/** Where the ignore file of a recording is looked for: where its program ran, as far as that folder is here. */
export function ignoreFolder(cwd: string | undefined, fallback: string): string {
  return cwd !== undefined && statSync(cwd, { throwIfNoEntry: false })?.isDirectory() ? cwd : fallback;
}

/** What the nearest ignore file says, from a folder upwards. One that can't be used ignores nothing, and says why. */
export function readIgnores(folder: string): IgnoreList | undefined {
  const file = findIgnoreFile(folder);
  return file === undefined ? undefined : listOf(file);
}

/** The verdict without what is ignored today. */
export function applyIgnores(findings: Findings, list: IgnoreList | undefined, now = new Date()): Findings {
  return list ? withoutIgnored(findings, list, dayOf(now)) : mostImportant(findings);
}

function listOf(file: string): IgnoreList {
  try {
    const { entries, placeOf } = readIgnoreFile(file);
    const unknown = entries.filter(({ rule }) => rule !== undefined && !isRule(rule));
    const problems = unknown.map(
      (entry) => `${placeOf(entry)}: there is no rule \`${entry.rule}\`; \`heapline rules\` lists them.`,
    );
    return { entries, problems };
  } catch (error) {
    if (!HeaplineError.is(error)) throw error;
    return { entries: [], problems: [error.toLine()] };
  }
}

export interface IgnoreFile {
  entries: IgnoreEntry[];
  /** `FILE:LINE:COLUMN`. */
  placeOf(entry: IgnoreEntry): string;
  text: string;
}

/** Comments are let pass. @throws HeaplineError `malformed`, naming file, line and column; `not-found` */
export function readIgnoreFile(file: string): IgnoreFile {
  const text = readText(file);
  const place = (offset: number): string => `${file}:${lineAndColumn(text, offset)}`;
  const errors: ParseError[] = [];
  const root = treeOf(file, text, errors);
  if (errors.length) throw wrong(place(errors[0].offset), wordsOf(errors[0]));
  if (root?.type !== 'object') throw wrong(place(0), 'an object with `version` and `ignore` is expected');
  if (memberOf(root, 'version')?.value !== 1) throw wrong(place(root.offset), '`"version": 1` is expected');
  const list = memberOf(root, 'ignore');
  if (list?.type !== 'array') throw wrong(place(root.offset), '`ignore` must be a list');
  const offsets = new Map<IgnoreEntry, number>();
  for (const node of list.children ?? []) {
    const entry = getNodeValue(node);
    const problem = node.type === 'object' ? problemOf(entry) : 'each entry must be an object';
    if (problem) throw wrong(place(node.offset), problem);
    offsets.set(entry, node.offset);
  }
  return { entries: [...offsets.keys()], placeOf: (entry) => place(offsets.get(entry) ?? 0), text };
}

function treeOf(file: string, text: string, errors: ParseError[]): Node | undefined {
  try {
    return parseTree(text, errors);
  } catch {
    throw wrong(file, 'it is nested too deeply');
  }
}

function memberOf(object: Node, name: string): Node | undefined {
  return object.children?.find(({ children }) => children?.[0].value === name)?.children?.[1];
}

/** `line:column`, both from 1. */
export function lineAndColumn(text: string, offset: number): string {
  const before = text.slice(0, offset).split(/\r\n|\n|\r/);
  return `${before.length}:${before[before.length - 1].length + 1}`;
}

/** `comma expected`, of the parser's `CommaExpected`. */
export function wordsOf({ error }: ParseError): string {
  return printParseErrorCode(error)
    .replace(/(?!^)[A-Z]/g, ' $&')
    .toLowerCase();
}

const KEYS = ['finding', 'rule', 'owner'] as const;

function problemOf(entry: Record<string, unknown>): string | undefined {
  const named = KEYS.filter((key) => entry[key] !== undefined);
  if (named.length !== 1) return 'an entry needs one of `finding`, `rule` and `owner`';
  for (const key of [named[0], 'reason']) {
    const value = entry[key];
    if (typeof value !== 'string' || !value.trim()) return `\`${key}\` must be a text that says something`;
  }
  if (entry.expires !== undefined && !isDay(entry.expires)) return '`expires` must be a day, as "2027-01-31"';
  return undefined;
}

/**
 * Adds an entry to the nearest ignore file, in place of one about the same; where there is none, to a new one in `home`.
 * @returns the file
 * @throws HeaplineError `malformed` (then nothing is written), `not-found` where it can't be written
 */
export function addIgnore(entry: IgnoreEntry, folder: string, home = folder): string {
  const file = findIgnoreFile(folder) ?? join(home, IGNORE_FILE);
  const { text, entries } = existsSync(file) ? readIgnoreFile(file) : EMPTY;
  const same = entries.findIndex((one) => KEYS.every((key) => one[key] === entry[key]));
  write(file, changed(text, ['ignore', same < 0 ? entries.length : same], entry));
  return file;
}

/** Takes out all that ignores a finding, also by its rule or owner. @returns how many entries those were @throws as addIgnore */
export function removeIgnore(
  { id, rule, owner }: { id: string; rule?: { id: string }; owner: { name: string } },
  folder: string,
): number {
  const file = findIgnoreFile(folder);
  if (!file) return 0;
  const { text, entries } = readIgnoreFile(file);
  const ignoring = entries.flatMap((one, index) =>
    one.finding === id || (one.rule !== undefined && one.rule === rule?.id) || one.owner === owner.name
      ? [index]
      : [],
  );
  const rest = ignoring.reduceRight((before, index) => changed(before, ['ignore', index], undefined), text);
  if (ignoring.length) write(file, rest);
  return ignoring.length;
}

const EMPTY = { text: '{\n  "version": 1,\n  "ignore": []\n}\n', entries: [] };

/** All else in the text stays as it is: comments, order, indentation. */
function changed(text: string, path: JSONPath, value: IgnoreEntry | undefined): string {
  const [, indent = '  '] = /\n([ \t]+)"/.exec(text) ?? [];
  const formattingOptions = { insertSpaces: indent[0] === ' ', tabSize: indent.length };
  return applyEdits(text, modify(text, path, value, { formattingOptions }));
}

function write(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    replaceFile(file, text);
  } catch (error) {
    throw new HeaplineError('not-found', `${file} can't be written: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    throw new HeaplineError('not-found', `${file} can't be read: ${(error as Error).message}.`, {
      kept: 'Nothing is ignored.',
      cause: error,
    });
  }
}

function wrong(place: string, message: string): HeaplineError {
  return new HeaplineError('malformed', `${place}: ${message}.`, { kept: 'Nothing is ignored.' });
}

/** Of the reader's clock. */
function dayOf(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
