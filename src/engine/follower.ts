import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Disposable } from '../base/disposable.ts';
import type { EngineMethods } from '../protocol/engine.ts';
import type { ClassGain, SnapshotReason, TotalsFacts } from '../protocol/recording.ts';
import type { CallOptions } from '../protocol/rpc.ts';
import type { SnapshotTotals } from '../protocol/tables.ts';
import { LEAST_BYTES } from './heap/column-cache.ts';

/** Classes that a snapshot is said to have gained most of. */
const MOST_GAINS = 3;
/** One of them tells nothing beside the largest when it is below this share of that. */
const LEAST_GAIN = 0.05;
/**
 * Snapshots that somebody is likely to open: the one taken by hand, and the last. To analyse each of the others, too,
 * would cost a busy machine as much again as reading it, for what nobody looks at: the verdict reads them by itself.
 */
const OPENED: readonly SnapshotReason[] = ['manual', 'end'];

/** The part of EngineClient that is used. */
interface Engine extends Disposable {
  call<K extends keyof EngineMethods>(
    method: K,
    params: EngineMethods[K]['params'],
    options?: CallOptions,
  ): Promise<EngineMethods[K]['result']>;
}

interface Followed {
  file: string;
  engine: Engine;
  /** Undefined where it could not be told: the file is as it is. */
  totals: Promise<SnapshotTotals | undefined>;
}

/** A snapshot that is analysed before anybody asks for it. */
interface Ahead {
  engine: Engine;
  /** While nothing of it is on disk, nothing is lost with it. */
  stage: 'reading' | 'analysing' | 'keeping';
  superseded: boolean;
  /** Whether it is analysed, and can be asked. Never rejects. */
  analysed: Promise<boolean>;
  questions: Set<Promise<unknown>>;
  /** Never rejects. */
  over: Promise<void>;
}

/**
 * Reads the snapshots of one recording while they are written, each in a worker of its own, so that what they hold is
 * told a moment after they are whole. The program stands still meanwhile, and V8 keeps but one core busy; where there
 * is no other, a snapshot is read when it is whole.
 *
 * A large one that somebody is likely to open is then analysed by the same worker, from the graph that it has: its
 * columns are kept on disk (see ColumnCache), and the worker goes with all its memory. Who asks meanwhile is answered
 * by it, before that. The next snapshot ends it.
 */
export class Follower implements Disposable {
  private current?: Followed;
  private readonly engines = new Set<Engine>();
  /** By file. */
  private readonly ahead = new Map<string, Ahead>();
  /** The last snapshot whose totals are known. */
  private before: Promise<{ index: number; totals: SnapshotTotals } | undefined> = Promise.resolve(undefined);
  private disposed = false;

  /** @param leastBytes of a snapshot that is analysed ahead: what is smaller is read as soon as it is asked for */
  constructor(
    private readonly createEngine: () => Engine,
    private readonly cores = availableParallelism(),
    private readonly leastBytes = LEAST_BYTES,
  ) {}

  /** A snapshot's file is about to grow; one before that is not whole came to nothing. */
  begin(file: string): void {
    this.giveUp();
    this.giveWay();
    if (this.cores > 1 && !this.disposed) this.current = this.follow(file);
  }

  /**
   * The snapshot is whole, maybe under another name.
   * @returns what it holds; undefined where that can't be told. Never rejects.
   */
  async whole(index: number, file: string, reason: SnapshotReason): Promise<TotalsFacts | undefined> {
    if (this.disposed) return undefined;
    const followed = this.current ?? this.follow(file);
    this.current = undefined;
    followed.engine.call('whole', { file: followed.file, as: file }).catch(() => {});
    // With one core, it is the program's.
    if (this.cores > 1 && OPENED.includes(reason) && this.isLarge(file)) {
      this.analyse(file, followed.engine, followed.totals);
    } else void followed.totals.then(() => this.end(followed.engine));
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

  /** The recording is over, and this is its last snapshot: analysed, from its file, unless that is done or under way. */
  prepare(file: string): void {
    if (this.disposed || this.ahead.has(resolve(file)) || !this.isLarge(file)) return;
    const engine = this.createEngine();
    this.engines.add(engine);
    this.analyse(file, engine, Promise.resolve(true));
  }

  /** The worker that analyses a snapshot ahead, once it can be asked; undefined where none does. Never rejects. */
  async analysing(file: string): Promise<Pick<Engine, 'call'> | undefined> {
    const ahead = this.ahead.get(resolve(file));
    if (!ahead || !(await ahead.analysed) || !this.engines.has(ahead.engine)) return undefined;
    return {
      call(method, params, options) {
        const answer = ahead.engine.call(method, params, options);
        const question = answer.catch(() => {});
        ahead.questions.add(question);
        void question.then(() => ahead.questions.delete(question));
        return answer;
      },
    };
  }

  /** Settles, never rejects, when nothing is analysed ahead any longer. */
  async settled(): Promise<void> {
    await Promise.all([...this.ahead.values()].map(({ over }) => over));
  }

  dispose(): void {
    this.disposed = true;
    this.current = undefined;
    for (const engine of this.engines) this.end(engine);
  }

  private follow(file: string): Followed {
    const engine = this.createEngine();
    this.engines.add(engine);
    const totals = engine.call('follow', { file }).catch(() => {
      this.end(engine);
      return undefined;
    });
    return { file, engine, totals };
  }

  private analyse(file: string, engine: Engine, read: Promise<unknown>): void {
    const analyse = async (): Promise<boolean> => {
      if (!(await read) || ahead.superseded) return false;
      ahead.stage = 'analysing';
      const isAnalysed = await engine.call('prepare', { file });
      ahead.stage = 'keeping';
      return isAnalysed;
    };
    const keep = async (): Promise<void> => {
      if (await ahead.analysed) await engine.call('settle', {}).catch(() => {});
      while (ahead.questions.size) await Promise.all(ahead.questions);
      this.ahead.delete(key);
      this.end(engine);
    };
    const key = resolve(file);
    const ahead = {
      engine,
      stage: 'reading',
      superseded: false,
      questions: new Set(),
    } as Partial<Ahead> as Ahead;
    // What failed, the first question will meet and tell.
    ahead.analysed = analyse().catch(() => false);
    ahead.over = keep();
    this.ahead.set(key, ahead);
  }

  /** The next snapshot has more need of cores and memory. What is nearly on disk is let go there. */
  private giveWay(): void {
    for (const ahead of this.ahead.values()) {
      ahead.superseded = true;
      if (ahead.stage === 'analysing') this.end(ahead.engine);
    }
  }

  private isLarge(file: string): boolean {
    return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= this.leastBytes;
  }

  private end(engine: Engine): void {
    if (this.engines.delete(engine)) engine.dispose();
  }
}

function factsOf(
  { nodeCount, edgeCount, totalSize, newestId, classes }: SnapshotTotals,
  before: { index: number; totals: SnapshotTotals } | undefined,
): TotalsFacts {
  const facts = { nodes: nodeCount, edges: edgeCount, size: totalSize, newestId };
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
