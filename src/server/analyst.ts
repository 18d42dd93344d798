import type { Disposable } from '../base/disposable.ts';
import { HeaplineError } from '../base/errors.ts';
import type { ProgressReading } from '../base/progress.ts';
import type { EngineMethods } from '../protocol/engine.ts';
import type { CallOptions } from '../protocol/rpc.ts';

/** The part of EngineClient that is used. */
export interface Engine extends Disposable {
  call<K extends keyof EngineMethods>(
    method: K,
    params: EngineMethods[K]['params'],
    options?: CallOptions,
  ): Promise<EngineMethods[K]['result']>;
}

/** `asked`: somebody waits for it. `final`: a recording's verdict. `provisional`: gives way to all others. */
export type Urgency = 'asked' | 'final' | 'provisional';

const ORDER: readonly Urgency[] = ['asked', 'final', 'provisional'];

export interface Ask {
  urgency?: Urgency;
  signal?: AbortSignal;
  report?(reading: ProgressReading): void;
}

interface Job extends Ask {
  urgency: Urgency;
  run(): Promise<void>;
  giveUp(error: HeaplineError): void;
}

/**
 * Asks the engine, one question at a time, each in a worker of its own: what it took of memory goes with it, also
 * when nobody wants the answer any longer.
 */
export class Analyst implements Disposable {
  private readonly waiting: Job[] = [];
  private running?: Job;
  private disposed = false;

  constructor(private readonly createEngine: () => Engine) {}

  /** @throws HeaplineError of the engine; `cancelled` by the signal, by `dispose`, or where a provisional one gave way */
  ask<K extends keyof EngineMethods>(
    method: K,
    params: EngineMethods[K]['params'],
    { urgency = 'asked', signal, report }: Ask = {},
  ): Promise<EngineMethods[K]['result']> {
    return new Promise((resolve, reject) => {
      const stop = new AbortController();
      const giveUp = (error = cancelled()): void => {
        stop.abort();
        const at = this.waiting.indexOf(job);
        if (at >= 0) this.waiting.splice(at, 1);
        signal?.removeEventListener('abort', onAbort);
        reject(error);
      };
      const onAbort = (): void => giveUp();
      const run = async (): Promise<void> => {
        const engine = this.createEngine();
        try {
          resolve(await engine.call(method, params, { signal: stop.signal, report }));
        } catch (error) {
          reject(error);
        } finally {
          signal?.removeEventListener('abort', onAbort);
          engine.dispose();
        }
      };
      const job: Job = { urgency, report, run, giveUp };
      if (this.disposed || signal?.aborted) return giveUp();
      signal?.addEventListener('abort', onAbort);
      this.waiting.push(job);
      if (urgency !== 'provisional') this.makeWay();
      if (this.running) report?.({ phase: 'Waiting for another analysis', done: 0 });
      else void this.work();
    });
  }

  /** Ends all that is under way as `cancelled`. */
  dispose(): void {
    this.disposed = true;
    for (const job of [...this.waiting]) job.giveUp(cancelled());
    this.running?.giveUp(cancelled());
  }

  private makeWay(): void {
    for (const job of [...this.waiting, this.running])
      if (job?.urgency === 'provisional') job.giveUp(cancelled());
  }

  private async work(): Promise<void> {
    for (;;) {
      const next = ORDER.flatMap((urgency) => this.waiting.filter((job) => job.urgency === urgency))[0];
      if (!next) return;
      this.waiting.splice(this.waiting.indexOf(next), 1);
      this.running = next;
      await next.run();
      this.running = undefined;
    }
  }
}

function cancelled(): HeaplineError {
  return new HeaplineError('cancelled', 'Cancelled.');
}
