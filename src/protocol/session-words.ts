/** How pools and sessions are put into words: shared by the text, Markdown and HTML reports and the views. */
import { formatBytes, formatCount } from '../base/units.ts';
import { span } from './capacity.ts';
import type { ClosedSessions, HeldSession, PoolEviction, PoolUse, SessionPool } from './sessions.ts';
import { counted, unticked } from './wording.ts';

const tick = (name: string): string => `\`${unticked(name)}\``;

/** `session 41 ended 12 min ago and still holds 3.1 MB through `SessionStore.sessions` (Map)`. */
export function heldSentence({ session, endedAgoMs, bytes, through }: HeldSession): string {
  const [first, ...rest] = through;
  const more = rest.length ? ` and ${counted(rest.length, 'other')}` : '';
  const by = first ? ` through ${tick(first.name)} (${unticked(first.className)})${more}` : '';
  return `Session ${tick(session)} ended ${span(endedAgoMs)} ago and still holds ${formatBytes(bytes)}${by}: ${EVIDENCE_WORDS[first?.evidence ?? 'key']}.`;
}

const EVIDENCE_WORDS = {
  key: 'its entry there bears its name',
  field: 'what is held bears its name in a field',
} as const;

/** `37 of 40 closed sessions are still held, with 115 MB.` */
export function closedSentence({ closed, heldCount, bytes }: ClosedSessions): string {
  if (!heldCount)
    return `Nothing is still held of ${closed === 1 ? 'the session that has' : `the ${formatCount(closed)} sessions that have`} closed.`;
  return `${formatCount(heldCount)} of ${counted(closed, 'closed session')} ${heldCount === 1 ? 'is' : 'are'} still held, with ${formatBytes(bytes)}.`;
}

const USE_WORDS: Record<PoolUse['by'], string> = {
  spans: 'nothing of the session was seen at work for',
  times: 'by the times of last use that entries hold, not used for',
  unchanged: 'what the entry holds has not changed for',
};

/** `12 active, 575 idle (1.8 GB): ...` */
export function useSentence({ active, idle, by, idleMs, idleBytes }: PoolUse): string {
  return `${formatCount(active)} active, ${formatCount(idle)} idle${idle ? ` (${formatBytes(idleBytes)})` : ''}; idle: ${USE_WORDS[by]} ${span(idleMs)}`;
}

/** What takes entries out, as far as that was seen. */
export function evictionSentence(
  { policy, max, timer, came, left, snapshots }: PoolEviction,
  entries: number,
): string {
  const over = `over ${counted(snapshots, 'snapshot')}`;
  switch (policy) {
    case 'never':
      return `never evicted: ${formatCount(came)} came and none left ${over}${timer ? " (a timer's function can reach it)" : ''}`;
    case 'fixed':
      return `of a fixed size: the same ${formatCount(entries)} ${over}`;
    case 'bounded':
      return `bounded: ${formatCount(came)} came and ${formatCount(left)} left ${over}, as many at a time`;
    case 'lru':
      return `LRU: room for ${formatCount(max ?? 0)}${left ? `, ${formatCount(left)} left ${over}` : entries < (max ?? 0) ? ', not full yet' : ''}`;
    case 'ttl':
      return `swept, it seems: ${formatCount(came)} came and ${formatCount(left)} left ${over}, and a timer's function can reach it`;
    case 'removed':
      return `entries are taken out: ${formatCount(came)} came and ${formatCount(left)} left ${over}`;
    case 'unknown':
      return snapshots < 2
        ? 'not known: that takes two snapshots'
        : `not known: ${formatCount(came)} came and none left ${over}`;
  }
}

/** `587 × median 3.1 MB, p90 4 MB`. */
export function sizeSentence({ size, bytes, external, shared, entries }: SessionPool): string {
  const outside = external > 0.01 * bytes ? `, of which ${formatBytes(external)} outside the heap` : '';
  const together = shared > 0.05 * bytes ? `, and ${formatBytes(shared)} that they share` : '';
  return `${formatBytes(bytes)} in ${counted(entries, 'entry')}: median ${formatBytes(size.median)}, p90 ${formatBytes(size.p90)}${outside}${together}`;
}
