/**
 * When snapshots are taken, and which are given up: pure, with times from outside.
 *
 * By default nobody knows how long the program will run. The next snapshot is due when the program's own time has
 * grown by a fifth since the last, so their number grows with the logarithm of the run; beyond ten the one that
 * leaves the rest spaced most evenly is deleted. The kept ones are spread over the run at any moment: 0.8 s give
 * four, 3 s ten, two days ten. Where steps are known, the same goes by steps instead of time.
 */
import type { SnapshotReason } from '../protocol/recording.ts';
import type { Boundary } from './boundaries.ts';

export interface ScheduleOptions {
  /** Keep so many snapshots (10 unless told), the last one included. */
  snapshots?: number;
  /** A snapshot every so many milliseconds of the program's own time, instead of the default schedule. */
  every?: number;
  /** A snapshot at every so-many-th step's end, instead of the default schedule. */
  everySteps?: number;
  /** Also before and after runs: of many ever fewer. */
  atRuns?: boolean;
  /** Also after sessions have closed: of many ever fewer. */
  atSessions?: boolean;
  /** Steps will be told: until the first has ended, snapshots are few. */
  stepsToCome?: boolean;
  /** Milliseconds of the program's own time before the first snapshot of any schedule; its own first moment unless told. */
  warmUp?: number;
  /** Also at once when the heap comes to this share of what V8 lets it have: 0.85, 85 %, unless told. */
  beforeLimit?: number;
  /** Also when the live heap has grown by this share since the last snapshot: 0.5 is 50 %. */
  onGrowth?: number;
  /** Bytes that all snapshots may take on disk together: 4 GB unless told. */
  diskBudget?: number;
  /**
   * Share of the elapsed time that pauses may take: but for the first two snapshots, the last, and those asked for by
   * hand, interval or step. 0.2 unless told, and then more in a short run: 10 s and 4 times its own time, to a minute.
   */
  pauseBudget?: number;
}

export interface Moment {
  /** Milliseconds of the program's own time. */
  activeMs: number;
  /** Milliseconds since the recording began. */
  elapsedMs: number;
  /** Steps that have ended. */
  steps: number;
  /** Bytes. */
  heapUsed: number;
  /** Bytes that V8 lets the heap have, where it is known. */
  heapLimit?: number;
}

export interface Taken extends Moment {
  index: number;
  bytes: number;
  pauseMs: number;
  reason: SnapshotReason;
}

export const DEFAULT_SNAPSHOTS = 10;
export const DEFAULT_DISK_BUDGET = 4e9;
export const DEFAULT_PAUSE_BUDGET = 0.2;

/** The program's own time before the first snapshot. */
const WARM_UP_MS = 250;
/** The heap has left its limit when it has fallen to this share of where it came near. */
const LIMIT_LEFT = 0.8;
const BEFORE_LIMIT = 0.85;
/** Least own time between two snapshots: by time, and by steps. */
const MIN_GAP_MS = 200;
const MIN_STEP_GAP_MS = 50;
/** By how much the run must have grown while steps are to come. */
const GROWTH_BEFORE_STEPS = 0.5;
/**
 * So much may a short run be paused unless a share was asked for; more and more as it goes on, so that it lasts. A leak
 * takes six snapshots: of a heap that grows to 250 MB in 14 s, even on a machine that is busy with other work.
 */
const EARLY_PAUSE_MS = 60_000;
const FIRST_PAUSE_MS = 10_000;
const EARLY_PAUSE_SHARE = 4;
/** So many are taken whatever they cost: with the last one they are the least that tells anything. */
const ALWAYS = 2;
/** Before the first snapshot: file bytes and pause per byte of heap (Node 20, the slowest). */
const FILE_PER_HEAP = 1.6;
const PAUSE_MS_PER_BYTE = 65e-6;
/** By how much a file may be larger than the one before. */
const FILE_GROWTH = 1.1;

export class Schedule {
  private readonly kept: Taken[] = [];
  private last?: Taken;
  private count = 0;
  private pausedMs = 0;
  private nearLimit = false;
  /** How many runs had begun, and sessions closed, when a snapshot was last taken for it. */
  private readonly boundaryAt = { 'before-run': 0, 'after-session': 0 };
  /** The run before which the last one was taken. */
  private pairOf?: number;
  private limitLeft = false;

  constructor(private options: ScheduleOptions) {}

  /** From now on by these; what was taken counts as before. */
  change(options: ScheduleOptions): void {
    this.options = options;
  }

