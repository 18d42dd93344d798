import type { PackageCall } from '../source/package-calls.ts';

/** What is known of the way from the user's code to the storing code. */
export interface Known {
  /** The storing function. */
  storing: string;
  /** Of what holds the owner, nearest first. */
  classes: readonly string[];
  /** Functions of the package that are on sampled stacks. */
  seen: readonly string[];
}

/**
 * Of the user's calls into a package the one that leads to the storing code, with nothing but names to tell: the
 * storing function itself, what makes the object that holds the owner, a function that was seen at work, and else what
 * the import is called for, as it is given the options. Undefined where it may as well be another.
 */
export function chooseCall(calls: readonly PackageCall[], known: Known): PackageCall | undefined {
  const seen = new Set(known.seen);
  const score = ({ callee, made, again }: PackageCall): number =>
    (callee === known.storing ? 8 : 0) +
    (known.classes.includes(callee) ? 5 : 0) +
    (made > 0 && seen.has(callee) ? 4 : 0) +
    (made === 0 ? 2 : 0) +
    (again ? 0.5 : 0);
  const scored = calls.map((call) => ({ call, score: score(call) })).sort((a, b) => b.score - a.score);
  const [best] = scored;
  if (!best || best.score < 2) return undefined;
  const isTie = scored.some(({ call, score }) => score === best.score && call.callee !== best.call.callee);
  return isTie ? undefined : best.call;
}
