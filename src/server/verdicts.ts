import { HeaplineError } from '../base/errors.ts';
import type { ReportData } from '../protocol/report.ts';
import type { Analyst, Ask } from './analyst.ts';
import { keepVerdict, keptReport, stateOf } from './verdict-files.ts';

/** Verdicts on recordings that have ended: made once, then read. */
export class Verdicts {
  /** @param note hears why a verdict could not be kept */
  constructor(
    private readonly analyst: Analyst,
    private readonly note: (message: string) => void,
  ) {}

  /** @throws HeaplineError of the engine, `cancelled` */
  async of(dir: string, ask: Ask): Promise<ReportData> {
    const before = await stateOf(dir);
    const kept = await keptReport(dir, before);
    if (kept) return kept;
    const data = await this.analyst.ask('analyse', { recordingDir: dir }, ask);
    // One that is still written by another process has no verdict to keep.
    if ((await stateOf(dir)) === before) this.keep(dir, data, before);
    return data;
  }

  private keep(dir: string, data: ReportData, of: string): void {
    try {
      keepVerdict(dir, data, of);
    } catch (error) {
      if (!HeaplineError.is(error)) throw error;
      this.note(`The verdict could not be kept beside its recording. ${error.toLine()}`);
    }
  }
}
