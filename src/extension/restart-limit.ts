/** How often a process that dies is started again. */

/** At most so many times within so many milliseconds. */
const TIMES = 5;
const WITHIN_MS = 180_000;

export class RestartLimit {
  private restarts: number[] = [];

  /** Restarts that count at the moment. */
  get count(): number {
    return this.restarts.length;
  }

  /** Whether it may be started again at `now` (ms); if so, that is counted. */
  allows(now: number): boolean {
    this.restarts = this.restarts.filter((at) => now - at < WITHIN_MS);
    if (this.restarts.length >= TIMES) return false;
    this.restarts.push(now);
    return true;
  }

  reset(): void {
    this.restarts = [];
  }
}
