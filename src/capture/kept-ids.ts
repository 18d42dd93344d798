import type { Probe } from './target.ts';

/** Whether V8's ids of objects still are what they were: any session of the inspector can reset them. */
export class KeptIds {
  /** V8 keeps ids of objects that move from the first snapshot on. */
  private baseline?: string;

  constructor(private readonly probe: Pick<Probe, 'heapObjectId'>) {}

  /** A snapshot was taken. @throws HeaplineError `target-gone` */
  async note(): Promise<void> {
    this.baseline = await this.probe.heapObjectId();
  }

  /** Since the last snapshot; false, too, where there is none. @throws HeaplineError `target-gone` */
  async areKept(): Promise<boolean> {
    return this.baseline !== undefined && (await this.probe.heapObjectId()) === this.baseline;
  }

  /** Since the last snapshot, where there is one. @throws HeaplineError `target-gone` */
  async wereReset(): Promise<boolean> {
    return this.baseline !== undefined && !(await this.areKept());
  }
}
