/**
 * The second core: one more thread beside the engine's, for work over typed arrays.
 *
 * To give it something to do: write a pure function `(input, task) => output` in a file of its own, name it in
 * `second-core-tasks.ts`, and call
 *
 *     const distances = core?.run('measureDistances', { graph: columns });   // begins at once
 *     const tree = computeDominators(...);                                   // beside it, as synchronous as it likes
 *     const result = distances ? await distances : measureDistances(graph);  // one thread where there is no core
 *
 * Input and output are structured-cloned: columns on SharedArrayBuffers (all of a HeapGraph's are, see
 * `heap/columns.ts`) are not copied but seen by both; other typed arrays of the output are moved. Functions and
 * `graph.strings` can't be sent. Tasks run one after another, in the order in which they were given. Each thread
 * collects its garbage by itself, and a shared column is freed when neither has it: the second thread does so after
 * each task.
 */
import { availableParallelism } from 'node:os';
import type { Disposable } from '../base/disposable.ts';
import type { CallOptions } from '../protocol/rpc.ts';
import type { SecondCoreMethods } from './second-core-tasks.ts';
import { WorkerClient } from './worker-client.ts';

/** Its thread is started by the first task, and again by the next one should it die. */
export class SecondCore implements Disposable {
  private readonly entry: URL;
  private client: WorkerClient<SecondCoreMethods> | undefined;

  /** @param entry the bundled `second-core-worker.js` */
  constructor(entry: URL) {
    this.entry = entry;
  }

  /** Undefined where the machine gives this process one core only. @param entry as the constructor's */
  static ifAny(entry: URL): SecondCore | undefined {
    return availableParallelism() > 1 ? new SecondCore(entry) : undefined;
  }

  /**
   * Begins at once, also when the caller goes on computing; the promise settles when the caller gives its event
   * loop a turn.
   * @throws HeaplineError as the task threw it; `too-large` when the thread ran out of memory; `cancelled`
   */
  run<K extends keyof SecondCoreMethods>(
    task: K,
    input: SecondCoreMethods[K]['params'],
    options?: CallOptions,
  ): Promise<SecondCoreMethods[K]['result']> {
    const result = this.start().call(task, input, options);
    // Who fails beside it does not come back for the result.
    result.catch(() => {});
    return result;
  }

  /** Starts the thread where it is not running, as something will be to do in a moment. */
  start(): WorkerClient<SecondCoreMethods> {
    if (!this.client || this.client.ended) {
      this.client = new WorkerClient(this.entry, { name: 'heapline-second-core' });
    }
    return this.client;
  }

  dispose(): void {
    this.client?.dispose();
    this.client = undefined;
  }
}
