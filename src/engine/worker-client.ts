/** A worker thread that is asked over RPC, seen from outside. */
import { type ResourceLimits, Worker } from 'node:worker_threads';
import type { Disposable } from '../base/disposable.ts';
import { HeaplineError } from '../base/errors.ts';
import { type AnswererToCaller, type CallOptions, type Methods, RpcCaller } from '../protocol/rpc.ts';

/** One worker, for as long as this lives. Whatever ends the worker settles every call. */
export class WorkerClient<M extends Methods> implements Disposable {
  private readonly worker: Worker;
  private readonly rpc: RpcCaller<M>;
  private gone = false;

  /** @param entry a bundled file of `dist/` */
  constructor(entry: URL, options: { name: string; limits?: ResourceLimits }) {
    const { name, limits } = options;
    this.worker = new Worker(entry, { name, resourceLimits: limits });
    this.rpc = new RpcCaller((message) => this.worker.postMessage(message));
    this.worker.on('message', (message: AnswererToCaller<M>) => this.rpc.receive(message));
    this.worker.on('messageerror', (error) => this.close(deathOf(error, limits)));
    this.worker.on('error', (error) => this.close(deathOf(error, limits)));
    this.worker.on('exit', (code) =>
      this.close(new HeaplineError('internal', `The analysis stopped by itself (worker exit code ${code}).`)),
    );
  }

  /** Whether the worker has ended, so that every call fails. */
  get ended(): boolean {
    return this.gone;
  }

  /** @throws HeaplineError of what was called; `too-large` when it ran out of memory; `cancelled` */
  call<K extends keyof M>(method: K, params: M[K]['params'], options?: CallOptions): Promise<M[K]['result']> {
    return this.rpc.call(method, params, options);
  }

  /** Stops the worker at once, even amid computing; open calls end as `cancelled`. */
  dispose(): void {
    this.close(new HeaplineError('cancelled', 'Cancelled.'));
    void this.worker.terminate();
  }

  private close(error: HeaplineError): void {
    this.gone = true;
    this.rpc.close(error);
  }
}

function deathOf(error: unknown, limits: ResourceLimits | undefined): HeaplineError {
  if (HeaplineError.is(error)) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    const limit = limits?.maxOldGenerationSizeMb;
    return new HeaplineError(
      'too-large',
      `The analysis ran out of memory${limit ? ` (its heap may have ${limit} MB)` : ''}.`,
      { hint: 'Give it more with NODE_OPTIONS=--max-old-space-size=MB, or use a machine with more memory.' },
    );
  }
  return new HeaplineError('internal', `The analysis failed: ${message}`, { cause: error });
}
