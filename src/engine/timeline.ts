import type { RecordingEvent, SnapshotEntry } from '../protocol/recording.ts';
import type { ReportTimeline } from '../protocol/report.ts';
import { agentTimeline } from './agent-timeline.ts';

/** Points per list: what a chart of some thousand pixels can show. */
const MOST = 2000;

export function makeTimeline(
  events: readonly RecordingEvent[],
  snapshots: readonly SnapshotEntry[],
): ReportTimeline {
  const memory = events.filter((event) => event.type === 'memory');
  const gc = events.filter((event) => event.type === 'gc');
  const budgets = events.filter((event) => event.type === 'budget');
  const steps = events.filter((event) => event.type === 'step');
  const agent = agentTimeline(events);
  return {
    memory: thin(memory).map(({ t, heapUsed, heapTotal, external, arrayBuffers, rss }) => ({
      t,
      heapUsed,
      heapTotal,
      external,
      arrayBuffers,
      rss,
    })),
    // The longest pauses are what people look for.
    gc: [...gc]
      .sort((a, b) => b.pauseMs - a.pauseMs)
      .slice(0, MOST)
      .sort((a, b) => a.t - b.t)
      .map(({ t, kind, pauseMs }) => ({ t, kind, pauseMs })),
    steps: thin(steps).map(({ t, step, name }) => (name === undefined ? { t, step } : { t, step, name })),
    snapshots: snapshots.map(({ index, bytes, t, pauseMs, activeMs, reason, step }) => ({
      index,
      bytes,
      t,
      pauseMs,
      activeMs,
      reason,
      step,
    })),
    ...(agent && { agent }),
    ...(budgets.length ? { budgets: thin(budgets).map(({ type, ...mark }) => mark) } : {}),
  };
}

/** Every k-th, the first and the last always. */
export function thin<T>(list: readonly T[]): T[] {
  if (list.length <= MOST) return [...list];
  const stride = Math.ceil(list.length / MOST);
  return list.filter((_, i) => i % stride === 0 || i === list.length - 1);
}
