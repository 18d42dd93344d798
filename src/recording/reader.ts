import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HeaplineError } from '../base/errors.ts';
import {
  RECORDING_FORMAT,
  type RecordingEvent,
  type RecordingManifest,
  type ScriptEntry,
  type SnapshotEntry,
} from '../protocol/recording.ts';
import { readEvents } from './event-lines.ts';
import { EVENTS, isRecordingPath, MANIFEST, SCRIPTS } from './layout.ts';

export type ProfileEvent = Extract<RecordingEvent, { type: 'profile' }>;

/** A node of V8's sampling heap profile: a call frame and what it allocated that is alive. */
export interface SamplingNode {
  callFrame: {
    functionName: string;
    scriptId: string;
    url: string;
    lineNumber: number;
    columnNumber: number;
  };
  selfSize: number;
  id: number;
  children: SamplingNode[];
}

/** V8's `.heapprofile`. */
export interface SamplingProfile {
  head: SamplingNode;
  /** Live samples: bytes, the node that allocated, and a number that rises with time. */
  samples: { size: number; nodeId: number; ordinal: number }[];
}

/** A recording as it was found on disk: what is listed here is whole. */
export interface Recording {
  dir: string;
  manifest: RecordingManifest;
  /** In order of `t`. */
  events: RecordingEvent[];
  /** In order of time; only files that are there with all their bytes. */
  snapshots: SnapshotEntry[];
  profiles: ProfileEvent[];
  scripts: ScriptEntry[];
  /** What is missing or damaged, one line each. */
  problems: string[];
  /** @throws HeaplineError `not-found` or `malformed` */
  readProfile(index: number): Promise<SamplingProfile>;
}

const MAX_PROBLEMS = 20;

/**
 * Opens a recording folder, also one that was cut off at any byte.
 * @throws HeaplineError `not-found`, or `not-a-snapshot` for a folder of another kind, or `malformed` for a format
 * that this version does not know
 */
export async function openRecording(dir: string): Promise<Recording> {
  const info = await stat(dir).catch(() => undefined);
  if (!info) throw new HeaplineError('not-found', `${dir}: there is no such recording.`);
  if (!existsSync(join(dir, MANIFEST)) && !existsSync(join(dir, EVENTS))) {
    throw new HeaplineError(
      'not-a-snapshot',
      `${dir} is no recording: it has neither ${MANIFEST} nor ${EVENTS}.`,
      {
        hint: 'Give a folder that heapline run or heapline attach made.',
      },
    );
  }
  const problems: string[] = [];
  const problem = (text: string): void => {
    if (problems.length < MAX_PROBLEMS) problems.push(text);
  };
  const events = await readEvents(join(dir, EVENTS), problem).catch((error) => {
    problem(`${EVENTS} can't be read: ${(error as Error).message}`);
    return [];
  });
  const found = await readManifest(dir, problem);
  const listed = mergeSnapshots(found?.snapshots ?? [], events);
  const snapshots: SnapshotEntry[] = [];
  for (const entry of listed) {
    const size = await stat(join(dir, entry.file)).then(
      (file) => file.size,
      () => undefined,
    );
    if (size === entry.bytes) snapshots.push(entry);
    else if (size === undefined) problem(`${entry.file} is missing.`);
    else problem(`${entry.file} is not whole: it has ${size} of ${entry.bytes} bytes.`);
  }
  const profiles = events.flatMap((event) =>
    event.type === 'profile' && existsSync(join(dir, event.file)) ? [event] : [],
  );
  return {
    dir,
    manifest: { ...(found ?? unknownManifest(events)), snapshots },
    events,
    snapshots,
    profiles,
    scripts: await readScripts(dir, problem),
    problems,
    readProfile: (index) => readProfile(dir, profiles, index),
  };
}

