/** `.heapline/ignore.json`: found, read, and written with all else that is in it. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { HeaplineError } from '../base/errors.ts';
import { JsonTextError, lineAndColumn, parsePlaced } from '../base/json-places.ts';
import type { Findings } from '../protocol/findings.ts';
import { type IgnoreEntry, type IgnoreList, isDay, withoutIgnored } from '../protocol/ignore.ts';
import { isRule } from './rules/rules.ts';

export const IGNORE_FILE = join('.heapline', 'ignore.json');

/** The nearest one in a folder or above it. */
export function findIgnoreFile(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const file = join(at, IGNORE_FILE);
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
  return list ? withoutIgnored(findings, list, dayOf(now)) : findings;
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
  /** All that the file says. */
  content: Record<string, unknown>;
}

/** @throws HeaplineError `malformed`, naming file, line and column; `not-found` */
export function readIgnoreFile(file: string): IgnoreFile {
  const text = readText(file);
  const placed = parse(file, text);
  const { value } = placed;
  const place = (part: object): string => `${file}:${lineAndColumn(text, placed.offsetOf(part))}`;
  if (!isObject(value)) throw wrong(`${file}:1:1`, 'an object with `version` and `ignore` is expected');
  if (value.version !== 1) throw wrong(place(value), '`"version": 1` is expected');
  const list = value.ignore;
  if (!Array.isArray(list)) throw wrong(place(value), '`ignore` must be a list');
  for (const entry of list) {
    const problem = isObject(entry) ? problemOf(entry) : 'each entry must be an object';
    if (problem) throw wrong(isObject(entry) ? place(entry) : place(list), problem);
  }
  return { entries: list as IgnoreEntry[], placeOf: place, content: value };
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
  const content = existsSync(file) ? readIgnoreFile(file).content : { version: 1, ignore: [] };
  const list = content.ignore as IgnoreEntry[];
  const same = list.findIndex((one) => KEYS.every((key) => one[key] === entry[key]));
  content.ignore = same < 0 ? [...list, entry] : list.with(same, entry);
  write(file, content);
  return file;
}

/** Takes out all that ignores a finding, also by its rule or owner. @returns how many entries those were @throws as addIgnore */
export function removeIgnore(
  { id, rule, owner }: { id: string; rule?: { id: string }; owner: { name: string } },
  folder: string,
): number {
  const file = findIgnoreFile(folder);
  if (!file) return 0;
  const { content, entries } = readIgnoreFile(file);
  const rest = entries.filter(
    (one) =>
      one.finding !== id && (one.rule === undefined || one.rule !== rule?.id) && one.owner !== owner.name,
  );
  if (rest.length < entries.length) write(file, { ...content, ignore: rest });
  return entries.length - rest.length;
}

function write(file: string, content: object): void {
  try {
    const indent = existsSync(file) ? /\n([ \t]+)"/.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(content, null, indent ?? 2)}\n`);
  } catch (error) {
    throw new HeaplineError('not-found', `${file} can't be written: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new HeaplineError('not-found', `${file} can't be read: ${(error as Error).message}.`, {
      kept: 'Nothing is ignored.',
      cause: error,
    });
  }
}

function parse(file: string, text: string): ReturnType<typeof parsePlaced> {
  try {
    return parsePlaced(text);
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    throw wrong(`${file}:${lineAndColumn(text, error.offset)}`, error.message);
  }
}

function wrong(place: string, message: string): HeaplineError {
  return new HeaplineError('malformed', `${place}: ${message}.`, { kept: 'Nothing is ignored.' });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Of the reader's clock. */
function dayOf(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
