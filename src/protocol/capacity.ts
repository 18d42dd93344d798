/** How many sessions fit into memory, when it is full at the present pace, and what would hold it: arithmetic on what was measured. */
import { formatBytes, formatCount } from '../base/units.ts';
import type { MemoryLimit, PoolEviction, SessionPool, SessionsReport } from './sessions.ts';
import { counted } from './wording.ts';

/** Sizes in bytes, times in milliseconds. */
export interface Capacity {
  limit: MemoryLimit;
  /** What is not sessions: live memory without the pool, and what the process takes besides its heap. */
  base: number;
  perSession: number;
  /** That fit in all. */
  sessions: number;
  /** Until it is full, at the pace at which entries become more. */
  fullInMs?: number;
  /** Entries are let go of after so long: then so many are there at a time. */
  ttl?: {
    ms: number;
    holds: number /** Sessions went on after a longer pause than that. */;
    tooShort: boolean;
  };
  /** The arithmetic, with all that went into it. */
  formula: string;
}

const MINUTE = 60_000;
/** Lives that are easily said, in milliseconds. */
const LIVES = [
  ...[1, 2, 5, 10, 15, 20, 30, 45].map((seconds) => seconds * 1000),
  ...[1, 2, 3, 5, 10, 15, 20, 30, 45].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 4, 6, 8, 12, 24, 48, 72, 168].map((hours) => hours * 60 * MINUTE),
];
/** Of what fits, so much is to be used: sessions do not come evenly. */
const ROOM = 0.5;

/** By the bound that is reached first, or the one that is asked about. Undefined where nothing is known to bound it. */
export function capacityOf(report: SessionsReport, pool: SessionPool, asked?: number): Capacity | undefined {
  const limits: MemoryLimit[] = asked === undefined ? report.limits : [{ bytes: asked, kind: 'asked' }];
  const all = limits.flatMap((limit) => within(report, pool, limit) ?? []);
  return all.sort((a, b) => a.sessions - b.sessions)[0];
}

function within(report: SessionsReport, pool: SessionPool, limit: MemoryLimit): Capacity | undefined {
  const { children } = report;
  const isHeap = limit.kind === 'heap';
  const together = report.pools.filter((one) => one === pool || one.with === pool.nodeId);
  const ofPools = together.reduce(
    (sum, { bytes, shared, external }) => sum + bytes + shared - (isHeap ? external : 0),
    0,
  );
  const live = report.live - (isHeap ? report.external : 0);
  const base = live - ofPools + (isHeap ? 0 : (report.process ?? 0));
  const child = isHeap || !children ? 0 : children.rss * children.perSession;
  const perSession = pool.bytesPerSession - (isHeap ? pool.externalPerSession : 0) + child;
  if (!(perSession > 0)) return undefined;
  const sessions = Math.max(0, Math.floor((limit.bytes - base) / perSession));
  const { netPerMinute = 0, newPerMinute = 0, entries, eviction, of } = pool;
  const grows = netPerMinute > 0 && GROWING.includes(eviction.policy);
  const fullInMs = grows ? Math.max(0, ((sessions - entries) / netPerMinute) * MINUTE) : undefined;
  const ttl =
    newPerMinute > 0 && sessions > 0 ? lifeFor(sessions, newPerMinute, report.longestPauseMs) : undefined;
  const parts = [
    `(${formatBytes(limit.bytes)} ${WORDS[limit.kind]} - ${formatBytes(base)} base) / ` +
      `${formatBytes(perSession)} ${of === 'agent' ? 'an agent' : 'a session'} = ${counted(sessions, of)}` +
      (child ? ` (of which ${formatBytes(child)} in child processes)` : ''),
    fullInMs !== undefined
      ? `at ${pace(netPerMinute)} more ${of}s a minute it is full in ${span(fullInMs)}`
      : '',
    ttl
      ? `at ${pace(newPerMinute)} new ones a minute a TTL of ${span(ttl.ms)} would hold ${formatCount(ttl.holds)}`
      : '',
  ];
  return {
    limit,
    base,
    perSession,
    sessions,
    ...(fullInMs === undefined ? {} : { fullInMs }),
    ...(ttl ? { ttl } : {}),
    formula: parts.filter(Boolean).join('; '),
  };
}

/** What was not seen to be held within bounds. */
const GROWING: readonly PoolEviction['policy'][] = ['never', 'removed', 'unknown'];

const WORDS: Record<MemoryLimit['kind'], string> = {
  asked: 'asked for',
  heap: 'heap limit',
  memory: 'memory limit',
};

function lifeFor(sessions: number, newPerMinute: number, longestPauseMs = 0): Capacity['ttl'] {
  const most = ((ROOM * sessions) / newPerMinute) * MINUTE;
  const ms = LIVES.findLast((life) => life <= most);
  if (ms === undefined) return undefined;
  const holds = Math.max(1, Math.round((ms / MINUTE) * newPerMinute));
  return { ms, holds, tooShort: ms < longestPauseMs };
}

function pace(perMinute: number): string {
  return formatCount(perMinute, perMinute < 10 ? 1 : 0);
}

/** `41 min`, `20 s`, `3 h 5 min`: to plan by, not to the second. */
export function span(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(ms / MINUTE);
  if (minutes < 120) return `${formatCount(minutes)} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 72) return `${hours} h${minutes % 60 ? ` ${minutes % 60} min` : ''}`;
  return `${formatCount(Math.round(hours / 24))} days`;
}
