/** Which containers can be watched in a running program, and where. */
import type { Finding, FindingKind } from './findings.ts';

const KINDS: readonly FindingKind[] = ['array', 'map', 'set', 'listeners', 'dictionary'];

/** Whether such a container can be watched, as far as its kind says. */
export function isWatchable(kind: FindingKind): boolean {
  return KINDS.includes(kind);
}

/** Whether it may be: an object may be of a class that inherits from a container. */
export function mayBeWatched(kind: FindingKind): boolean {
  return isWatchable(kind) || kind === 'object';
}

/** What is watched of a finding: V8's id, and the constructor's name where it tells that it is still the same. */
export interface WatchTarget {
  nodeId: number;
  className?: string;
}

/** Listeners of many events, or in lists of Node's own, are watched at whom they listen to. */
export function watchTargetOf({ kind, owner, retainingPath }: Finding): WatchTarget {
  const { nodeId, className } = owner;
  // A shape is no constructor.
  if (kind !== 'listeners') return { nodeId, ...(className.startsWith('{') ? {} : { className }) };
  const list = retainingPath.find((entry) => entry.nodeId === nodeId);
  if (list?.className === 'Array') return { nodeId, className: 'Array' };
  const table = retainingPath.findLastIndex(({ edge }) => /_events$|kEvents/.test(edge));
  return { nodeId: retainingPath[table - 1]?.nodeId ?? nodeId };
}
