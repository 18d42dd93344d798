import type { ScriptEntry } from '../protocol/recording.ts';
import type { HeapGrowth } from './growth.ts';

/** Scripts of ours in the program, as they are called there. */
const OURS = /^heapline:/;

/**
 * Growth without that of what Heapline itself keeps in the program: it notes some things about each child process, for
 * one. What is held last by code of ours is ours.
 */
export function withoutOwnTraces(growth: HeapGrowth, scripts: readonly ScriptEntry[]): HeapGrowth {
  const ours = new Set(scripts.filter(({ url }) => OURS.test(url)).map(({ id }) => id));
  if (!ours.size) return growth;
  const owners = growth.owners.filter(({ facts }) => {
    const nearest = [facts.place, ...facts.path.map(({ place }) => place).reverse()].find(Boolean);
    return !nearest || !ours.has(String(nearest.scriptId));
  });
  return { ...growth, owners };
}
