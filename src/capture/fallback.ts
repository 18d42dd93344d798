/** What is done where a snapshot does not fit: see `SnapshotRoom`. */
import type { SnapshotReason } from '../protocol/recording.ts';
import type { RecordingWriter } from '../recording/writer.ts';
import type { GivenBack } from './budget-keeper.ts';
import type { SampledProfile } from './cdp-types.ts';
import type { Inspector } from './inspector.ts';
import type { ScriptCollector } from './scripts.ts';
import { type Lack, leftOutError, type SnapshotRoom } from './snapshot-room.ts';

/** What of a recorder it takes. */
export interface FallbackDeps {
  room: SnapshotRoom;
  inspector: Inspector;
  writer: RecordingWriter;
  clock(): number;
  samplingInterval: number;
  /** For a snapshot of the heap as it was last read. */
  lack(): Lack | undefined;
  /** Reads memory anew, after a collection where the program lets it be collected. */
  collect(): Promise<GivenBack | undefined>;
  scripts: ScriptCollector;
}

/**
 * Leaves a snapshot out where there is no room for it in memory or on disk: a sampling profile stands in its place.
 * @returns true where it is left out
 * @throws HeaplineError `too-large` for the first one, and for one that was asked for by hand
 */
export async function leaveOut(
  deps: FallbackDeps,
  reason: SnapshotReason,
  activeMs: number,
): Promise<boolean> {
  const { room, writer, samplingInterval } = deps;
  if (reason !== 'manual' && reason !== 'end' && !room.mayTry(activeMs)) return true;
  // What is read of the heap counts garbage, too.
  if (deps.lack()) await deps.collect();
  const lack = deps.lack();
  if (!lack) return false;
  const isFirst = room.leftOut(activeMs);
  const t = deps.clock();
  writer.event({ type: 'left-out', t, reason, ...lack });
  const { profile } = await deps.inspector.send('HeapProfiler.getSamplingProfile');
  writer.profile(profile, { t, samplingInterval, ordinal: highestOrdinal(profile) });
  await deps.scripts.collect();
  if (isFirst || reason === 'manual') throw leftOutError(lack);
  return true;
}

export function highestOrdinal({ samples }: Pick<SampledProfile, 'samples'>): number {
  return samples.reduce((highest, { ordinal }) => Math.max(highest, ordinal), 0);
}
