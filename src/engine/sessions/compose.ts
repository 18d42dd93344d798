/** Pools and sessions as they are told. */
import type { RecordingEvent, SnapshotEntry } from '../../protocol/recording.ts';
import type {
  IdleBy,
  PoolEviction,
  PoolPoint,
  PoolUse,
  SessionPool,
  SessionsReport,
  Spread,
} from '../../protocol/sessions.ts';
import type { AnalysisSource } from '../input-types.ts';
import { childrenOfSessions } from './children.ts';
import type { LastHeap, WatchedPool } from './facts.ts';
import type { SeenSession } from './seen-sessions.ts';

export interface SessionFacts extends Pick<AnalysisSource, 'events' | 'snapshots' | 'recording' | 'limits'> {
  sessions: ReadonlyMap<string, SeenSession>;
  last: LastHeap;
  /** Live bytes, by snapshot in order. */
  totals: readonly { snapshot: number; total: number }[];
  pools: readonly WatchedPool[];
}

const MINUTE = 60_000;
const MOST_LARGEST = 5;
/** Idle is what was not used for so long, and in a short run for such a share of it. */
const IDLE_MS = 5 * MINUTE;
const IDLE_SHARE = 1 / 3;
/** Pools whose keys are the same to such a share go together. */
const SAME_KEYS = 0.8;
/** Snapshots with as many entries, some of them others each time, that show a bound. */
const STEADY = 3;
/** New entries from which on the whole heap's growth tells what each costs. */
const ENOUGH_NEW = 10;

export function composeSessions(facts: SessionFacts): SessionsReport {
  const { last, snapshots, events, limits, sessions } = facts;
  const { index: snapshot, t } = snapshots[last.place];
  const companions = companionsOf(facts.pools);
  const pools = facts.pools.map((watched) => poolOf(facts, watched, companions.get(watched)));
  for (const [main, others] of companions)
    for (const other of others) pools[facts.pools.indexOf(other)].with = main.pool.nodeIds[0];
  const own = processBytes(events, snapshots);
  const children = childrenOfSessions(events, t);
  const pauses = [...sessions.values()].map(({ longestPause }) => longestPause);
  return {
    format: 'heapline-sessions/1',
    snapshot,
    t,
    live: last.total,
    external: last.external,
    ...(own === undefined ? {} : { process: own }),
    ...(pauses.some((ms) => ms > 0) ? { longestPauseMs: pauses.reduce((a, b) => Math.max(a, b), 0) } : {}),
    ...(children ? { children } : {}),
    limits: [
      ...(limits?.heap ? [{ bytes: limits.heap, kind: 'heap' as const }] : []),
      ...(limits?.memory ? [{ bytes: limits.memory, kind: 'memory' as const }] : []),
    ],
    pools,
    ...(last.closed ? { closed: last.closed } : {}),
  };
}

function poolOf(
  facts: SessionFacts,
  watched: WatchedPool,
  companions: readonly WatchedPool[] = [],
): SessionPool {
  const { pool, points, external } = watched;
  const entries = [...pool.entries.values()].sort((a, b) => b.bytes - a.bytes);
  const size = spreadOf(entries.map(({ bytes }) => bytes));
  const bytes = sum(entries.map(({ bytes }) => bytes));
  const outside = sum([...external.values()]);
  const together = [watched, ...companions];
  const count = Math.max(1, entries.length);
  return {
    name: pool.name,
    kind: pool.kind,
    className: pool.className,
    nodeId: pool.nodeIds[0],
    containers: pool.nodeIds.length,
    of: pool.of,
    path: pool.path,
    entryClass: pool.entryClass,
    evidence: pool.evidence,
    entries: entries.length,
    bytes,
    external: outside,
    shared: pool.shared,
    size,
    ...useOf(facts, watched),
    eviction: evictionOf(watched),
    points,
    largest: entries.slice(0, MOST_LARGEST).map(({ key, nodeId, bytes }) => ({
      ...(key === undefined ? {} : { key }),
      nodeId,
      bytes,
    })),
    bytesPerSession: sum(together.map((one) => bytesPerEntry(one, count))),
    externalPerSession: sum(together.map((one) => sum([...one.external.values()]))) / count,
    ...(evictionOf(watched).left ? {} : heapPerNew(points, facts.totals)),
    ...pace(facts, watched),
  };
}

/** @param count entries of the pool that it goes with */
function bytesPerEntry({ pool, points }: WatchedPool, count: number): number {
  const alone = sum([...pool.entries.values()].map(({ bytes }) => bytes)) / count;
  const gain = slope(points.map(({ entries, shared }) => [entries, shared]));
  return alone + Math.min(Math.max(0, gain ?? 0), pool.shared / count);
}

/** Of pools with the same keys the largest counts the others, too. */
function companionsOf(pools: readonly WatchedPool[]): Map<WatchedPool, WatchedPool[]> {
  const found = new Map<WatchedPool, WatchedPool[]>();
  const taken = new Set<WatchedPool>();
  for (const main of pools) {
    if (taken.has(main)) continue;
    const others = pools.filter(
      (other) => other !== main && !taken.has(other) && !found.has(other) && haveSameKeys(main, other),
    );
    for (const other of others) taken.add(other);
    if (others.length) found.set(main, others);
  }
  return found;
}

