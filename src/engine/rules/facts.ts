/** What rules look at: a finding, taken apart. */
import type { Finding, FindingKind, Site } from '../../protocol/findings.ts';
import type { SourceExcerpt } from '../../protocol/report.ts';
import { containerIndex, excerptOf } from '../../protocol/wording.ts';
import type { EntryFact } from '../owner-facts.ts';
import { bendOf } from './bend.ts';

export interface GainedClass {
  className: string;
  objects: number;
  /** Of the bytes gained. */
  share: number;
  /** The container itself holds some; others lie below what it holds. */
  isEntry: boolean;
}

export interface RuleFacts {
  kind: FindingKind;
  /** The container's class. */
  ownerClass: string;
  /** Words of the container's own name: `Desk.openSessions` gives `open`, `sessions`. */
  own: readonly string[];
  /** Words of that name and of the names and classes that hold it, nearest first. */
  around: readonly string[];
  /** Classes of the objects on the way to it, nearest first. */
  holderClasses: readonly string[];
  /** Edges on the way to it, nearest first. */
  edges: readonly string[];
  /** Classes, without plain objects, functions and what anybody makes; entries first, then the largest. */
  classes: readonly GainedClass[];
  /** Plain objects by the names of their properties; entries first. */
  shapes: readonly { keys: readonly string[]; isEntry: boolean }[];
  /** Share of what the container itself holds that is functions, and promises. */
  functionEntries: number;
  promiseEntries: number;
  /** Share of the bytes gained that is text, and that is memory of buffers. */
  strings: number;
  buffers: number;
  /** Functions and their scopes gained, anywhere; and promises. */
  functions: number;
  promises: number;
  /** The line that stores, and the lines around it, as text; empty where they are not known. */
  storeLine: string;
  storeLines: string;
  storeFunction: string;
  /** Child processes and workers that are seen to run on unused. */
  processes: number;
  /** How many times more bytes are gained at the end than at the beginning, for each step or object; 1 is steady. */
  bend: number;
}

/** Entries of the path that say something about the container: what is farther away holds all sorts of things. */
const NEAR = 4;

/** @param entries classes of what the container itself holds @param sources lines around the finding's sites */
export function factsOf(
  finding: Finding,
  entries: readonly EntryFact[],
  sources: readonly SourceExcerpt[],
): RuleFacts {
  const { owner, gained, storeSite } = finding;
  const at = containerIndex(finding);
  const holders = finding.retainingPath.slice(0, at + 1).reverse();
  const near = holders.slice(0, NEAR);
  const bytes = gained.reduce((sum, group) => sum + Math.max(0, group.bytes), 0) || 1;
  const grown = gained.map(({ className, objects, bytes: size }) => ({
    className,
    objects,
    share: Math.max(0, size) / bytes,
    isEntry: entries.some((entry) => entry.className === className),
  }));
  // Small ones may be missing among the largest gains.
  const small = entries.filter(({ className }) => !grown.some((one) => one.className === className));
  const parts: GainedClass[] = [
    ...grown.filter(({ isEntry }) => isEntry),
    ...small.map(({ className }) => ({ className, objects: 1, share: 0, isEntry: true })),
    ...grown.filter(({ isEntry }) => !isEntry),
  ];
  const entriesOf = (pattern: RegExp): number =>
    entries.reduce((sum, { className, share }) => sum + (pattern.test(className) ? share : 0), 0);
  const shareOf = (pattern: RegExp): number =>
    parts.reduce((sum, part) => sum + (pattern.test(part.className) ? part.share : 0), 0);
  const countOf = (pattern: RegExp): number =>
    parts.reduce((sum, part) => sum + (pattern.test(part.className) ? part.objects : 0), 0);
  const excerpt = storeSite && excerptOf(sources, storeSite);
  return {
    kind: finding.kind,
    ownerClass: owner.className,
    own: wordsOf(ownName(owner.name)),
    around: [
      owner.name,
      owner.className,
      ...near.flatMap(({ name, className }) => [name, className]),
    ].flatMap((name) => (isShape(name) ? [] : wordsOf(name))),
    holderClasses: [owner.className, ...holders.map(({ className }) => className)],
    edges: holders.map(({ edge }) => edge),
    classes: parts.filter(({ className }) => !isShape(className) && !ANYBODYS.test(className)),
    shapes: parts.flatMap(({ className, isEntry }) =>
      isShape(className) ? [{ keys: keysOf(className), isEntry }] : [],
    ),
    functionEntries: entriesOf(FUNCTION),
    promiseEntries: entriesOf(PROMISE),
    strings: shareOf(/string\)$/),
    buffers: shareOf(
      /^(ArrayBuffer( data)?|SharedArrayBuffer|Buffer|(Big)?(Int|Uint|Float)\w*Array|DataView)$/,
    ),
    functions: countOf(FUNCTION),
    promises: countOf(PROMISE),
    storeLine: storeSite && excerpt ? (excerpt.lines[storeSite.line - excerpt.firstLine] ?? '') : '',
    storeLines: linesBefore(excerpt, storeSite),
    storeFunction: storeSite?.function ?? '',
    processes: finding.processes?.length ?? 0,
    bend: bendOf(finding.growth.perSnapshot),
  };
}

