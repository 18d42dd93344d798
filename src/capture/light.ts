/** What a target tells at any time, whether it is recorded or not. */
import { HeaplineError } from '../base/errors.ts';
import type { Inspector } from './inspector.ts';
import { LOADING, onceLoaded } from './loading.ts';

/** Bytes. */
export interface MemoryReading {
  heapUsed: number;
  heapTotal: number;
  external: number;
  arrayBuffers: number;
  /** 0 where it is unknown: a browser's page. */
  rss: number;
}

export interface Identity {
  /** Of the process; undefined where the target is no Node. */
  pid?: number;
  /** As Node names it: `v24.1.0`. */
  version?: string;
  argv: string[];
  isMainThread: boolean;
  /** As `worker_threads` counts: 0 is the main thread. */
  threadId: number;
  /** Bytes that V8's heap may take. */
  heapLimit?: number;
  /** Where its inspector listens: `ws://...`. */
  url?: string;
}

/** Everything of ours is named so: js-debug shows no script that ends in `.cdp`. */
const NAME = '\n//# sourceURL=heapline:light.cdp';
const MEMORY = `typeof process === 'object' && typeof process.memoryUsage === 'function' ? process.memoryUsage() : null${NAME}`;
const IDENTITY = `(() => {
if (typeof process !== 'object' || !process.versions?.node) return { argv: [], isMainThread: true, threadId: 0 };
if (${LOADING}) return { loading: true };
const get = process.getBuiltinModule ?? require;
const { isMainThread, threadId } = get('worker_threads');
return {
  pid: process.pid, version: process.version, argv: process.argv.slice(0, 50).map((arg) => arg.slice(0, 2000)),
  isMainThread, threadId, heapLimit: get('v8').getHeapStatistics().heap_size_limit, url: get('inspector').url(),
};
})()${NAME}`;

/** Reads the target's memory in one cheap call. @throws HeaplineError `target-gone` */
export async function readMemory(inspector: Inspector): Promise<MemoryReading> {
  const memory = (await evaluate(inspector, MEMORY)) as MemoryReading | null | undefined;
  return memory ?? readHeapUsage(inspector);
}

/** The part that V8 itself knows. @throws HeaplineError `target-gone` */
export async function readHeapUsage(inspector: Inspector): Promise<MemoryReading> {
  const { usedSize, totalSize, embedderHeapUsedSize, backingStorageSize } =
    await inspector.send('Runtime.getHeapUsage');
  const arrayBuffers = backingStorageSize ?? 0;
  const external = arrayBuffers + (embedderHeapUsedSize ?? 0);
  return { heapUsed: usedSize, heapTotal: totalSize, external, arrayBuffers, rss: 0 };
}

/**
 * Asks who the target is.
 * @throws HeaplineError `target-gone`, or `connect-failed` where it can't be asked
 */
export async function readIdentity(inspector: Inspector): Promise<Identity> {
  const identity = await onceLoaded(async () => {
    const answer = (await evaluate(inspector, IDENTITY)) as (Identity & { loading?: true }) | undefined;
    return answer?.loading ? undefined : answer;
  });
  if (!identity) throw new HeaplineError('connect-failed', 'The target does not say who it is.');
  return identity;
}

async function evaluate(inspector: Inspector, expression: string): Promise<unknown> {
  const { result, exceptionDetails } = await inspector.send('Runtime.evaluate', {
    expression,
    includeCommandLineAPI: true,
    returnByValue: true,
    silent: true,
    disableBreaks: true,
  });
  return exceptionDetails ? undefined : result.value;
}
