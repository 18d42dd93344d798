import type { HeapReading } from '../../protocol/recording.ts';

type V8 = typeof import('node:v8');
type Profiler = InstanceType<V8['GCProfiler']>;

/** To ask about collections takes 13 microseconds: no more often, where none shows by itself. */
const ASK_MS = 2;

/** Bytes of a global handle, on 64-bit machines. */
const HANDLE = 32;

type Statistics = ReturnType<V8['getHeapStatistics']>;

/**
 * Counts what is allocated, and the samples that V8 takes of it (each has a global handle): what there is more of from
 * one collection to the next. The collections tell what they found and left.
 */
export class Allocations {
  private readonly v8: V8;
  private profiler?: Profiler;
  /** All up to when there was as much as `base`. */
  private readonly counted = { bytes: 0, handles: 0 };
  private readonly base = { bytes: 0, handles: 0 };
  private asked = 0;

  constructor(
    get: <T>(module: string) => T,
    private readonly now: () => number,
  ) {
    this.v8 = get<V8>('v8');
    const heap = this.v8.getHeapStatistics();
    this.base = { bytes: heap.used_heap_size, handles: heap.used_global_handles_size };
    this.begin();
  }

  /** The heap as it is. Half a microsecond, mostly. */
  read(): HeapReading {
    const heap = this.v8.getHeapStatistics();
    const { used_heap_size: used, external_memory: external } = heap;
    if (!this.profiler) return { used, external };
    const now = this.now();
    if (this.isCollected(heap) || now - this.asked > ASK_MS) this.ask(now);
    const { counted, base } = this;
    const handles = counted.handles + heap.used_global_handles_size - base.handles;
    return {
      used,
      external,
      allocated: counted.bytes + Math.max(0, used - base.bytes),
      handles: Math.round(handles / HANDLE),
    };
  }

  stop(): void {
    this.profiler?.stop();
    this.profiler = undefined;
  }

  private isCollected({ used_heap_size }: Statistics): boolean {
    return used_heap_size < this.base.bytes;
  }

  private ask(now: number): void {
    const told = this.profiler?.stop();
    this.asked = now;
    this.begin();
    const { counted, base } = this;
    for (const { beforeGC, afterGC } of told?.statistics ?? []) {
      const [before, after] = [beforeGC.heapStatistics, afterGC.heapStatistics];
      counted.bytes += Math.max(0, before.usedHeapSize - base.bytes);
      counted.handles += before.usedGlobalHandlesSize - base.handles;
      base.bytes = after.usedHeapSize;
      base.handles = after.usedGlobalHandlesSize;
    }
  }

  private begin(): void {
    const { GCProfiler } = this.v8;
    // Since Node 18.15; a page has none.
    this.profiler = GCProfiler && new GCProfiler();
    this.profiler?.start();
  }
}