const FUNCTION = /\(\)$|^function$|^scope$/;
const PROMISE = /^Promise$|PromiseReaction/;

/** Classes that say nothing about what something is for. */
const ANYBODYS =
  /^\(|\(\)$|^(function|scope|Object|Array|Map|Set|WeakMap|WeakSet|WeakRef|Promise|Function|Generator|Error|Date|RegExp|Symbol|BigInt|ArrayBuffer|ArrayBuffer data|SharedArrayBuffer|Buffer|DataView|Arguments|(Big)?(Int|Uint|Float)\w*Array)$|^system \//;

/** The container's own name: after the last dot, without brackets. */
function ownName(name: string): string {
  return name.replace(/\[[^\]]*\]$/, '').replace(/^.*[.\s]/, '') || name;
}

/** `openSessions_byID` -> `open`, `sessions`, `by`, `id`. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}

function isShape(className: string): boolean {
  return className.startsWith('{');
}

function keysOf(shape: string): string[] {
  return shape
    .slice(1, -1)
    .split(', ')
    .map((key) => key.replace(/^"|"$/g, ''));
}

/** The storing line and what stands before it: there it is decided what is stored. */
function linesBefore(excerpt: SourceExcerpt | undefined, site: Site | undefined): string {
  return excerpt && site ? excerpt.lines.slice(0, site.line - excerpt.firstLine + 1).join('\n') : '';
}

/** The first class that is called so. */
export function classLike(facts: RuleFacts, pattern: RegExp): GainedClass | undefined {
  return facts.classes.find(({ className }) => pattern.test(className));
}

/** What lies below the entries says less about them: this is taken off. */
export function below({ isEntry }: { isEntry: boolean }): number {
  return isEntry ? 0 : 0.2;
}

/** The first holder (or the container itself) whose class is called so. */
export function holderLike(facts: RuleFacts, pattern: RegExp): string | undefined {
  return facts.holderClasses.find((className) => !isShape(className) && pattern.test(className));
}

/** The first of some words that is one of the pattern's, whole. */
export function wordLike(words: readonly string[], pattern: RegExp): string | undefined {
  const whole = new RegExp(`^(?:${pattern.source})$`, 'i');
  return words.find((word) => whole.test(word));
}

/** The first plain objects with all properties of one of the lists, and that list. */
export function shapeWith(
  facts: RuleFacts,
  ...lists: readonly (readonly string[])[]
): { keys: readonly string[]; isEntry: boolean } | undefined {
  for (const shape of facts.shapes) {
    const keys = lists.find((list) => list.every((key) => shape.keys.includes(key)));
    if (keys) return { keys, isEntry: shape.isEntry };
  }
  return undefined;
}

export function isCollection({ kind }: RuleFacts): boolean {
  return kind === 'map' || kind === 'set' || kind === 'array' || kind === 'dictionary' || kind === 'object';
}

/** Keyed: what is put in under a key that is there replaces. */
export function isKeyed({ kind }: RuleFacts): boolean {
  return kind === 'map' || kind === 'dictionary' || kind === 'object';
}
