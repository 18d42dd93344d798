import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveRecording } from '../capture/live.ts';

/** V8 spends some memory on ids for as long as they are kept: nobody watches any more after so long. */
const KEPT_MS = 600_000;
const PATIENCE_MS = 2000;

/** A target after its recording: what the verdict names can still be found in it, until it is let go. */
export class KeptTarget {
  /** Settles when it is let go, or has ended. */
  readonly released: Promise<void>;
  private readonly timer: NodeJS.Timeout;
  private readonly stopping = new AbortController();
  private readonly underWay = new Set<Promise<unknown>>();
  private lettingGo?: Promise<void>;
  private tellReleased = (): void => {};

  /** @param ended settles when the connection is lost @param release gives the connection back */
  constructor(
    private readonly live: Pick<LiveRecording, 'letGo'>,
    ended: Promise<void>,
    private readonly release: () => void,
  ) {
    this.released = new Promise((resolve) => {
      this.tellReleased = resolve;
    });
    this.timer = setTimeout(() => void this.letGo(), KEPT_MS).unref();
    void ended.then(() => this.letGo());
  }

  /** Does work that needs the target, which is told to end when the target is let go. */
  async during<T>(work: (stopping: AbortSignal) => Promise<T>): Promise<T> {
    const done = work(this.stopping.signal);
    this.underWay.add(done);
    try {
      return await done;
    } finally {
      this.underWay.delete(done);
      this.timer.refresh();
    }
  }

  /** Takes the last of ours out of the target. Settles, never fails, when that is done or takes too long. */
  letGo(patienceMs = PATIENCE_MS): Promise<void> {
    this.lettingGo ??= this.part(patienceMs);
    return this.lettingGo;
  }

  private async part(patienceMs: number): Promise<void> {
    clearTimeout(this.timer);
    this.stopping.abort();
    const parting = Promise.allSettled(this.underWay).then(() => this.live.letGo());
    // A target that is gone has nothing of ours left.
    await Promise.race([parting.catch(() => {}), sleep(patienceMs, undefined, { ref: false })]);
    this.release();
    this.tellReleased();
  }
}
