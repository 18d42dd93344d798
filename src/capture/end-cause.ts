import { formatBytes } from '../base/units.ts';
import type { EndCause } from '../protocol/recording.ts';

/** What was known of a program when the connection to it was lost. Bytes. */
export interface LastSeen {
  heapUsed?: number;
  rss?: number;
  /** Of V8's heap. */
  heapLimit?: number;
  /** Of the machine, or of the container. */
  memoryLimit?: number;
  /** It would have told us of an end of its own. */
  tells: boolean;
}

/** V8 collects for seconds before it gives up, and answers nobody meanwhile: the last reading is from before. */
const HEAP_SHARE = 0.75;
const MEMORY_SHARE = 0.85;

/** Why a program ended that had no time for a last snapshot; undefined where nothing tells. */
export function endCause({ heapUsed, rss, heapLimit, memoryLimit, tells }: LastSeen): EndCause | undefined {
  if (heapUsed && heapLimit && heapUsed >= HEAP_SHARE * heapLimit) return 'heap-full';
  if (rss && memoryLimit && rss >= MEMORY_SHARE * memoryLimit) return 'memory-full';
  return tells ? 'killed' : undefined;
}

/** The same in a sentence. */
export function endSentence(seen: LastSeen): string {
  const { heapUsed = 0, rss = 0, heapLimit = 0, memoryLimit = 0 } = seen;
  switch (endCause(seen)) {
    case 'heap-full':
      return `The program ended before a last snapshot, most likely out of heap: it used ${formatBytes(heapUsed)} of the ${formatBytes(heapLimit)} that V8 allows it.`;
    case 'memory-full':
      return `The program ended before a last snapshot, most likely by the system, out of memory: it took ${formatBytes(rss)} of ${formatBytes(memoryLimit)}.`;
    case 'killed':
      return 'The program ended before a last snapshot: it was killed, crashed, or closed its inspector.';
    default:
      return 'The program ended or closed its inspector before a last snapshot.';
  }
}
