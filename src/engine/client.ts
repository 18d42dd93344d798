/** The engine in a worker thread, seen from outside. */
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { ResourceLimits } from 'node:worker_threads';
import type { EngineMethods } from '../protocol/engine.ts';
import { WorkerClient } from './worker-client.ts';

/** One worker, for as long as this lives. Whatever ends the worker settles every call. */
export class EngineClient extends WorkerClient<EngineMethods> {
  /** @param entry the bundled `engine-worker.js` */
  constructor(entry: URL, limits: ResourceLimits = workerLimits()) {
    super(entry, { name: 'heapline-engine', limits });
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
