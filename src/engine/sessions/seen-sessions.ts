import type { RecordingEvent } from '../../protocol/recording.ts';

/** A session as it was seen at work. Times are milliseconds since the recording began. */
export interface SeenSession {
  begun: number;
  /** When it was told to be over: not of one that went on later. */
  ended?: number;
  /** When anything of it last began or ended. */
  lastUse: number;
  /** The longest time in which nothing of it did, before it went on. */
  longestPause: number;
}

/** The sessions by their names, as seen until `until`. */
export function seenSessions(events: readonly RecordingEvent[], until: number): Map<string, SeenSession> {
  const sessions = new Map<string, SeenSession>();
  const open = new Map<number, { session: string; isSession: boolean }>();
  /** Of each session: what of it is under way. */
  const busy = new Map<string, number>();
  for (const event of events) {
    if (event.t > until) break;
    if (event.type === 'span' && event.session !== undefined) {
      const { t, session, id, kind } = event;
      open.set(id, { session, isSession: kind === 'session' });
      const seen = sessions.get(session);
      if (!seen) {
        sessions.set(session, { begun: t, lastUse: t, longestPause: 0 });
      } else {
        if (!busy.get(session)) seen.longestPause = Math.max(seen.longestPause, t - seen.lastUse);
        seen.lastUse = t;
        seen.ended = undefined;
      }
      if (kind !== 'session') busy.set(session, (busy.get(session) ?? 0) + 1);
    }
    if (event.type !== 'span-end') continue;
    const span = open.get(event.id);
    if (!span) continue;
    open.delete(event.id);
    const seen = sessions.get(span.session)!;
    seen.lastUse = event.t;
    if (span.isSession) seen.ended = event.t;
    else busy.set(span.session, Math.max(0, (busy.get(span.session) ?? 1) - 1));
  }
  return sessions;
}