  /** V8 sees to it by itself that there is one near the limit. */
  leaveLimit(): void {
    this.limitLeft = true;
  }

  private get most(): number {
    return Math.max(2, this.options.snapshots ?? DEFAULT_SNAPSHOTS);
  }

  private get diskBudget(): number {
    return this.options.diskBudget ?? DEFAULT_DISK_BUDGET;
  }

  /** How many snapshots were taken, deleted ones included. */
  get taken(): number {
    return this.count;
  }

  /** Asked now and then: the reason to take a snapshot now, if there is one. @param live heapUsed is of live objects */
  due(now: Moment, live: boolean): SnapshotReason | undefined {
    const { every, everySteps, onGrowth, warmUp } = this.options;
    if (this.comesNearLimit(now)) return 'limit';
    const warm = now.activeMs >= (warmUp ?? WARM_UP_MS);
    if (warmUp !== undefined && !this.last) return warm ? 'warm-up' : undefined;
    const since = now.activeMs - (this.last?.activeMs ?? 0);
    if (every !== undefined && since >= every) return 'interval';
    const grown = onGrowth !== undefined && live && now.heapUsed > this.lastHeap() * (1 + onGrowth);
    if (grown && since >= MIN_GAP_MS && this.affords(now)) return 'growth';
    if (every !== undefined || everySteps !== undefined) return undefined;
    if (!this.last) return warm && this.affords(now) ? 'warm-up' : undefined;
    if (now.steps > 0) return undefined;
    const growth = this.options.stepsToCome ? GROWTH_BEFORE_STEPS : this.growth();
    return since >= Math.max(MIN_GAP_MS, growth * now.activeMs) && this.affords(now) ? 'schedule' : undefined;
  }

  /** Asked at each step's end. */
  dueAtStep(now: Moment): SnapshotReason | undefined {
    const { every, everySteps, warmUp } = this.options;
    if (warmUp !== undefined && !this.last && now.activeMs < warmUp) return undefined;
    if (everySteps !== undefined) return now.steps % everySteps === 0 ? 'step' : undefined;
    if (every !== undefined) return undefined;
    const steps = now.steps - (this.last?.steps ?? 0);
    const since = now.activeMs - (this.last?.activeMs ?? 0);
    const gap = Math.max(1, Math.floor(this.growth() * now.steps));
    return steps >= gap && since >= MIN_STEP_GAP_MS && this.affords(now) ? 'step' : undefined;
  }

  /**
   * Asked where a run begins or ends, or a session closes. Of many it is every so-many-th, as with steps, within the
   * budget of pauses; after a run only where one was taken before it.
   * @param count how many there were by now
   */
  dueAt(boundary: Boundary, count: number, span: number, now: Moment): SnapshotReason | undefined {
    const { atRuns, atSessions, warmUp } = this.options;
    if (!(boundary === 'after-session' ? atSessions : atRuns)) return undefined;
    if (warmUp !== undefined && !this.last && now.activeMs < warmUp) return undefined;
    if (boundary === 'after-run') {
      if (this.pairOf !== span) return undefined;
      this.pairOf = undefined;
    } else {
      const gap = Math.max(1, Math.floor(this.growth() * count));
      if (count - this.boundaryAt[boundary] < gap) return undefined;
    }
    if (!this.affords(now)) return undefined;
    if (boundary === 'before-run') this.pairOf = span;
    if (boundary !== 'after-run') this.boundaryAt[boundary] = count;
    return boundary;
  }

  /**
   * Finds disk space for the next snapshot.
   * @returns the snapshots to delete before, and the bytes that the next may take; undefined when it does not fit
   */
  makeRoom(now: Moment, reason: SnapshotReason): { drop: number[]; limit: number } | undefined {
    const kept = [...this.kept];
    const room = (): number => this.diskBudget - kept.reduce((sum, { bytes }) => sum + bytes, 0);
    const drop: number[] = [];
    const expected = this.expectedBytes(now.heapUsed);
    // One in the middle must not take the last one's place.
    const needed = reason === 'end' || !kept.length ? expected : 2 * expected;
    // The last one is worth a try: what is read of the heap counts garbage, too.
    const least = reason === 'end' ? FILE_GROWTH * (this.last?.bytes ?? 0) : needed;
    while (room() < needed) {
      // The last one gives way to the end of the run only.
      const victim = leastMissed(reason === 'end' ? [...kept, { ...now, index: 0 }] : kept);
      if (victim === undefined) {
        if (room() >= least) break;
        return undefined;
      }
      drop.push(...kept.splice(victim, 1).map(({ index }) => index));
    }
    for (const index of drop) this.forget(index);
    return { drop, limit: room() };
  }

