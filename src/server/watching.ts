/** A container watched in a running program: who inserts, in the sources that people wrote. */
import { setTimeout as sleep } from 'node:timers/promises';
import { HeaplineError } from '../base/errors.ts';
import type { LiveRecording } from '../capture/live.ts';
import type { TapReading } from '../capture/tap.ts';
import type { ContainerWatch, Finding } from '../protocol/findings.ts';
import { isWatchable } from '../protocol/watch.ts';
import { openRecording } from '../recording/reader.ts';
import type { Ask } from './analyst.ts';
import { watchedSites } from './watched-sites.ts';

/** Often enough to be seen, and that the tap in the target stays. */
const POLL_MS = 500;

/**
 * Watches what a finding names, until `seconds` after it first grew, or until the signal aborts: then, too, it
 * tells what was seen.
 * @throws HeaplineError `usage` for what can't be watched, `not-found` when it is gone, `target-gone`
 */
export async function watchContainer(
  live: LiveRecording,
  finding: Finding,
  seconds: number,
  { signal, report }: Ask,
): Promise<ContainerWatch> {
  const { kind, owner } = finding;
  // Of an object it is seen there whether it is an array, by a class of the program's.
  if (!isWatchable(kind) && kind !== 'object') {
    throw new HeaplineError('usage', "This kind of container can't be watched yet.", {
      hint: 'Arrays, maps and sets can be.',
    });
  }
  // Listeners are named by whom they listen to.
  const tap = await live.watch(owner.nodeId, kind === 'listeners' ? undefined : owner.className);
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1000;
  let reading: TapReading = { inserts: 0, removes: 0, unseen: 0, stacks: [], state: 'on' };
  let until = Number.POSITIVE_INFINITY;
  let end: ContainerWatch['end'] = 'time';
  try {
    while (reading.state === 'on' && elapsed() < until && !signal?.aborted) {
      await sleep(POLL_MS, undefined, { signal }).catch(() => {});
      reading = await tap.read();
      if ((reading.inserts || reading.unseen > 0) && until === Number.POSITIVE_INFINITY)
        until = elapsed() + seconds;
      report?.({ phase: 'Watching', done: reading.inserts });
    }
    if (signal?.aborted) end = 'stopped';
    if (reading.state !== 'on') end = ENDS[reading.state];
    reading = await tap.remove();
  } catch (error) {
    if (!HeaplineError.is(error, 'target-gone') || !reading.inserts) throw error;
    end = 'target-gone';
  }
  const watched = elapsed();
  const { scripts, dir } = await openRecording(live.dir);
  const { inserts, removes, unseen, stacks } = reading;
  const sites = await watchedSites(stacks, scripts, dir);
  return { inserts, removes, unseen, seconds: Math.round(watched * 10) / 10, end, sites };
}

const ENDS = { full: 'enough', collected: 'collected', off: 'stopped' } as const;
