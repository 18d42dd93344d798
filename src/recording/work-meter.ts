/** Allocating at less than this share of its usual rate, a program only waits. */
const IDLE = 0.1;
/** Stretches between two readings that tell its usual rate. */
const USUAL = 6;
/** Of a long recording, the latest tell what is usual. */
const MOST = 4000;

interface Stretch {
  end: number;
  rate: number;
}

/**
 * Tells when a program works and when it only waits, by what its heap gains between two readings. Is told of readings
 * and snapshots in the order of time.
 */
export class WorkMeter {
  private readonly stretches: Stretch[] = [];
  private before?: { t: number; heapUsed: number };
  /** What is allocated right after a snapshot is ours. */
  private ours = true;
  /** Stretches since the last snapshot. */
  private since = 0;

  /** @param t milliseconds @param heapUsed bytes */
  reading(t: number, heapUsed: number): void {
    const { before } = this;
    this.before = { t, heapUsed };
    if (!before || t <= before.t) return;
    const { ours } = this;
    this.ours = false;
    // A fall is a collection: what was allocated meanwhile is not known.
    if (ours || heapUsed < before.heapUsed) return;
    this.since++;
    this.stretches.push({ end: t, rate: (heapUsed - before.heapUsed) / (t - before.t) });
    if (this.stretches.length > MOST) this.stretches.splice(0, MOST / 2);
  }

  snapshot(): void {
    this.before = undefined;
    this.ours = true;
    this.since = 0;
  }

  /** Milliseconds: from then on it only waited. Undefined where too little is known. */
  workedUntil(): number | undefined {
    return this.usualStretches()?.at(-1)?.end;
  }

  /** Whether it is known that it has only waited since the last snapshot. */
  waits(): boolean {
    const since = this.stretches.slice(Math.max(0, this.stretches.length - this.since));
    const usual = this.usualStretches();
    return since.length > 0 && usual !== undefined && !since.some((stretch) => usual.includes(stretch));
  }

  /** Those in which it allocated as it usually does. */
  private usualStretches(): Stretch[] | undefined {
    if (this.stretches.length < USUAL) return undefined;
    const rates = this.stretches.map(({ rate }) => rate).sort((a, b) => a - b);
    // It may wait most of the time, and its run may end with a long wait.
    const usual = rates[Math.floor(0.75 * rates.length)];
    return this.stretches.filter(({ rate }) => rate >= IDLE * usual);
  }
}
