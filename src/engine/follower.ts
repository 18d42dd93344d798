import { availableParallelism } from 'node:os';
import type { Disposable } from '../base/disposable.ts';
import type { EngineMethods } from '../protocol/engine.ts';
import type { ClassGain, TotalsFacts } from '../protocol/recording.ts';
import type { SnapshotTotals } from '../protocol/tables.ts';

/** Classes that a snapshot is said to have gained most of. */
const MOST_GAINS = 3;
/** One of them tells nothing beside the largest when it is below this share of that. */
const LEAST_GAIN = 0.05;

/** The part of EngineClient that is used. */
interface Engine extends Disposable {
  call<K extends 'follow' | 'whole'>(
    method: K,
    params: EngineMethods[K]['params'],
  ): Promise<EngineMethods[K]['result']>;
}

interface Followed {
  file: string;
  engine: Engine;
  /** Undefined where it could not be told: the file is as it is. */
  totals: Promise<SnapshotTotals | undefined>;
}

/**
 * Reads the snapshots of one recording while they are written, each in a worker of its own, so that what they hold is
 * told a moment after they are whole. The program stands still meanwhile, and V8 keeps but one core busy; where there
 * is no other, a snapshot is read when it is whole.
 */
export class Follower implements Disposable {
  private current?: Followed;
  private readonly engines = new Set<Engine>();
  /** The last snapshot whose totals are known. */
  private before: Promise<{ index: number; totals: SnapshotTotals } | undefined> = Promise.resolve(undefined);
  private disposed = false;

  constructor(
    private readonly createEngine: () => Engine,
    private readonly cores = availableParallelism(),
  ) {}

  /** A snapshot's file is about to grow; one before that is not whole came to nothing. */
  begin(file: string): void {
    this.giveUp();
    if (this.cores > 1 && !this.disposed) this.current = this.follow(file);
  }

  /**
   * The snapshot is whole, maybe under another name.
   * @returns what it holds; undefined where that can't be told. Never rejects.
   */
  async whole(index: number, file: string): Promise<TotalsFacts | undefined> {
    if (this.disposed) return undefined;
    const followed = this.current ?? this.follow(file);
    this.current = undefined;
    followed.engine.call('whole', { file: followed.file, as: file }).catch(() => {});
    const { before } = this;
    const own = followed.totals.then((totals) => totals && { index, totals });
    this.before = own.then((known) => known ?? before);
    const totals = await followed.totals;
    return totals && factsOf(totals, await before);
  }

  /** The snapshot under way came to nothing. */
  giveUp(): void {
    const { current } = this;
    this.current = undefined;
    if (current) this.end(current.engine);
  }

  dispose(): void {
    this.disposed = true;
    this.current = undefined;
    for (const engine of this.engines) this.end(engine);
  }

  private follow(file: string): Followed {
    const engine = this.createEngine();
    this.engines.add(engine);
    const totals = engine
      .call('follow', { file })
      .catch(() => undefined)
      .finally(() => this.end(engine));
    return { file, engine, totals };
  }

  private end(engine: Engine): void {
    if (this.engines.delete(engine)) engine.dispose();
  }
}

function factsOf(
  { nodeCount, edgeCount, totalSize, classes }: SnapshotTotals,
  before: { index: number; totals: SnapshotTotals } | undefined,
): TotalsFacts {
  const facts = { nodes: nodeCount, edges: edgeCount, size: totalSize };
  if (!before) return facts;
  const { index, totals } = before;
  const gained = totalSize - totals.totalSize;
  return { ...facts, since: index, gained, gains: gainsOf(totals, classes) };
}

/** Classes that gained objects and bytes, most bytes first; V8's own and what has no constructor are left out. */
function gainsOf(before: SnapshotTotals, after: SnapshotTotals['classes']): ClassGain[] {
  const old = new Map(before.classes.map((row) => [row.className, row]));
  const gains = after
    .filter(({ className }) => !/^\(|^system \/|^Function$/.test(className))
    .map(({ className, count, selfSize }) => ({
      className,
      count: count - (old.get(className)?.count ?? 0),
      size: selfSize - (old.get(className)?.selfSize ?? 0),
    }))
    .filter(({ count, size }) => count > 0 && size > 0)
    .sort((a, b) => b.size - a.size || b.count - a.count)
    .slice(0, MOST_GAINS);
  return gains.filter(({ size }) => size >= LEAST_GAIN * gains[0].size);
}
