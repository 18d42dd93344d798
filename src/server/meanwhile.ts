import type { ReportData } from '../protocol/report.ts';
import type { Analyst } from './analyst.ts';

/** Fewer tell nothing. */
const FEWEST = 3;
/** Share of the time that analysing may take. */
const FAIR_SHARE = 0.25;

/** Verdicts on a recording under way: one at a time, now and then, never while a snapshot is taken. */
export class MeanwhileVerdict {
  private underWay?: AbortController;
  private cost = 0;
  private last = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly dir: string,
    private readonly analyst: Analyst,
    private readonly judged: (data: ReportData) => void,
  ) {}

  /** Called after each snapshot. @param snapshots how many there are */
  consider(snapshots: number): void {
    const since = performance.now() - this.last;
    if (snapshots < FEWEST || this.underWay || this.cost > FAIR_SHARE * since) return;
    void this.analyse();
  }

  /** The target needs the machine. */
  giveUp(): void {
    this.underWay?.abort();
  }

  private async analyse(): Promise<void> {
    const began = performance.now();
    const underWay = new AbortController();
    this.underWay = underWay;
    const { signal } = underWay;
    try {
      const data = await this.analyst.ask(
        'analyse',
        { recordingDir: this.dir },
        { urgency: 'provisional', signal },
      );
      if (!signal.aborted) this.judged(data);
    } catch {
      // Cancelled, or what the final verdict will meet and tell.
    } finally {
      this.underWay = undefined;
      this.last = performance.now();
      this.cost = this.last - began;
    }
  }
}