function haveSameKeys({ pool: a }: WatchedPool, { pool: b }: WatchedPool): boolean {
  const keyed = [...a.entries].filter(([, { key }]) => key !== undefined).map(([id]) => id);
  const shared = keyed.filter((id) => b.entries.has(id)).length;
  return shared > 0 && shared >= SAME_KEYS * Math.max(a.entries.size, b.entries.size);
}

function spreadOf(bytes: readonly number[]): Spread {
  const sorted = [...bytes].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return {
    median: at(0.5),
    p90: at(0.9),
    mean: sorted.length ? sum(sorted) / sorted.length : 0,
    max: at(1),
  };
}

function useOf(
  { sessions, snapshots, recording, last }: SessionFacts,
  { pool, times, points, unchangedSince }: WatchedPool,
): { use?: PoolUse } {
  const { t } = snapshots[last.place];
  const first = points[0]?.t ?? t;
  const idleMs = Math.min(IDLE_MS, IDLE_SHARE * (t - first));
  if (idleMs <= 0) return {};
  const started = Date.parse(recording.createdAt ?? '');
  const by: IdleBy =
    pool.seen >= SAME_KEYS ? 'spans' : times && !Number.isNaN(started) ? 'times' : 'unchanged';
  const lastUse = (id: string, key: string | undefined): number => {
    const unchanged = unchangedSince.get(id) ?? t;
    if (by === 'times') return (times!.get(id) ?? started + unchanged) - started;
    return (by === 'spans' && key !== undefined && sessions.get(key)?.lastUse) || unchanged;
  };
  let idle = 0;
  let idleBytes = 0;
  for (const [id, { key, bytes }] of pool.entries) {
    if (t - lastUse(id, key) < idleMs) continue;
    idle++;
    idleBytes += bytes;
  }
  return { use: { active: pool.entries.size - idle, idle, by, idleMs, idleBytes } };
}

function evictionOf({ pool, points, timer }: WatchedPool): PoolEviction {
  const came = sum(points.map((point) => point.came));
  const left = sum(points.map((point) => point.left));
  return {
    policy: policyOf(points, came, left, timer, pool.max),
    ...(pool.max === undefined ? {} : { max: pool.max }),
    ...(timer ? { timer } : {}),
    came,
    left,
    snapshots: points.length,
  };
}

function policyOf(
  points: readonly PoolPoint[],
  came: number,
  left: number,
  timer: boolean,
  max: number | undefined,
): PoolEviction['policy'] {
  if (max !== undefined) return 'lru';
  if (points.length < 2) return 'unknown';
  if (!left) return came ? (points.length < 3 ? 'unknown' : 'never') : 'fixed';
  const last = points.slice(-STEADY);
  const moves = last.slice(1).every((point) => point.came > 0 && point.left === point.came);
  if (last.length === STEADY && moves) return 'bounded';
  return timer ? 'ttl' : 'removed';
}

/** What the heap gained for each new entry: the median slope between any two snapshots. */
function heapPerNew(points: readonly PoolPoint[], totals: SessionFacts['totals']): { heapPerNew?: number } {
  const last = points[points.length - 1];
  if (points.length < 3 || last.entries - points[0].entries < ENOUGH_NEW) return {};
  const live = new Map(totals.map(({ snapshot, total }) => [snapshot, total]));
  const gain = slope(points.map(({ entries, snapshot }) => [entries, live.get(snapshot)]));
  return gain !== undefined && gain > 0 ? { heapPerNew: gain } : {};
}

/** By how much the second rises with the first: the median between any two points; undefined where the first stands. */
function slope(points: readonly (readonly [number, number | undefined])[]): number | undefined {
  const slopes: number[] = [];
  for (const [i, [x, y]] of points.entries()) {
    for (const [x2, y2] of points.slice(i + 1)) {
      if (y !== undefined && y2 !== undefined && x !== x2) slopes.push((y2 - y) / (x2 - x));
    }
  }
  return slopes.sort((a, b) => a - b)[Math.floor(slopes.length / 2)];
}

function pace(
  { sessions }: SessionFacts,
  { pool, points }: WatchedPool,
): { newPerMinute?: number; netPerMinute?: number } {
  const [first, last] = [points[0], points[points.length - 1]];
  const minutes = (last.activeMs - first.activeMs) / MINUTE;
  if (!(minutes > 0)) return {};
  const came = sum(points.map((point) => point.came));
  // What came and went between two snapshots is seen at work only.
  const begun =
    pool.seen >= SAME_KEYS
      ? [...sessions.values()].filter(({ begun }) => begun > first.t && begun <= last.t).length
      : 0;
  return {
    newPerMinute: Math.max(came, begun) / minutes,
    netPerMinute: (last.entries - first.entries) / minutes,
  };
}

/** What the process takes besides its heap: before the first snapshot, which takes much that is not given back at once. */
function processBytes(
  events: readonly RecordingEvent[],
  [first]: readonly SnapshotEntry[],
): number | undefined {
  let least: number | undefined;
  for (const event of events) {
    if (event.type !== 'memory') continue;
    if (first && event.t > first.t) break;
    const own = event.rss - event.heapTotal - event.external;
    if (own > 0 && (least === undefined || own < least)) least = own;
  }
  return least;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