  /** Notes a snapshot. @returns the ones to delete now */
  add(snapshot: Taken): number[] {
    this.kept.push(snapshot);
    this.last = snapshot;
    this.count++;
    this.pausedMs += snapshot.pauseMs;
    const drop = snapshot.steps > 0 ? this.dropBeforeSteps() : [];
    while (this.kept.length > this.most && this.thins()) {
      const victim = leastMissed(this.kept);
      // What was asked for by hand gives way to the disk budget only.
      if (victim === undefined || this.kept[victim].reason === 'manual') break;
      drop.push(this.kept[victim].index);
      this.kept.splice(victim, 1);
    }
    return drop;
  }

  /** Before its first step a program loads: the first snapshot tells enough of that. */
  private dropBeforeSteps(): number[] {
    const early = this.kept.slice(1).filter(({ steps, reason }) => steps === 0 && reason === 'schedule');
    for (const { index } of early) this.forget(index);
    return early.map(({ index }) => index);
  }

  /** True once each time that the heap comes near its limit. */
  private comesNearLimit({ heapUsed, heapLimit }: Moment): boolean {
    const { beforeLimit = BEFORE_LIMIT } = this.options;
    if (this.limitLeft || !heapLimit) return false;
    const was = this.nearLimit;
    if (heapUsed > beforeLimit * heapLimit) this.nearLimit = true;
    else if (heapUsed < LIMIT_LEFT * beforeLimit * heapLimit) this.nearLimit = false;
    return this.nearLimit && !was;
  }

  /** An interval that the user asked for is kept whole, up to a number that the user asked for. */
  private thins(): boolean {
    const { every, everySteps, snapshots } = this.options;
    return snapshots !== undefined || (every === undefined && everySteps === undefined);
  }

  private forget(index: number): void {
    this.kept.splice(
      this.kept.findIndex((snapshot) => snapshot.index === index),
      1,
    );
  }

  /** By how much the run must have grown since the last snapshot. */
  private growth(): number {
    return 2 / this.most;
  }

  private affords(now: Moment): boolean {
    if (this.count < ALWAYS) return true;
    const { pauseBudget } = this.options;
    const early = Math.min(EARLY_PAUSE_MS, FIRST_PAUSE_MS + EARLY_PAUSE_SHARE * now.activeMs);
    const allowed =
      pauseBudget === undefined
        ? Math.max(early, DEFAULT_PAUSE_BUDGET * now.elapsedMs)
        : pauseBudget * now.elapsedMs;
    return this.pausedMs + this.expectedPause(now.heapUsed) <= allowed;
  }

  private lastHeap(): number {
    return this.last?.heapUsed ?? Number.POSITIVE_INFINITY;
  }

  /** How large the next snapshot will be on disk, about. */
  expectedBytes(heapUsed: number): number {
    if (!this.last) return FILE_PER_HEAP * heapUsed + 4e6;
    return FILE_GROWTH * this.last.bytes * Math.max(1, heapUsed / this.last.heapUsed);
  }

  private expectedPause(heapUsed: number): number {
    if (!this.last) return PAUSE_MS_PER_BYTE * heapUsed;
    return this.last.pauseMs * Math.max(1, heapUsed / this.last.heapUsed);
  }
}

type Placed = Pick<Taken, 'index' | 'activeMs' | 'steps'> & { reason?: SnapshotReason };

/**
 * Position of the snapshot whose loss leaves the rest spaced most evenly: never the first or the last, and those
 * taken by hand only when there is no other. Undefined when there is none.
 */
export function leastMissed(kept: readonly Placed[]): number | undefined {
  const bySteps = kept.some(({ steps }) => steps > 0);
  const at = kept.map(({ steps, activeMs }) => (bySteps ? steps : activeMs));
  let best: number | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let i = 1; i < kept.length - 1; i++) {
    // What the sum of squared gaps grows by: 2ab where gaps a and b become one.
    const cost = (at[i] - at[i - 1]) * (at[i + 1] - at[i]) + (kept[i].reason === 'manual' ? 1e300 : 0);
    if (cost < bestCost) {
      bestCost = cost;
      best = i;
    }
  }
  return best;
}
