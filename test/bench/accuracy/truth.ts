/** A program's truth.json, and the lines that comments in its sources mark. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

export type VersionName = 'leaky' | 'fixed' | 'app';

export interface Truth {
  leak: boolean;
  about: string;
  /** Regular expressions: of the owner's name, class or path. */
  owners?: string[];
  /** `path:line`, relative to the version's folder. */
  store?: string[];
  cause?: string[];
  user?: string[];
  classes?: string[];
  package?: string;
  step?: string;
}

export interface Program {
  name: string;
  folder: string;
  truth: Truth;
  versions: VersionName[];
}

/** Lines as `path:line`, paths relative and with `/`. */
export interface Lines {
  store: Set<string>;
  cause: Set<string>;
  user: Set<string>;
}

const VERSIONS: VersionName[] = ['leaky', 'fixed', 'app'];
const MARK = /(?:\/\/|\/\*|#) leak: ([a-z ]+)/;

/** The programs in a folder, by name. @throws Error where a truth.json is not as it must be */
export function readPrograms(root: string): Program[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, entry.name, 'truth.json')))
    .map(({ name }) => {
      const folder = join(root, name);
      const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as Truth;
      const versions = VERSIONS.filter((version) => existsSync(join(folder, version, 'package.json')));
      checkTruth(name, truth, versions);
      return { name, folder, truth, versions };
    });
}

function checkTruth(name: string, truth: Truth, versions: readonly VersionName[]): void {
  const wanted = truth.leak ? 'leaky' : 'app';
  if (typeof truth.leak !== 'boolean' || !versions.includes(wanted))
    throw new Error(
      `${name}: truth.json and folders do not agree: \`leak\` is true with leaky/, false with app/.`,
    );
  if (truth.leak && !truth.owners?.length) throw new Error(`${name}: truth.json names no owners.`);
}

/** What is told in truth.json, and what is marked in the sources of a prepared version. */
export function linesOf(truth: Truth, folder: string): Lines {
  const lines: Lines = {
    store: new Set(truth.store),
    cause: new Set(truth.cause),
    user: new Set(truth.user),
  };
  for (const file of sourcesIn(folder)) {
    const path = relative(folder, file).split(sep).join('/');
    readFileSync(file, 'utf8')
      .split('\n')
      .forEach((text, i) => {
        for (const what of MARK.exec(text)?.[1].trim().split(/\s+/) ?? [])
          if (what in lines) lines[what as keyof Lines].add(`${path}:${i + 1}`);
      });
  }
  return lines;
}

/** Sources as they were written: without packages, and without what a build made. */
function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : sourcesIn(path);
    return /\.[cm]?[jt]sx?$/.test(entry.name) ? [path] : [];
  });
}
