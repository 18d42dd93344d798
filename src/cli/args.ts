/** The command line's words, read by a table of options. */
import { HeaplineError } from '../base/errors.ts';
import { parseBytes, parseDuration } from '../base/units.ts';

export interface OptionSpec {
  name: string;
  short?: string;
  /** What its value is called in help; without, the option is a switch. */
  value?: string;
  /**
   * The value may be left out. The next word is taken as the value when it is `-`, ends in `.json`, or stands
   * before `--` where nothing else can; any other must be joined with `=`.
   */
  optionalValue?: boolean;
  /** It may be given several times: the values are joined by commas. */
  list?: boolean;
  help: string;
}

export interface CommandSpec {
  name: string;
  /** The words after the command, as help shows them. */
  usage: string;
  summary: string;
  /** More, in paragraphs. */
  details?: string[];
  options: OptionSpec[];
  /** The words after the options (or after `--`) are another program's: options end at the first of them. */
  program?: boolean;
  examples: [command: string, meaning: string][];
}

/** The words, sorted. Values are not yet checked. */
export interface Parsed {
  command: string;
  /** By option name: its value, or true for a switch or a value left out. */
  options: Map<string, string | true>;
  words: string[];
}

/** @throws HeaplineError `usage` in one line, with the nearest right spelling */
export function parseWords(spec: CommandSpec, argv: readonly string[]): Parsed {
  const options = new Map<string, string | true>();
  const words: string[] = [];
  const set = ({ name, list }: OptionSpec, value: string): void => {
    const before = list && options.get(name);
    options.set(name, before ? `${before},${value}` : value);
  };
  const end = argv.indexOf('--');
  const limit = end < 0 ? argv.length : end;
  let i = 0;
  while (i < limit) {
    const word = argv[i++];
    if (!word.startsWith('-') || word === '-') {
      if (spec.program) {
        if (end >= 0) {
          throw usage(spec, `\`${word}\` before \`--\` belongs to no option.`);
        }
        words.push(word, ...argv.slice(i));
        break;
      }
      words.push(word);
      continue;
    }
    const [flag, joined] = splitFlag(word);
    const option = spec.options.find((o) => flag === `--${o.name}` || (o.short && flag === `-${o.short}`));
    if (!option) throw unknownOption(spec, flag);
    if (!option.value) {
      if (joined !== undefined) throw usage(spec, `\`${flag}\` takes no value.`);
      options.set(option.name, true);
    } else if (joined !== undefined) {
      set(option, joined);
    } else if (option.optionalValue) {
      const next = i < limit ? argv[i] : undefined;
      const taken = next !== undefined && isOptionalValue(next, Boolean(spec.program) && end >= 0);
      options.set(option.name, taken ? argv[i++] : true);
    } else {
      if (i >= limit || argv[i].startsWith('--'))
        throw usage(spec, `\`${flag}\` needs a value: ${flag} ${option.value}.`);
      set(option, argv[i++]);
    }
  }
  if (end >= 0) words.push(...argv.slice(end + 1));
  return { command: spec.name, options, words };
}

function splitFlag(word: string): [string, string | undefined] {
  const equals = word.indexOf('=');
  return word.startsWith('--') && equals > 0
    ? [word.slice(0, equals), word.slice(equals + 1)]
    : [word, undefined];
}

function isOptionalValue(word: string, alone: boolean): boolean {
  if (word === '-' || /\.json$/i.test(word)) return true;
  return alone && !word.startsWith('-');
}

function unknownOption(spec: CommandSpec, flag: string): HeaplineError {
  const near = nearest(
    flag.replace(/^-+/, ''),
    spec.options.map((o) => o.name),
  );
  return usage(spec, `Unknown option \`${flag}\`.`, near ? `Did you mean --${near}?` : undefined);
}

/** A `usage` error that names the page of help to read. */
export function usage(spec: CommandSpec | undefined, message: string, hint?: string): HeaplineError {
  return new HeaplineError('usage', message, {
    hint: hint ?? `See heapline ${spec ? `${spec.name} ` : ''}--help.`,
  });
}

/** The candidate that a typist most likely meant, by edit distance; undefined when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({
      candidate,
      distance: candidate.startsWith(word) && word.length > 1 ? 0.5 : editDistance(word, candidate),
    }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return best?.candidate;
}

/** Damerau-Levenshtein distance, optimal string alignment. */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.length][b.length];
}

/** Typed reading of parsed options; each throws `usage` naming the option. */
export class Values {
  private readonly spec: CommandSpec;
  private readonly options: Parsed['options'];

  constructor(spec: CommandSpec, parsed: Parsed) {
    this.spec = spec;
    this.options = parsed.options;
  }

  has(name: string): boolean {
    return this.options.has(name);
  }

  text(name: string): string | undefined {
    const value = this.options.get(name);
    if (value === '') throw usage(this.spec, `\`--${name}\` is empty.`);
    return value === true ? undefined : value;
  }

  /** A whole number of at least `least`. */
  count(name: string, least = 1): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw this.wrong(name, text, `a whole number of ${least} or more`);
    return value;
  }

  /** Milliseconds, above 0. */
  duration(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = parseDuration(text);
    if (!value) throw this.wrong(name, text, 'a time such as 30s, 500ms or 2m');
    return value;
  }

  /** Bytes, above 0. */
  bytes(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = parseBytes(text);
    if (!value) throw this.wrong(name, text, 'a size such as 500MB or 2GB');
    return value;
  }

  /** `20%` -> 0.2; above 0. */
  share(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d+(\.\d+)?%$/.test(text) ? Number.parseFloat(text) / 100 : 0;
    if (!value) throw this.wrong(name, text, 'a share such as 10%');
    return value;
  }

  regex(name: string): RegExp | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    try {
      return new RegExp(text);
    } catch (error) {
      throw this.wrong(name, text, `a regular expression (${(error as Error).message})`);
    }
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const choice = choices.find((c) => c === text);
    if (!choice) throw this.wrong(name, text, `one of ${choices.join(', ')}`);
    return choice;
  }

  private wrong(name: string, text: string, wanted: string): HeaplineError {
    return usage(this.spec, `\`--${name} ${text}\` is not ${wanted}.`);
  }
}
