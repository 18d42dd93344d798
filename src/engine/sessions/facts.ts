/** What the passes hand on to be told. */
import type { ClosedSessions, PoolPoint } from '../../protocol/sessions.ts';
import type { FoundPool } from './pools.ts';

/** A pool with what was seen of it in other snapshots. */
export interface WatchedPool {
  pool: FoundPool;
  /** By entry. */
  external: Map<string, number>;
  /** By entry, since 1970. */
  times?: Map<string, number>;
  timer: boolean;
  /** In order of time; the last snapshot is the last. */
  points: PoolPoint[];
  /** By entry of the last snapshot: when it was first as it was then. Milliseconds since the recording began. */
  unchangedSince: Map<string, number>;
}

export interface LastHeap {
  /** Place of the snapshot among those of the source. */
  place: number;
  total: number;
  external: number;
  closed?: ClosedSessions;
}
