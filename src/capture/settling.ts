import type { Inspector } from './inspector.ts';
import type { Probe } from './target.ts';
import type { Urgency } from './urgency.ts';

/** How long a busy program is waited for, and how long its garbage collection. */
const SETTLE_MS = 250;
const COLLECT_MS = 10_000;

/**
 * Lets the program's event loop come round, and collects garbage: finalization registries hold what they were given
 * for dead objects until their callbacks have run, and a snapshot's own collection leaves no time for that. V8
 * collects in a task of its own, which never comes in a busy loop or at a breakpoint: such a program is left as it
 * is, and what a user looks at there, too.
 * @returns for how many milliseconds the program stood still
 */
export async function settle(
  urgency: Urgency,
  probe: Probe,
  inspector: Inspector,
  collect: boolean,
): Promise<number> {
  const runs = !urgency.now && (await urgency.within(SETTLE_MS, probe.call('settle')));
  if (runs || urgency.now) await discardConsole(inspector);
  if (!runs || !collect) return 0;
  const began = performance.now();
  if (!(await urgency.within(COLLECT_MS, inspector.send('HeapProfiler.collectGarbage')))) return 0;
  const pausedMs = performance.now() - began;
  await urgency.within(SETTLE_MS, probe.call('settle'));
  return pausedMs;
}

/** What the program gave to `console.*` is kept alive by the inspector alone. */
async function discardConsole(inspector: Inspector): Promise<void> {
  await inspector.send('Runtime.discardConsoleEntries');
  await inspector.send('Runtime.releaseObjectGroup', { objectGroup: 'console' });
}