/** The events are first written, the manifest lists the rest where they were cut off. */
function mergeSnapshots(listed: SnapshotEntry[], events: RecordingEvent[]): SnapshotEntry[] {
  const entries = new Map(listed.map((entry) => [entry.index, entry]));
  let pauses = 0;
  for (const event of events) {
    if (event.type === 'stopped') pauses += event.ms;
    if (event.type === 'totals') {
      const { type, t, index, ...totals } = event;
      const entry = entries.get(index);
      if (entry) entries.set(index, { ...entry, totals });
    }
    if (event.type === 'snapshot-dropped') entries.delete(event.index);
    if (event.type !== 'snapshot') continue;
    const { type, ...facts } = event;
    entries.set(event.index, { ...facts, activeMs: event.t - pauses });
    pauses += event.pauseMs;
  }
  return [...entries.values()].sort((a, b) => a.index - b.index);
}

async function readManifest(
  dir: string,
  problem: (text: string) => void,
): Promise<RecordingManifest | undefined> {
  const manifest = await readJson<RecordingManifest>(dir, MANIFEST, problem);
  if (!manifest) return undefined;
  const { format } = manifest;
  if (format !== RECORDING_FORMAT) {
    throw new HeaplineError('malformed', `${dir} has an unknown format: ${JSON.stringify(format)}.`, {
      hint: 'A newer Heapline may open it.',
    });
  }
  const runtime = {
    ...manifest.runtime,
    name: manifest.runtime?.name === 'browser' ? ('browser' as const) : ('node' as const),
    version: String(manifest.runtime?.version ?? ''),
  };
  const snapshots = Array.isArray(manifest.snapshots) ? manifest.snapshots.filter(isSnapshotEntry) : [];
  return {
    ...manifest,
    runtime,
    target: { ...manifest.target },
    options: { ...manifest.options },
    snapshots,
  };
}

function isSnapshotEntry(entry: SnapshotEntry): boolean {
  return (
    isRecordingPath(entry?.file, 'snapshots') &&
    [entry.index, entry.bytes, entry.t, entry.pauseMs, entry.activeMs].every(Number.isFinite)
  );
}

function unknownManifest(events: RecordingEvent[]): RecordingManifest {
  const started = events.find((event) => event.type === 'process' && event.role === 'target');
  const { pid, argv } = started?.type === 'process' ? started : {};
  return {
    format: RECORDING_FORMAT,
    heapline: '',
    createdAt: new Date(0).toISOString(),
    runtime: { name: 'node', version: '' },
    target: { pid, command: argv },
    options: {},
    snapshots: [],
  };
}

async function readScripts(dir: string, problem: (text: string) => void): Promise<ScriptEntry[]> {
  if (!existsSync(join(dir, SCRIPTS))) return [];
  const file = await readJson<{ scripts?: unknown }>(dir, SCRIPTS, problem);
  if (!Array.isArray(file?.scripts)) return [];
  return (file.scripts as ScriptEntry[])
    .filter((script) => typeof script?.id === 'string' && typeof script.url === 'string')
    .map((script) => (isRecordingPath(script.source, 'sources') ? script : { ...script, source: undefined }));
}

async function readProfile(dir: string, profiles: ProfileEvent[], index: number): Promise<SamplingProfile> {
  const entry = profiles.find((profile) => profile.index === index);
  if (!entry) throw new HeaplineError('not-found', `${dir} has no profile ${index}.`);
  let why = '';
  const profile = await readJson<SamplingProfile>(dir, entry.file, (text) => {
    why = text;
  });
  if (!profile?.head || !Array.isArray(profile.samples)) {
    throw new HeaplineError('malformed', `${join(dir, entry.file)} is no heap profile. ${why}`.trim());
  }
  return profile;
}

async function readJson<T extends object>(
  dir: string,
  file: string,
  problem: (text: string) => void,
): Promise<T | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(join(dir, file), 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as T;
    problem(`${file} is damaged.`);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    problem(missing ? `${file} is missing.` : `${file} is cut off or damaged.`);
  }
  return undefined;
}
