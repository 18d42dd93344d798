/** Recordings on disk: what there is, and taking one away. */
import { lstat, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { HeaplineError } from '../base/errors.ts';
import { passedBudgets } from '../protocol/budget-words.ts';
import { RECORDING_FORMAT } from '../protocol/recording.ts';
import type { RecordingInfo } from '../protocol/server.ts';
import { briefOf } from '../protocol/sessions.ts';
import { diskError } from '../recording/disk.ts';
import { CACHE, EVENTS, MANIFEST, NEAR_LIMIT, SCRIPTS } from '../recording/layout.ts';
import { openRecording, type Recording } from '../recording/reader.ts';
import { SUFFIX, titleOf } from './folder-name.ts';
import type { Ignores } from './ignores.ts';
import { FINDINGS, keptFindings, keptReport, REPORT, stateOf } from './verdict-files.ts';

const FOLDERS = ['snapshots', 'profiles', 'sources'];
const FILES = [EVENTS, SCRIPTS, FINDINGS, REPORT];

/** The recordings directly in a folder, in no order. None where there is no such folder. */
export async function recordingsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const dirs = entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
  const found = await Promise.all(dirs.map(isRecording));
  return dirs.filter((_, i) => found[i]);
}

/** By its manifest, or where that was cut off, by the events beside a folder of snapshots. */
async function isRecording(dir: string): Promise<boolean> {
  const manifest = await readFile(join(dir, MANIFEST), 'utf8').catch(() => '');
  if (manifest.includes(RECORDING_FORMAT.split('/')[0])) return true;
  const [events, snapshots] = await Promise.all(
    [EVENTS, FOLDERS[0]].map((name) => lstat(join(dir, name)).catch(() => undefined)),
  );
  return Boolean(events?.isFile() && snapshots?.isDirectory());
}

/** What is to be said of a recording that nobody writes any longer. One that can't be read is told with why. */
export async function describeRecording(dir: string, ignores: Ignores): Promise<RecordingInfo> {
  const recording = await openRecording(dir).catch((error: unknown) => {
    if (HeaplineError.is(error)) return error;
    throw error;
  });
  if (recording instanceof HeaplineError) return unreadable(dir, recording);
  const { manifest, events, snapshots, problems } = recording;
  const { createdAt, target, end, options } = manifest;
  const report = await keptReport(dir, await stateOf(dir));
  const whole = report?.findings ?? (await keptFindings(dir));
  const findings = whole && ignores.apply(whole, target.cwd, dir);
  const steps = events.reduce(
    (most, event) => (event.type === 'step' ? Math.max(most, event.step) : most),
    0,
  );
  const notes = events.flatMap((event) =>
    event.type === 'note' && event.level !== 'info' ? [event.message] : [],
  );
  return {
    dir,
    name: nameOf(dir),
    createdAt,
    state: 'ended',
    mode: options.mode === 'manual' || options.mode === 'automatic' ? options.mode : undefined,
    title: titleOf(dir) ?? scriptOf(recording) ?? nameOf(dir),
    pid: target.pid,
    durationMs: end?.t ?? events.at(-1)?.t ?? 0,
    steps,
    snapshots,
    findings,
    sources: report?.sources,
    sessions: report?.sessions && briefOf(report.sessions),
    budgets: findings?.budgets ?? passedBudgets(events, {}, []),
    final: findings !== undefined,
    end,
    problems: end ? [...notes, ...problems] : [cutOff(snapshots.length), ...notes, ...problems],
  };
}

function cutOff(snapshots: number): string {
  const kept =
    snapshots === 0
      ? 'No snapshot was whole by then'
      : snapshots === 1
        ? 'One snapshot is whole and was kept'
        : `${snapshots} snapshots are whole and were kept`;
  return `This recording was cut off: Heapline was ended while it was under way. ${kept}.`;
}

function unreadable(dir: string, error: HeaplineError): RecordingInfo {
  return {
    dir,
    name: nameOf(dir),
    createdAt: new Date(0).toISOString(),
    state: 'ended',
    title: titleOf(dir) ?? nameOf(dir),
    durationMs: 0,
    steps: 0,
    snapshots: [],
    final: false,
    problems: [error.toLine()],
  };
}

/** The folder's name, without the ending. */
export function nameOf(dir: string): string {
  return basename(dir, SUFFIX);
}

function scriptOf({ manifest, events }: Recording): string | undefined {
  const started = events.find((event) => event.type === 'process' && event.role === 'target');
  const argv = manifest.target.command ?? (started?.type === 'process' ? started.argv : undefined);
  const script = argv?.slice(1).find((word) => /\.[cm]?[jt]sx?$/.test(word));
  return script && basename(script, extname(script));
}

/**
 * Deletes a recording: what belongs to one, and nothing else that may lie in its folder.
 * @throws HeaplineError `not-found`; `not-a-snapshot` for a folder (or link) that is no recording, which is left alone
 */
export async function deleteRecording(dir: string): Promise<void> {
  const info = await lstat(dir).catch(() => undefined);
  if (!info) throw new HeaplineError('not-found', `${dir}: there is no such recording.`);
  if (!info.isDirectory() || !(await isRecording(dir)))
    throw new HeaplineError('not-a-snapshot', `${dir} is no recording; it was left alone.`);
  try {
    for (const name of FOLDERS) await removeFiles(join(dir, name), /^[0-9A-Za-z]+\.[a-z]+(\.part)?$/);
    await removeFiles(join(dir, NEAR_LIMIT), /^Heap\.[\w.]+\.heapsnapshot$/);
    await removeFiles(join(dir, CACHE), /^(\.gitignore|[\w.-]+\.columns(\.[\w-]+\.tmp)?)$/);
    // The manifest last: what is left by a failure is still a recording.
    for (const name of FILES.flatMap((file) => [file, `${file}.part`]))
      await rm(join(dir, name), { force: true });
    for (const name of [`${MANIFEST}.part`, MANIFEST]) await rm(join(dir, name), { force: true });
    await rmdir(dir).catch(() => {}); // something of the user's is in it
  } catch (error) {
    throw new HeaplineError('not-found', `${dir} could not be deleted: ${(error as Error).message}.`, {
      hint: 'Close what uses it, or delete the folder yourself.',
      cause: diskError(error, dir),
    });
  }
}

async function removeFiles(folder: string, ours: RegExp): Promise<void> {
  const info = await lstat(folder).catch(() => undefined);
  // A link leads elsewhere.
  if (!info?.isDirectory()) return;
  for (const name of await readdir(folder)) if (ours.test(name)) await rm(join(folder, name));
  await rmdir(folder).catch(() => {});
}
