import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeaplineError } from '../../base/errors.ts';
import { type Task, throwIfCancelled } from '../../base/progress.ts';
import type { Ledger } from '../../protocol/ledger.ts';
import type { ProfileEvent, SamplingProfile } from '../../recording/reader.ts';
import { ScriptMap } from '../../source/script-map.ts';
import { readInput } from '../input.ts';
import type { AnalysisSource } from '../input-types.ts';
import { loadSnapshot } from '../load.ts';
import { withoutReleasedEnd } from '../program-end.ts';
import type { SecondCore } from '../second-core.ts';
import { type Cohorts, cohortsIn } from './cohorts.ts';
import { makeLedger } from './ledger.ts';

/** Rows of each kind. */
const MOST_ROWS = 5000;

/**
 * The ledger of a recording, as of its last snapshot; where the program had let go of all at its end, as of the last
 * before. @throws HeaplineError `not-found` where there is nothing to tell by, `cancelled`, as loadSnapshot does
 */
export async function readLedger(recordingDir: string, task?: Task, core?: SecondCore): Promise<Ledger> {
  const source = withoutReleasedEnd(await readInput({ recordingDir }));
  const file = source.files.at(-1);
  const graph = file ? await loadSnapshot(file, task, core) : undefined;
  throwIfCancelled(task);
  const cohorts = graph && cohortsIn(graph, source.events, source.snapshots.at(-1)!.index);
  const ledger = await ledgerOf(source, MOST_ROWS, cohorts);
  if (ledger) return ledger;
  throw new HeaplineError('not-found', `${recordingDir}: nothing is known of what the agent did.`, {
    hint: 'A ledger needs model calls, tools, runs or steps that were seen or told, and one snapshot.',
  });
}

/** Undefined where no step, run, tool or model call is known, or no profile. @param cohorts in the source's last snapshot */
export async function ledgerOf(
  source: AnalysisSource,
  mostRows: number,
  cohorts?: Cohorts,
): Promise<Ledger | undefined> {
  const { events, recordingDir, snapshots, scripts } = source;
  const last = snapshots.at(-1);
  if (!recordingDir || !last || !events.some(({ type }) => type === 'span' || type === 'step'))
    return undefined;
  const entry = profileAt(events, last.t);
  if (!entry) return undefined;
  const profile = await readProfile(join(recordingDir, entry.file));
  if (!profile) return undefined;
  const map = new ScriptMap(scripts, recordingDir);
  try {
    const at = { snapshot: last.index, t: last.t };
    return await makeLedger({
      events,
      at,
      profile,
      samplingInterval: entry.samplingInterval,
      cohorts,
      mostRows,
      map,
    });
  } finally {
    map.dispose();
  }
}

/** The one of a snapshot's moment, else the last before. */
function profileAt(events: AnalysisSource['events'], t: number): ProfileEvent | undefined {
  return events.findLast((event): event is ProfileEvent => event.type === 'profile' && event.t <= t);
}

/** Undefined where it is missing or damaged. */
async function readProfile(path: string): Promise<SamplingProfile | undefined> {
  try {
    const profile = JSON.parse(await readFile(path, 'utf8')) as SamplingProfile | null;
    return profile?.head && Array.isArray(profile.samples) ? profile : undefined;
  } catch {
    return undefined;
  }
}
