/** Whether two engines say the same of a snapshot. */
import { LEAK } from './agent-parts.ts';
import type { ClassRow, DiffRow, Result } from './drivers/outcome.ts';

/** Of those that can be compared, how many are the same. */
export interface Share {
  same: number;
  of: number;
}

export interface Agreement {
  /** Numbers of nodes and edges, and the total size; undefined where the engine does not tell. */
  nodes?: boolean;
  edges?: boolean;
  total?: boolean;
  counts: Share;
  shallow?: Share;
  retained?: Share;
  /** Classes with the same numbers added and removed. */
  diff?: Share;
  /** Objects by which the known leak grew, as the engine's diff has it. */
  leak?: number;
  /** Some of what differs, in words. */
  examples: string[];
}

const MOST_EXAMPLES = 5;
/** Another spelling of the same class. */
const SPELLINGS: Record<string, string> = {
  '(closure)': 'Function',
  '(hidden)': '(system)',
  '(regexp)': 'RegExp',
};

/** What an engine said, in a summary and, where it can, in a diff. */
export interface Said {
  summary: Result;
  diff?: Result;
}

/** Classes that the engine does not name at all count as different unless it names them by rules of its own. */
export function agreement(reference: Said, said: Said, ownRules: boolean): Agreement {
  const examples: string[] = [];
  const { summary } = said;
  const theirs = new Map(summary.classes!.map((row) => [SPELLINGS[row[0]] ?? row[0], row]));
  const ours = new Map(reference.summary.classes!.map((row) => [row[0], row]));
  const names = ownRules ? [...ours.keys()].filter((name) => theirs.has(name)) : union(ours, theirs);
  const share = (column: 1 | 2 | 3, what: string): Share => {
    const comparable = names.filter((name) => (theirs.get(name) ?? ours.get(name))![column] !== null);
    const different = comparable.filter((name) => ours.get(name)?.[column] !== theirs.get(name)?.[column]);
    for (const name of different) {
      examples.push(`${what} of ${name}: ${ours.get(name)?.[column]}, ${theirs.get(name)?.[column]}`);
    }
    return { same: comparable.length - different.length, of: comparable.length };
  };
  const sized = summary.classes!.some(([, , self]) => self > 0);
  const hasRetained = summary.classes!.some(([, , , retained]) => retained !== null);
  const result: Agreement = {
    nodes: equal(reference.summary.nodes, summary.nodes),
    edges: equal(reference.summary.edges, summary.edges),
    total: equal(reference.summary.totalSize, summary.totalSize),
    counts: share(1, 'count'),
    shallow: sized ? share(2, 'shallow size') : undefined,
    retained: hasRetained ? share(3, 'retained size') : undefined,
    examples,
  };
  if (said.diff?.diff && reference.diff?.diff) {
    result.diff = sameDiffs(reference.diff.diff, said.diff.diff, ownRules, examples);
    const leak = said.diff.diff.find(([name]) => name === LEAK);
    result.leak = leak ? leak[1] - leak[3] : 0;
  }
  examples.splice(MOST_EXAMPLES);
  return result;
}

/** Whether nothing at all differs. */
export function agreesWholly({ nodes, edges, total, counts, shallow, retained, diff }: Agreement): boolean {
  return (
    ![nodes, edges, total].includes(false) &&
    [counts, shallow, retained, diff].every((share) => !share || share.same === share.of)
  );
}

/** Whether classes of plain objects are named by their properties: `{role, content}`. */
export function namesShapes(rows: readonly (ClassRow | DiffRow)[]): boolean {
  return rows.some(([name]) => /^\{.+\}$/.test(name));
}

function sameDiffs(ours: DiffRow[], theirs: DiffRow[], ownRules: boolean, examples: string[]): Share {
  const first = new Map(ours.map((row) => [row[0], row]));
  const second = new Map(theirs.map((row) => [SPELLINGS[row[0]] ?? row[0], row]));
  const names = ownRules ? [...first.keys()].filter((name) => second.has(name)) : union(first, second);
  const moves = (row: DiffRow | undefined): string => `+${row?.[1] ?? 0} -${row?.[3] ?? 0}`;
  const different = names.filter((name) => moves(first.get(name)) !== moves(second.get(name)));
  for (const name of different) {
    examples.push(`diff of ${name}: ${moves(first.get(name))}, ${moves(second.get(name))}`);
  }
  return { same: names.length - different.length, of: names.length };
}

function equal(ours: number | null, theirs: number | null): boolean | undefined {
  return ours === null || theirs === null ? undefined : ours === theirs;
}

function union(first: Map<string, unknown>, second: Map<string, unknown>): string[] {
  return [...new Set([...first.keys(), ...second.keys()])];
}
