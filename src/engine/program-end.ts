import { formatBytes } from '../base/units.ts';
import type { AnalysisSource } from './input-types.ts';

/** Snapshots that must be left for a verdict. */
const LEAST = 3;
/** Bytes: a fall below it is none. */
const NOISE = 65_536;

/**
 * A program that has come to its end has often let go of what it held all along: `main` has returned. Such a last
 * snapshot would hide any leak. It is left out where the heap, after a full collection each, fell by more than noise.
 */
export function withoutReleasedEnd(source: AnalysisSource): AnalysisSource {
  const { snapshots, files } = source;
  if (snapshots.at(-1)?.reason !== 'end' || snapshots.length <= LEAST) return source;
  const first = heapAfter(source, snapshots[0].index);
  // What was garbage when the memory was read is not in the file.
  const [beforeFile, endFile] = snapshots.slice(-2).map(({ bytes }) => bytes);
  if (beforeFile !== undefined && endFile !== undefined && endFile >= beforeFile) return source;
  const [before, end] = snapshots.slice(-2).map(({ index }) => heapAfter(source, index));
  if (first === undefined || before === undefined || end === undefined) return source;
  if (before - end < Math.max(NOISE, 0.25 * (before - first))) return source;
  return {
    ...source,
    snapshots: snapshots.slice(0, -1),
    files: files.slice(0, -1),
    warnings: [
      ...source.warnings,
      `The snapshot at the program's end was left out: by then it had let go of ${formatBytes(before - end)}.`,
    ],
  };
}

/** heapUsed as read right after a snapshot, which collects all garbage. */
function heapAfter({ events }: AnalysisSource, snapshot: number): number | undefined {
  const at = events.findIndex((event) => event.type === 'snapshot' && event.index === snapshot);
  if (at < 0) return undefined;
  const next = events.slice(at + 1).find(({ type }) => type === 'memory' || type === 'snapshot');
  return next?.type === 'memory' ? next.heapUsed : undefined;
}
