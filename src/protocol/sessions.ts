/** Pools of agents and sessions, sessions that are over and still held, and how many fit: plain JSON, made by the engine. */

/** What a pool keeps its entries in. `lru`: the lists of an LRU cache. */
export type PoolKind = 'map' | 'set' | 'dictionary' | 'array' | 'lru';

/** Bytes. */
export interface Spread {
  median: number;
  p90: number;
  mean: number;
  max: number;
}

export interface PoolEntry {
  /** Where keys are texts. */
  key?: string;
  nodeId: number;
  /** Retained; what lies outside the heap included. */
  bytes: number;
}

/** A pool in one snapshot, and what changed since the one before. */
export interface PoolPoint {
  snapshot: number;
  /** Milliseconds since the recording began; of the program's own time. */
  t: number;
  activeMs: number;
  entries: number;
  bytes: number;
  /** Retained by the entries together, and by none of them alone. */
  shared: number;
  came: number;
  left: number;
}

/** How it is told that an entry is in use. `unchanged`: what it holds is as it was in an earlier snapshot. */
export type IdleBy = 'spans' | 'times' | 'unchanged';

export interface PoolUse {
  active: number;
  idle: number;
  by: IdleBy;
  /** Idle: not used for so long. */
  idleMs: number;
  /** Retained by those that are idle. */
  idleBytes: number;
}

export interface PoolEviction {
  /**
   * `never`: none left in several snapshots, and some came; `fixed`: the same throughout; `bounded`: as many, one out
   * for one in; `lru`: room for `max`; `ttl`: some left, and a timer's function can reach it; `removed`: some left.
   */
  policy: 'never' | 'fixed' | 'bounded' | 'lru' | 'ttl' | 'removed' | 'unknown';
  /** Entries that its lists have room for. */
  max?: number;
  /** A timer's function can reach it: its scope has it. What it does there is not known. */
  timer?: true;
  came: number;
  left: number;
  snapshots: number;
}

export interface SessionPool {
  /** `SessionStore.sessions`, `cache`. */
  name: string;
  kind: PoolKind;
  className: string;
  nodeId: number;
  /** Containers that are held alike, this one included. */
  containers: number;
  /** What its entries are called. */
  of: 'agent' | 'session';
  /** From the root to it. */
  path: string[];
  /** Class or shape of its entries. */
  entryClass: string;
  /** Why it is taken for a pool of agents or sessions: sentences. */
  evidence: string[];
  entries: number;
  /** Retained by all entries; of these, outside the heap. */
  bytes: number;
  external: number;
  /** Retained by several entries together, and by none alone. */
  shared: number;
  size: Spread;
  use?: PoolUse;
  eviction: PoolEviction;
  /** In order of time. */
  points: PoolPoint[];
  largest: PoolEntry[];
  /** Another pool has the same keys, and `bytesPerSession` of that one counts this: its `nodeId`. */
  with?: number;
  /**
   * Of this pool and those that go with it, outside the heap included: the mean of the entries, and by how much what
   * they share becomes more with each.
   */
  bytesPerSession: number;
  externalPerSession: number;
  /** What the whole live heap gained for each new entry, where that can be told: a check from outside. */
  heapPerNew?: number;
  /** New entries a minute of the program's own time, and how many more there are each minute. */
  newPerMinute?: number;
  netPerMinute?: number;
}

/** What tells that something belongs to a session: the key of an entry, or a field of its own. */
export type HeldEvidence = 'key' | 'field';

export interface HeldThrough {
  /** What leads to it: `SessionStore.sessions`. */
  name: string;
  className: string;
  nodeId: number;
  bytes: number;
  evidence: HeldEvidence;
}

/** A session that is over, and what is still alive of it. */
export interface HeldSession {
  session: string;
  /** Milliseconds from its end to the snapshot. */
  endedAgoMs: number;
  bytes: number;
  /** Largest first. */
  through: HeldThrough[];
}

export interface ClosedSessions {
  /** That closed before the snapshot, and how many of them nothing was found of. */
  closed: number;
  released: number;
  /** Of all that are held. */
  bytes: number;
  /** Largest first; the others are counted only. */
  held: HeldSession[];
  heldCount: number;
}

/** Memory by the kind of its bound. */
export interface MemoryLimit {
  bytes: number;
  /** `heap`: V8's own; `memory`: of a container or the machine. */
  kind: 'asked' | 'heap' | 'memory';
}

export interface SessionsReport {
  format: 'heapline-sessions/1';
  /** The snapshot that was measured: its number and when it was, in milliseconds since the recording began. */
  snapshot: number;
  t: number;
  /** Live bytes in it; of these, outside the heap. */
  live: number;
  external: number;
  /** What the process took besides its heap before the first snapshot, where that was read. */
  process?: number;
  /** The longest time after which a session went on, where sessions were seen at work. */
  longestPauseMs?: number;
  /** Mean rss of the child processes that sessions started and that run, and how many there are for each that has any. */
  children?: { rss: number; perSession: number };
  /** Known bounds of the program's memory. */
  limits: MemoryLimit[];
  /** Largest first. */
  pools: SessionPool[];
  closed?: ClosedSessions;
}

/** What a view says of pools and sessions in a line. */
export interface SessionsBrief {
  pools: Pick<SessionPool, 'name' | 'entries' | 'bytes' | 'use' | 'eviction'>[];
  /** Sessions that are over and still held, and what they hold. */
  held?: { count: number; bytes: number };
}

const MOST_BRIEF = 5;

export function briefOf({ pools, closed }: SessionsReport): SessionsBrief {
  return {
    pools: pools.slice(0, MOST_BRIEF).map(({ name, entries, bytes, use, eviction }) => ({
      name,
      entries,
      bytes,
      eviction,
      ...(use && { use }),
    })),
    ...(closed?.heldCount ? { held: { count: closed.heldCount, bytes: closed.bytes } } : {}),
  };
}
