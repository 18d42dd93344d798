import { type Amount, addAmount, NOTHING, type Sums } from './sums.ts';

/** A lane in which nothing was seen for so long is taken for idle, where it has no tool under way. */
const IDLE_MS = 1000;

/** Sums over time, of what each candidate got and of all that was there. */
interface Shares {
  each: Amount;
  all: number;
}

/**
 * One thing that an agent does by itself: a step or a run, and the calls in it. Lanes of several sessions go on at the
 * same time.
 */
export interface Lane {
  /** Who gets what is allocated now: its innermost span. */
  sums: Sums;
  /** The lane that waits for this one. */
  parent?: Lane;
  /** Lanes, model calls and tools in it that are not over. */
  lanes: number;
  models: number;
  tools: number;
  isOver: boolean;
  /** When something of it was seen last. */
  seen: number;
  /** The shares up to here it has had. */
  had?: Shares;
}

/**
 * Shares out what was allocated among those who may have done it. Between two events ran who told the first, and who
 * told the second; and perhaps others that were not waiting for anything: nobody can tell, so each gets as much, and
 * the range says what it may be.
 */
export class Lanes {
  /** What nobody is seen to have allocated. */
  readonly outside: Sums;
  /** In which something happened a moment ago: the longest silent first. */
  private readonly brisk = new Set<Lane>();
  /** With a tool under way. */
  private readonly steady = new Set<Lane>();
  private each: Amount = { ...NOTHING };
  private all = 0;
  private before?: Lane;

  constructor(outside: Sums) {
    this.outside = outside;
  }

  /**
   * What was allocated from the event before to this one.
   * @param next who tells this one
   */
  share(amount: Readonly<Amount>, t: number, next: Lane | undefined): void {
    for (const lane of this.brisk) {
      if (lane.seen >= t - IDLE_MS) break;
      this.leave(lane);
    }
    const { before } = this;
    const more = [before, next === before ? undefined : next].filter(
      (lane): lane is Lane => lane !== undefined && !this.runs(lane),
    );
    const running = this.brisk.size + this.steady.size;
    const candidates = running + more.length;
    if (!candidates) {
      addAmount(this.outside, amount, 1);
      return;
    }
    const share = 1 / candidates;
    for (const lane of more) addAmount(lane.sums, amount, share);
    if (running === 1) {
      const [only] = this.brisk.size ? this.brisk : this.steady;
      addAmount(only.sums, amount, share);
      return;
    }
    if (!running) return;
    this.all += amount.live;
    for (const key of Object.keys(this.each) as (keyof Amount)[]) this.each[key] += share * amount[key];
  }

  /** Before anything of a lane changes: gives it what it has had no part of. */
  settle(lane: Lane): void {
    const { had } = lane;
    if (!had) return;
    const { sums } = lane;
    for (const key of Object.keys(this.each) as (keyof Amount)[]) sums[key] += this.each[key] - had.each[key];
    sums.high += this.all - had.all;
    lane.had = this.shares();
  }

  /** After something of a lane has changed. */
  update(lane: Lane, t: number): void {
    this.leave(lane);
    lane.seen = t;
    const waits = lane.lanes > 0 || (lane.models > 0 && lane.tools === 0);
    if (lane.isOver || waits) return;
    lane.had = this.shares();
    (lane.tools > 0 ? this.steady : this.brisk).add(lane);
  }

  /** @param lane that runs on after the event */
  ran(lane: Lane | undefined): void {
    this.before = lane?.isOver ? undefined : lane;
  }

  /** At the end. */
  finish(): void {
    for (const lane of [...this.brisk, ...this.steady]) this.leave(lane);
  }

  private runs(lane: Lane): boolean {
    return this.brisk.has(lane) || this.steady.has(lane);
  }

  private shares(): Shares {
    return { each: { ...this.each }, all: this.all };
  }

  private leave(lane: Lane): void {
    this.settle(lane);
    lane.had = undefined;
    this.brisk.delete(lane);
    this.steady.delete(lane);
  }
}
