/** Whether there is memory for what is asked, said before it is begun. */
import { HeaplineError } from '../base/errors.ts';
import { formatBytes } from '../base/units.ts';
import { availableMemory } from '../recording/memory-there.ts';
import { type MemoryNeed, memoryNeed } from './memory-need.ts';

/** @throws HeaplineError `too-large`: what is needed, what there is, what to do */
export async function checkMemory(files: readonly string[], available = availableMemory()): Promise<void> {
  for (const file of files) {
    const need = await memoryNeed(file);
    if (need && need.whole > available) throw tooLarge(need, 'whole', available);
  }
}

/**
 * Why a snapshot can be summed up by class only, without who retains what; undefined where all of it can be told.
 * @throws HeaplineError `too-large` where even that can't be done
 */
export async function degradedFor(file: string, available = availableMemory()): Promise<string | undefined> {
  const need = await memoryNeed(file);
  if (!need || need.whole <= available) return undefined;
  if (need.totals > available) throw tooLarge(need, 'totals', available);
  return (
    `Without retained sizes and distances: they take about ${formatBytes(need.whole)} of memory, and ` +
    `${formatBytes(available)} are available. ${WHAT_TO_DO}`
  );
}

/**
 * Whether a snapshot can be analysed before anybody asks for that: there must be as much left for a verdict, or for who
 * opens another. @param isRead its graph is in memory already
 */
export async function isRoomAhead(
  file: string,
  isRead: boolean,
  available = availableMemory(),
): Promise<boolean> {
  const need = await memoryNeed(file);
  return need !== undefined && 2 * need.whole - (isRead ? need.totals : 0) <= available;
}

const WHAT_TO_DO = "Close other programs, raise the container's limit, or open it on a larger machine.";

function tooLarge(need: MemoryNeed, kind: 'whole' | 'totals', available: number): HeaplineError {
  const { file, fileBytes } = need;
  const less = kind === 'whole' && need.totals <= available;
  return new HeaplineError(
    'too-large',
    `${file}: This takes about ${formatBytes(need[kind])} of memory (the file has ${formatBytes(fileBytes)}), ` +
      `and ${formatBytes(available)} are available.`,
    {
      hint: less ? `${WHAT_TO_DO} heapline classes gets by with less.` : WHAT_TO_DO,
      file,
    },
  );
}
