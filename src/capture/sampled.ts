import type { Inspector } from './inspector.ts';
import type { MemoryNow, Probe, Reading } from './target.ts';

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
    private readonly tell: (reading: MemoryNow, ordinal: number) => void,
  ) {}

  /** Whether to count, now and then, while the program works. */
  isDue({ heap }: Reading): boolean {
    const counted = heap?.allocated ?? 0;
    if (this.clock() < this.due || counted - this.counted < LEAST_BYTES || this.inspector.shared)
      return false;
    this.counted = counted;
    return true;
  }

  /** Tells the ordinal of the newest sample, and what was read at that moment; nothing of a page. @throws HeaplineError `target-gone` */
  async count(): Promise<void> {
    if (!this.probe.isNode) return;
    const begun = this.clock();
    const [reading, { profile }] = await Promise.all([
      this.probe.call('holdSample', CERTAIN * this.samplingInterval),
      this.inspector.send('HeapProfiler.getSamplingProfile'),
    ]);
    const now = this.clock();
    this.due = now + Math.max(LEAST_MS, TIMES_COST * (now - begun));
    this.tell(
      reading,
      profile.samples.reduce((newest, { ordinal }) => Math.max(newest, ordinal), 0),
    );
  }
}
