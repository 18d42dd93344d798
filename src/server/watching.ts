/** A container watched in a running program: who inserts, in the sources that people wrote. */
import { HeaplineError } from '../base/errors.ts';
import type { LiveRecording } from '../capture/live.ts';
import { containerWatch } from '../engine/watched-sites.ts';
import type { ContainerWatch, Finding } from '../protocol/findings.ts';
import { mayBeWatched } from '../protocol/watch.ts';
import { openRecording } from '../recording/reader.ts';
import type { Ask } from './analyst.ts';

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
  if (!mayBeWatched(finding.kind)) {
    throw new HeaplineError('usage', "This kind of container can't be watched.", {
      hint: 'Arrays, maps, sets, listeners and plain objects used as dictionaries can be.',
    });
  }
  const facts = await live.watches.watch(finding, {
    seconds,
    signal,
    report: (inserts) => report?.({ phase: 'Watching', done: inserts }),
  });
  const { scripts, dir } = await openRecording(live.dir);
  return containerWatch(facts, scripts, dir);
}
