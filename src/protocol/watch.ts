/** Which containers can be watched in a running program. */
import type { FindingKind } from './findings.ts';

const KINDS: readonly FindingKind[] = ['array', 'map', 'set', 'listeners'];

/** Whether such a container can be watched, as far as its kind says: Node keeps most listeners in arrays. */
export function isWatchable(kind: FindingKind): boolean {
  return KINDS.includes(kind);
}
