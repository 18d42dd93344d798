import type { Inspector } from './inspector.ts';
import type { Probe, Reading } from './target.ts';

/** With so many intervals' worth allocated, one sample is all but certain. */
const CERTAIN = 6;
/** Least time between two looks at a program that runs, and how often one's own time. */
const LEAST_MS = 1000;
const TIMES_COST = 200;
/** So long after a collection there are new samples, where collections are many. */
const AFTER_GC_MS = 5;

/**
 * How far the sampling profiler has counted. A profile has live samples only, and their newest may be older than what
 * was collected last: so it is looked at when much has been allocated since.
 */
export class SampleCounter {
  private due = 0;
  /** Heap used when the last collection had been. */
  private base?: number;

  constructor(
    private readonly inspector: Inspector,
    private readonly probe: Probe,
    private readonly samplingInterval: number,
    private readonly clock: () => number,
  ) {}

  /** The ordinal of the newest sample, now and then, where it can be told. @throws HeaplineError `target-gone` */
  async countAt({ gc, now, memory }: Reading): Promise<number | undefined> {
    const collected = gc.length > 0;
    if (collected || this.base === undefined) this.base = memory.heapUsed;
    if (!this.probe.isNode || this.inspector.shared || this.clock() < this.due) return undefined;
    const last = gc.length - 3;
    const isFresh = collected
      ? last > 0 && now - gc[last] - gc[last + 1] > AFTER_GC_MS
      : memory.heapUsed - this.base > CERTAIN * this.samplingInterval;
    return isFresh ? this.count() : undefined;
  }

  /** The same at any time: the target allocates what makes a new sample. @throws HeaplineError `target-gone` */
  async countNow(): Promise<number | undefined> {
    if (!this.probe.isNode) return undefined;
    const [, newest] = await Promise.all([
      this.probe.call('allocate', CERTAIN * this.samplingInterval),
      this.count(),
    ]);
    return newest;
  }

  private async count(): Promise<number> {
    const begun = this.clock();
    const { profile } = await this.inspector.send('HeapProfiler.getSamplingProfile');
    const now = this.clock();
    this.due = now + Math.max(LEAST_MS, TIMES_COST * (now - begun));
    let newest = 0;
    for (const { ordinal } of profile.samples) newest = Math.max(newest, ordinal);
    return newest;
  }
}
