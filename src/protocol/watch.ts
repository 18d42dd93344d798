/** What watching a container tells: who inserts into it. */
import type { FindingKind, Site } from './findings.ts';

/** A line that inserts. */
export interface WatchedSite {
  /** Nearest to the insert, of all code that is not the runtime's own. */
  site: Site;
  /** Inserts from there, and their share of those whose line is known. */
  count: number;
  share: number;
  /** The commonest way there, nearest first: up to five. */
  stack: Site[];
  /** On it, the first line in the user's own code. */
  user?: Site;
}

export interface ContainerWatch {
  inserts: number;
  removes: number;
  /** What it gained, or lost, in ways that can't be seen: `a[i] = x`, `a.length = n`, `Array.prototype.push.call(a, x)`. */
  unseen: number;
  seconds: number;
  /** `enough`: so many inserts tell all. `collected`: the program let the container go. */
  end: 'time' | 'stopped' | 'enough' | 'collected' | 'target-gone';
  /** Most inserts first. */
  sites: WatchedSite[];
}

const KINDS: readonly FindingKind[] = ['array', 'map', 'set', 'listeners'];

/** Whether such a container can be watched, as far as its kind says: Node keeps most listeners in arrays. */
export function isWatchable(kind: FindingKind): boolean {
  return KINDS.includes(kind);
}
