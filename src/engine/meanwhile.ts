import type { Disposable } from '../base/disposable.ts';
import type { ReportData } from '../protocol/report.ts';

/** Fewer tell nothing. */
const FEWEST = 4;
/** Share of the time that analysing may take. */
const FAIR_SHARE = 0.4;

/**
 * Verdicts on a recording under way: one at a time, now and then, never begun while a snapshot is taken. One that is
 * under way goes on: given up each time, none would ever come where snapshots are frequent.
 */
export class MeanwhileVerdict implements Disposable {
  private underWay?: AbortController;
  private timer?: NodeJS.Timeout;
  /** Milliseconds that the last one took, and when it ended. */
  private cost = 0;
  private last = Number.NEGATIVE_INFINITY;
  /** Snapshots that came while one was under way. */
  private newer = 0;
  private disposed = false;

  /** @param analyse gives a verdict on what is recorded so far @param judged hears it */
  constructor(
    private readonly analyse: (signal: AbortSignal) => Promise<ReportData>,
    private readonly judged: (data: ReportData) => void,
  ) {}

  /** Called after each snapshot: analyses as soon as that is fair. @param snapshots how many there are */
  consider(snapshots: number): void {
    clearTimeout(this.timer);
    if (snapshots < FEWEST || this.disposed) return;
    if (this.underWay) {
      this.newer = snapshots;
      return;
    }
    const wait = this.last + this.cost / FAIR_SHARE - performance.now();
    if (wait > 0) this.timer = setTimeout(() => void this.judge(), wait).unref();
    else void this.judge();
  }

  /** A snapshot is taken: none begins until `consider`. */
  hold(): void {
    clearTimeout(this.timer);
    this.newer = 0;
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    this.underWay?.abort();
    this.underWay = undefined;
  }

  private async judge(): Promise<void> {
    const began = performance.now();
    const underWay = new AbortController();
    this.underWay = underWay;
    const { signal } = underWay;
    try {
      const data = await this.analyse(signal);
      if (!signal.aborted) this.judged(data);
    } catch {
      // Cancelled, or what the final verdict will meet and tell.
    }
    this.underWay = undefined;
    this.last = performance.now();
    this.cost = this.last - began;
    this.consider(this.newer);
    this.newer = 0;
  }
}
