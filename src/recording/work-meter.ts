/** Allocating at less than this share of its usual rate, a program only waits. */
const IDLE = 0.1;
/** Stretches between two readings that tell its usual rate. */
const USUAL = 6;

/**
 * Tells when a program works and when it only waits, by what its heap gains between two readings. Is told of readings
 * and snapshots in the order of time.
 */
export class WorkMeter {
  private readonly stretches: { end: number; rate: number }[] = [];
  private before?: { t: number; heapUsed: number };
  /** What is allocated right after a snapshot is ours. */
  private ours = true;

  /** @param t milliseconds @param heapUsed bytes */
  reading(t: number, heapUsed: number): void {
    const { before } = this;
    this.before = { t, heapUsed };
    if (!before || t <= before.t) return;
    const { ours } = this;
    this.ours = false;
    // A fall is a collection: what was allocated meanwhile is not known.
    if (ours || heapUsed < before.heapUsed) return;
    this.stretches.push({ end: t, rate: (heapUsed - before.heapUsed) / (t - before.t) });
  }

  snapshot(): void {
    this.before = undefined;
    this.ours = true;
  }

  /** Milliseconds: from then on it only waited. Undefined where too little is known. */
  workedUntil(): number | undefined {
    if (this.stretches.length < USUAL) return undefined;
    const rates = this.stretches.map(({ rate }) => rate).sort((a, b) => a - b);
    const usual = rates[rates.length >> 1];
    return this.stretches.findLast(({ rate }) => rate >= IDLE * usual)?.end;
  }

  /** The newest reading that tells anything, in milliseconds. */
  knownUntil(): number | undefined {
    return this.stretches.at(-1)?.end;
  }
}
