import type { Disposable } from '../base/disposable.ts';
import { HeaplineError } from '../base/errors.ts';
import type { EngineMethods } from '../protocol/engine.ts';
import { abortable } from './abortable.ts';
import type { Ask, Engine } from './analyst.ts';

/** Without questions for so long, the worker and all that it holds go. */
const IDLE_MS = 10 * 60_000;

interface Kept {
  engine: Engine;
  underWay: number;
}

/**
 * Asks one worker that is kept: a snapshot is read with the first question about it, and stays open there for those
 * that follow (see OpenHeaps). A worker that died is replaced with the next question.
 */
export class Explorer implements Disposable {
  private kept?: Kept;
  private idle?: NodeJS.Timeout;
  private disposed = false;

  /** @param analysing who analyses a snapshot just now, once it can be asked */
  constructor(
    private readonly createEngine: () => Engine,
    private readonly idleMs = IDLE_MS,
    private readonly analysing: (
      file: string,
    ) => Promise<Pick<Engine, 'call'> | undefined> | undefined = () => undefined,
  ) {}

  /** @throws HeaplineError of the engine; `cancelled` by the signal or by `dispose` */
  async ask<K extends keyof EngineMethods>(
    method: K,
    params: EngineMethods[K]['params'],
    { signal, report }: Ask = {},
  ): Promise<EngineMethods[K]['result']> {
    if (this.disposed) throw new HeaplineError('cancelled', 'Cancelled.');
    clearTimeout(this.idle);
    this.kept ??= { engine: this.createEngine(), underWay: 0 };
    const { kept } = this;
    kept.underWay++;
    try {
      const answer =
        'file' in params && (await this.askOther(params.file, method, params, { signal, report }));
      return answer || (await kept.engine.call(method, params, { signal, report }));
    } catch (error) {
      // It may have died of this: others that ask it are told the same, and the next ones go to another.
      const mayBeDead = HeaplineError.is(error, 'internal') || HeaplineError.is(error, 'too-large');
      if (mayBeDead && this.kept === kept) this.kept = undefined;
      throw error;
    } finally {
      kept.underWay--;
      if (kept.underWay === 0) this.rest(kept);
    }
  }

  /** @returns undefined where nobody analyses the snapshot, or that came to nothing */
  private async askOther<K extends keyof EngineMethods>(
    file: string,
    method: K,
    params: EngineMethods[K]['params'],
    { signal, report }: Ask,
  ): Promise<EngineMethods[K]['result'] | undefined> {
    const analysing = this.analysing(file);
    if (!analysing) return undefined;
    report?.({ phase: 'Waiting for another analysis', done: 0 });
    const engine = await abortable(analysing, signal);
    try {
      return await engine?.call(method, params, { signal, report });
    } catch (error) {
      const isOver = HeaplineError.is(error, 'cancelled') || HeaplineError.is(error, 'internal');
      if (isOver && !signal?.aborted) return undefined;
      throw error;
    }
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.idle);
    this.kept?.engine.dispose();
    this.kept = undefined;
  }

  private rest(kept: Kept): void {
    if (this.disposed) return;
    if (this.kept !== kept) {
      kept.engine.dispose();
      return;
    }
    this.idle = setTimeout(() => {
      this.kept = undefined;
      kept.engine.dispose();
    }, this.idleMs);
    this.idle.unref();
  }
}
