/** The engine in a worker thread, seen from outside. */
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { type ResourceLimits, Worker } from 'node:worker_threads';
import type { Disposable } from '../base/disposable.ts';
import { HeaplineError } from '../base/errors.ts';
import type { EngineMethods, EngineToClient } from '../protocol/engine.ts';
import { type CallOptions, RpcCaller } from '../protocol/rpc.ts';

/** One worker, for as long as this lives. Whatever ends the worker settles every call. */
export class EngineClient implements Disposable {
  private readonly worker: Worker;
  private readonly rpc: RpcCaller<EngineMethods>;

  /** @param entry the bundled `engine-worker.js` */
  constructor(entry: URL, limits: ResourceLimits = workerLimits()) {
    this.worker = new Worker(entry, { name: 'heapline-engine', resourceLimits: limits });
    this.rpc = new RpcCaller((message) => this.worker.postMessage(message));
    this.worker.on('message', (message: EngineToClient) => this.rpc.receive(message));
    this.worker.on('messageerror', (error) => this.rpc.close(deathOf(error, limits)));
    this.worker.on('error', (error) => this.rpc.close(deathOf(error, limits)));
    this.worker.on('exit', (code) =>
      this.rpc.close(
        new HeaplineError('internal', `The analysis stopped by itself (worker exit code ${code}).`),
      ),
    );
  }

  /** @throws HeaplineError of the engine; `too-large` when it ran out of memory; `cancelled` */
  call<K extends keyof EngineMethods>(
    method: K,
    params: EngineMethods[K]['params'],
    options?: CallOptions,
  ): Promise<EngineMethods[K]['result']> {
    return this.rpc.call(method, params, options);
  }

  /** Stops the worker at once, even amid computing; open calls end as `cancelled`. */
  dispose(): void {
    this.rpc.close(new HeaplineError('cancelled', 'Cancelled.'));
    void this.worker.terminate();
  }
}

/**
 * Columns lie outside V8's heap, so that a large snapshot needs little of it; its limit is there for snapshots
 * with very many names or classes. `NODE_OPTIONS=--max-old-space-size=MB` raises it.
 */
function workerLimits(): ResourceLimits {
  const MB = 2 ** 20;
  // Node 20's 0 means: not constrained.
  const memory = Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem());
  const heap = Math.max(getHeapStatistics().heap_size_limit, memory / 2);
  return { maxOldGenerationSizeMb: Math.round(heap / MB) };
}

function deathOf(error: unknown, limits: ResourceLimits): HeaplineError {
  if (HeaplineError.is(error)) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    const limit = limits.maxOldGenerationSizeMb;
    return new HeaplineError(
      'too-large',
      `The analysis ran out of memory${limit ? ` (its heap may have ${limit} MB)` : ''}.`,
      { hint: 'Give it more with NODE_OPTIONS=--max-old-space-size=MB, or use a machine with more memory.' },
    );
  }
  return new HeaplineError('internal', `The analysis failed: ${message}`, { cause: error });
}
