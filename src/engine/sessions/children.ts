import type { RecordingEvent } from '../../protocol/recording.ts';

/**
 * The child processes that sessions have running at `at`: their mean rss, as last read, and how many there are for
 * each session that has any. Counted are those that were started within a session, as it was seen at work.
 */
export function childrenOfSessions(
  events: readonly RecordingEvent[],
  at: number,
): { rss: number; perSession: number } | undefined {
  const sessions = new Map<number, string>();
  const running = new Map<number, { session: string; rss?: number }>();
  for (const event of events) {
    if (event.t > at) break;
    if (event.type === 'span' && event.session !== undefined) sessions.set(event.id, event.session);
    if (event.type === 'process' && event.role === 'child') {
      const session = event.span === undefined ? undefined : sessions.get(event.span);
      if (event.event === 'exit') running.delete(event.pid);
      else if (session !== undefined) running.set(event.pid, { session });
    }
    if (event.type !== 'processes') continue;
    for (const { pid, thread, rss } of event.readings) {
      const child = thread === undefined ? running.get(pid) : undefined;
      if (child && rss !== undefined) child.rss = rss;
    }
  }
  const read = [...running.values()].filter(({ rss }) => rss !== undefined);
  if (!read.length) return undefined;
  return {
    rss: read.reduce((sum, { rss }) => sum + rss!, 0) / read.length,
    perSession: running.size / new Set([...running.values()].map(({ session }) => session)).size,
  };
}
