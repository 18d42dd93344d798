import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HeaplineError } from '../base/errors.ts';
import { formatBytes } from '../base/units.ts';
import { type Budgets, readBudgets } from '../protocol/budgets.ts';
import type { AnalysisInput } from '../protocol/engine.ts';
import type { SnapshotEntry } from '../protocol/recording.ts';
import { counted } from '../protocol/wording.ts';
import { openRecording, type Recording } from '../recording/reader.ts';
import type { AnalysisSource } from './input-types.ts';

/** Opens what an analysis starts from. @throws HeaplineError of openRecording; `not-found` for a missing file */
export async function readInput(input: AnalysisInput): Promise<AnalysisSource> {
  return 'recordingDir' in input
    ? fromRecording(await openRecording(input.recordingDir))
    : fromFiles(input.snapshotFiles);
}

async function fromRecording(recording: Recording): Promise<AnalysisSource> {
  const { manifest, events, dir } = recording;
  const warnings = [...recording.problems];
  const snapshots = comparable(recording, warnings);
  leftOutWarning(events, warnings);
  const lastEvent = events[events.length - 1]?.t ?? 0;
  const last = recording.profiles[recording.profiles.length - 1];
  const profile =
    last &&
    (await recording.readProfile(last.index).catch((error: Error) => {
      warnings.push(`The sampling profile was left out: ${error.message}`);
      return undefined;
    }));
  return {
    recording: {
      name: basename(dir),
      createdAt: manifest.createdAt,
      command: manifest.target.command,
      cwd: manifest.target.cwd,
      arch: manifest.runtime.arch,
      platform: manifest.runtime.platform,
      durationMs: manifest.end?.t ?? lastEvent,
      pausedMs: events.reduce((sum, event) => sum + (event.type === 'snapshot' ? event.pauseMs : 0), 0),
    },
    recordingDir: dir,
    runtime: { name: manifest.runtime.name, version: manifest.runtime.version },
    limits: { heap: bytesOf(manifest.target.heapLimit), memory: bytesOf(manifest.target.memoryLimit) },
    snapshots,
    files: snapshots.map((snapshot) => join(dir, snapshot.file)),
    events,
    budgets: budgetsIn(manifest.options.budgets),
    scripts: recording.scripts,
    profile,
    warnings,
  };
}

/** The manifest may be from elsewhere: what can't be read limits nothing. */
function budgetsIn(written: unknown): Budgets {
  const read = readBudgets(written ?? {}, () => {});
  return Object.fromEntries(Object.entries(read).filter(([, limits]) => limits !== 'off')) as Budgets;
}

/** Snapshots that there was no room for. */
function leftOutWarning(events: Recording['events'], warnings: string[]): void {
  const out = events.filter((event) => event.type === 'left-out');
  if (!out.length) return;
  const most = out.reduce((best, next) => (next.needed > best.needed ? next : best));
  const what = most.lacks === 'memory' ? 'of memory' : 'on disk';
  warnings.push(
    `${counted(out.length, 'snapshot')} ${out.length === 1 ? 'was' : 'were'} left out so that the program runs on: ` +
      `one would have taken about ${formatBytes(most.needed)} ${what}, and ${formatBytes(most.available)} were available. ` +
      'Sampling profiles were kept in their place.',
  );
}

/** What a damaged manifest has in place of a number is left out. */
function bytesOf(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 && Number.isFinite(value) ? value : undefined;
}

/** Ids can be compared only between resets: the longest stretch is used. */
function comparable({ events, snapshots }: Recording, warnings: string[]): SnapshotEntry[] {
  const resets = events.flatMap((event) => (event.type === 'id-reset' ? [event.beforeSnapshot] : []));
  if (!resets.length) return snapshots;
  const bounds = [Number.NEGATIVE_INFINITY, ...resets, Number.POSITIVE_INFINITY];
  const stretches = bounds
    .slice(1)
    .map((end, i) => snapshots.filter(({ index }) => index >= bounds[i] && index < end));
  const longest = stretches.reduce((best, next) => (next.length >= best.length ? next : best));
  warnings.push(
    `Another inspector client reset the object ids: ${longest.length} of ${snapshots.length} snapshots can be compared.`,
  );
  return longest;
}

async function fromFiles(files: string[]): Promise<AnalysisSource> {
  const snapshots: SnapshotEntry[] = [];
  for (const [i, file] of files.entries()) {
    const info = await stat(file).catch(() => undefined);
    if (!info) throw new HeaplineError('not-found', `${file}: there is no such file.`);
    snapshots.push({ index: i + 1, file, bytes: info.size, t: 0, pauseMs: 0, activeMs: 0, reason: 'manual' });
  }
  return {
    recording: { name: files.map((file) => basename(file)).join(', '), durationMs: 0, pausedMs: 0 },
    runtime: { name: 'node', version: '' },
    snapshots,
    files,
    events: [],
    scripts: [],
    warnings: ['Bare snapshot files carry no script names, steps or times: source lines can not be told.'],
  };
}
