import type { Disposable } from '../base/disposable.ts';

/** Runs `work` at once or soon, never more often than every `ms` for what can wait. */
export class Throttle implements Disposable {
  private timer?: NodeJS.Timeout;
  private last = Number.NEGATIVE_INFINITY;
  private disposed = false;

  constructor(
    private readonly ms: number,
    private readonly work: () => void,
  ) {}

  /** At once; a run that is due is this one. */
  now(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.disposed) return;
    this.last = performance.now();
    this.work();
  }

  /** Within `ms`. */
  soon(): void {
    if (this.timer || this.disposed) return;
    const wait = this.last + this.ms - performance.now();
    if (wait <= 0) this.now();
    else this.timer = setTimeout(() => this.now(), wait).unref();
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
  }
}
