/** Progress on standard error: a bar on a terminal, now and then a plain line elsewhere. */
import type { ProgressReading } from '../base/progress.ts';
import { printable } from '../protocol/wording.ts';
import { fit, type Output, widthOf } from './terminal.ts';

const BAR = 24;
/** A bar is not shown for work shorter than this, nor drawn anew more often; milliseconds. */
const DELAY = 300;
const REDRAW = 100;
/** Where there is no terminal, at most one line in this time. */
const PLAIN = 5000;

export class Progress {
  private readonly output: Output;
  private readonly quiet: boolean;
  private readonly now: () => number;
  private readonly started: number;
  private drawnAt: number;
  private shown = false;

  /** @param now milliseconds, steady */
  constructor(output: Output, options: { quiet?: boolean; now?: () => number } = {}) {
    this.output = output;
    this.quiet = options.quiet ?? false;
    this.now = options.now ?? (() => performance.now());
    this.started = this.now();
    this.drawnAt = this.started;
  }

  report(reading: ProgressReading): void {
    if (this.quiet) return;
    const now = this.now();
    const width = widthOf(this.output);
    if (width === undefined) {
      if (now - this.drawnAt < PLAIN) return;
      this.drawnAt = now;
      this.output.write(`heapline: ${progressText(reading)}\n`);
      return;
    }
    if (now - this.started < DELAY || (this.shown && now - this.drawnAt < REDRAW)) return;
    this.drawnAt = now;
    this.shown = true;
    this.output.write(`\r${fit(`${barOf(reading)}${progressText(reading)}`, width - 1)}\x1b[K`);
  }

  /** Takes the bar away, so that other text can be written. The next reading draws it again. */
  clear(): void {
    if (this.shown) this.output.write('\r\x1b[K');
    this.shown = false;
  }

  /** A line that stays. */
  line(text: string): void {
    if (this.quiet) return;
    this.clear();
    this.output.write(`heapline: ${text}\n`);
  }
}

function progressText({ phase, done, total }: ProgressReading): string {
  const share = total ? ` ${Math.floor(100 * Math.min(1, done / total))}%` : '';
  return `${printable(phase)}${share}`;
}

function barOf({ done, total }: ProgressReading): string {
  if (!total) return '';
  const filled = Math.round(BAR * Math.min(1, done / total));
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] `;
}
