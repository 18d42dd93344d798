/** What the passes over a recording's snapshots tell of pools and sessions. The last snapshot comes first: it has the pools. */
import { EntryReader } from '../../analysis/entries.ts';
import type { DominatedHeap } from '../../analysis/heap.ts';
import type { HeapGraph } from '../../heap/graph.ts';
import type { SessionsReport } from '../../protocol/sessions.ts';
import { stringText } from '../heap/preview.ts';
import type { AnalysisSource } from '../input-types.ts';
import type { HeldHeap } from '../owner-facts.ts';
import { composeSessions } from './compose.ts';
import type { LastHeap, WatchedPool } from './facts.ts';
import { closedSessions } from './held.ts';
import { entriesOf, entryId, type FoundEntry, findPools, sharedIn } from './pools.ts';
import { type SeenSession, seenSessions } from './seen-sessions.ts';
import { externalBytes, retainedBytes } from './sizes.ts';
import { reachedByTimers, timesOf } from './use.ts';

interface Before {
  entries: Map<string, { nodeId: number; bytes: number; since: number }>;
}

export class SessionPasses {
  private pools: WatchedPool[] = [];
  private readonly before = new Map<WatchedPool, Before>();
  /** Live bytes of each snapshot that was looked at, by its number. */
  private readonly totals = new Map<number, number>();
  private lastHeap?: LastHeap;
  private sessions = new Map<string, SeenSession>();

  constructor(
    private readonly source: Pick<AnalysisSource, 'events' | 'snapshots' | 'recording' | 'limits'>,
  ) {}

  /** Whether other snapshots are to be looked at. */
  get asks(): boolean {
    return this.pools.length > 0;
  }

  /** The last snapshot. @param place among those of the source */
  last(held: HeldHeap, place: number): void {
    const { heap } = held;
    const { graph } = heap;
    const { t } = this.source.snapshots[place];
    this.sessions = seenSessions(this.source.events, t);
    const { sessions } = this;
    const reader = new EntryReader(graph, (node) => stringText(graph, node));
    const sizes = retainedBytes(heap);
    const pools = findPools(held, reader, sizes, (name) => sessions.has(name));
    const timed = reachedByTimers(graph, pools);
    const nodes = pools.flatMap((pool) => [...pool.entries.values()].flatMap((entry) => entry.nodes));
    const external = externalBytes(heap, new Set(nodes));
    this.pools = pools.map((pool) => ({
      pool,
      external: new Map(
        [...pool.entries].map(([id, entry]) => [
          id,
          entry.nodes.reduce((sum, node) => sum + (external.get(node) ?? 0), 0),
        ]),
      ),
      times: timesOf(graph, reader, pool),
      timer: timed.has(pool),
      points: [],
      unchangedSince: new Map(),
    }));
    this.totals.set(place, sizes.total);
    this.lastHeap = {
      place,
      total: sizes.total,
      external: nativeBytes(graph),
      closed: closedSessions(held, reader, sizes, sessions, t),
    };
  }

  /** Another snapshot, in order of time. */
  at(heap: DominatedHeap, place: number): void {
    if (!this.asks) return;
    const { graph } = heap;
    const reader = new EntryReader(graph, (node) => stringText(graph, node));
    const { retained, total } = retainedBytes(heap);
    this.totals.set(place, total);
    const wanted = new Set(this.pools.flatMap(({ pool }) => pool.nodeIds));
    const found = new Map<number, number>();
    for (let node = 0; node < graph.nodeCount; node++)
      if (wanted.has(graph.nodeIds[node])) found.set(graph.nodeIds[node], node);
    for (const watched of this.pools) {
      const { pool } = watched;
      const entries = new Map<string, FoundEntry>();
      const containers: number[] = [];
      pool.nodeIds.forEach((nodeId, i) => {
        const node = found.get(nodeId);
        // V8 gives dead ids to new objects.
        if (node === undefined || reader.kindOf(node) !== pool.kind) return;
        containers.push(node);
        for (const [id, entry] of entriesOf(heap, reader.read(node, pool.kind), retained))
          entries.set(entryId(i, nodeId, id), entry);
      });
      this.note(watched, entries, sharedIn(containers, entries, retained), place);
    }
  }

  private note(
    watched: WatchedPool,
    entries: ReadonlyMap<string, FoundEntry>,
    shared: number,
    place: number,
  ): void {
    const { index: snapshot, t, activeMs } = this.source.snapshots[place];
    const before = this.before.get(watched)?.entries;
    const now: Before['entries'] = new Map();
    let came = 0;
    let bytes = 0;
    for (const [id, entry] of entries) {
      const known = before?.get(id);
      if (!known) came++;
      bytes += entry.bytes;
      const isSame = known?.nodeId === entry.nodeId && known.bytes === entry.bytes;
      now.set(id, { nodeId: entry.nodeId, bytes: entry.bytes, since: isSame ? known.since : t });
    }
    let left = 0;
    for (const id of before?.keys() ?? []) if (!entries.has(id)) left++;
    watched.points.push({
      snapshot,
      t,
      activeMs,
      entries: entries.size,
      bytes,
      shared,
      came: before ? came : 0,
      left,
    });
    this.before.set(watched, { entries: now });
  }

  /** All that is known, when all snapshots were looked at. Undefined where there is nothing to say. */
  report(): SessionsReport | undefined {
    const { lastHeap, source, sessions } = this;
    if (!lastHeap || (!this.pools.length && !lastHeap.closed)) return undefined;
    for (const watched of this.pools) {
      this.note(watched, watched.pool.entries, watched.pool.shared, lastHeap.place);
      for (const [id, { since }] of this.before.get(watched)!.entries) watched.unchangedSince.set(id, since);
    }
    const totals = source.snapshots.flatMap(({ index }, place) => {
      const total = this.totals.get(place);
      return total === undefined ? [] : [{ snapshot: index, total }];
    });
    return composeSessions({ ...source, sessions, last: lastHeap, totals, pools: this.pools });
  }
}

function nativeBytes(graph: HeapGraph): number {
  const native = graph.nodeTypeNames.indexOf('native');
  let sum = 0;
  for (let node = 0; node < graph.nodeCount; node++)
    if (graph.nodeTypes[node] === native) sum += graph.nodeSelfSizes[node];
  return sum;
}
