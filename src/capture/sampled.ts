import type { Inspector } from './inspector.ts';
import type { Probe, Reading } from './target.ts';

/** With so many intervals' worth allocated, one sample is all but certain. */
const CERTAIN = 6;
/** Between two looks at a program that runs: least time, in times of what a look costs, and bytes that it allocates. */
const LEAST_MS = 60_000;
const TIMES_COST = 500;
const LEAST_BYTES = 64e6;

/**
 * How far the sampling profiler has counted. A profile has live samples only, for which V8 collects first: so the
 * target makes a new one, and holds it meanwhile. Between snapshots that is asked seldom: a collection shows.
 */
export class SampleCounter {
  private due = LEAST_MS;
  private counted = 0;

  constructor(
    private readonly inspector: Inspector,
    private readonly probe: Probe,
    private readonly samplingInterval: number,
    private readonly clock: () => number,
  ) {}

  /** The ordinal of the newest sample, now and then, while the program works. @throws HeaplineError `target-gone` */
  async countAt({ counted = 0 }: Reading): Promise<number | undefined> {
    if (this.clock() < this.due || counted - this.counted < LEAST_BYTES || this.inspector.shared)
      return undefined;
    this.counted = counted;
    return this.countNow();
  }

  /** The same at any time. @throws HeaplineError `target-gone` */
  async countNow(): Promise<number | undefined> {
    if (!this.probe.isNode) return undefined;
    const begun = this.clock();
    const [, { profile }] = await Promise.all([
      this.probe.call('holdSample', CERTAIN * this.samplingInterval),
      this.inspector.send('HeapProfiler.getSamplingProfile'),
    ]);
    const now = this.clock();
    this.due = now + Math.max(LEAST_MS, TIMES_COST * (now - begun));
    return profile.samples.reduce((newest, { ordinal }) => Math.max(newest, ordinal), 0);
  }
}
