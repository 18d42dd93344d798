import { HeaplineError } from '../base/errors.ts';
import type { Finding } from '../protocol/findings.ts';
import type { WatchFacts } from '../protocol/recording.ts';
import { watchTargetOf } from '../protocol/watch.ts';
import type { Inspector } from './inspector.ts';
import { type WatchLimits, watchThrough } from './watching.ts';
import { WireTap } from './wire-tap.ts';

/** The containers of one target that are watched, of those that verdicts on its recording name. */
export class Watches {
  private readonly underWay = new Set<Promise<void>>();
  private ending = new AbortController();

  /** @param keepsIds whether nobody has reset the ids of objects @param keep writes what was seen into the recording */
  constructor(
    private readonly inspector: Inspector,
    private readonly keepsIds: () => Promise<boolean>,
    private readonly keep: (facts: WatchFacts) => void,
  ) {}

  /**
   * Watches the container of a finding within limits. What was seen is kept in the recording.
   * @throws HeaplineError `not-found` when it is gone, `usage` when it can't be watched, `target-gone`
   */
  watch(finding: Finding, limits: WatchLimits): Promise<WatchFacts> {
    const { signal } = this.ending;
    const done = this.begin(finding, {
      ...limits,
      signal: limits.signal ? AbortSignal.any([limits.signal, signal]) : signal,
    });
    const settled = done.then(
      () => {},
      () => {},
    );
    this.underWay.add(settled);
    void settled.then(() => this.underWay.delete(settled));
    return done;
  }

  /** Ends those under way: settles when no tap is left in the target, and all that was seen is kept. */
  async end(): Promise<void> {
    this.ending.abort();
    await Promise.all(this.underWay);
    this.ending = new AbortController();
  }

  private async begin(finding: Finding, limits: WatchLimits): Promise<WatchFacts> {
    const { nodeId, className } = watchTargetOf(finding);
    if (!(await this.keepsIds())) {
      throw new HeaplineError('not-found', 'Another client of the inspector has reset the object ids.', {
        hint: 'Record again, and watch what is found then.',
      });
    }
    const tap = await WireTap.install(this.inspector, nodeId, className);
    const seen = await watchThrough(tap, limits);
    const { id, owner } = finding;
    const facts = { nodeId: owner.nodeId, className: owner.className, finding: id, ...seen };
    this.keep(facts);
    return facts;
  }
}
