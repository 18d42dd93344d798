import { createHash } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Disposable, toDisposable } from '../base/disposable.ts';
import { HeaplineError } from '../base/errors.ts';
import {
  RECORDING_FORMAT,
  type RecordingEvent,
  type RecordingManifest,
  type ScriptEntry,
  type ScriptsFile,
  type SnapshotEntry,
} from '../protocol/recording.ts';
import { diskError, replaceFile } from './disk.ts';
import { columnsFile, EVENTS, MANIFEST, profileFile, SCRIPTS, snapshotFile, sourceFile } from './layout.ts';
import { type SnapshotFile, SnapshotSink } from './snapshot-sink.ts';
import { WrittenSnapshot } from './written-snapshot.ts';

export type RecordingInit = Pick<RecordingManifest, 'heapline' | 'target' | 'options'> &
  Partial<Pick<RecordingManifest, 'runtime'>>;

type SnapshotFacts = Pick<SnapshotEntry, 't' | 'pauseMs' | 'reason' | 'step' | 'ordinal'>;
type EndFacts = Omit<Extract<RecordingEvent, { type: 'end' }>, 'type'>;

const FOLDERS = ['snapshots', 'profiles', 'sources'];
/** What `create` makes. */
const OUR_NAMES = [...FOLDERS, EVENTS, MANIFEST];

/**
 * Writes a recording folder so that it opens whenever it is cut off: events are appended line by line, other files
 * get their name when they are whole.
 */
export class RecordingWriter {
  /** What first hindered the writing of an event. */
  failure?: HeaplineError;
  private snapshotCount = 0;
  private profileCount = 0;
  private pausedMs = 0;
  private written = 0;
  private ended = false;
  /** Who reads the snapshots, and what is deleted when nobody does. */
  private readers = 0;
  private readonly doomed: string[] = [];
  private also?: (event: RecordingEvent) => void;

  private constructor(
    readonly dir: string,
    private readonly manifest: RecordingManifest,
    private readonly events: number,
    private readonly onEvent?: (event: RecordingEvent) => void,
  ) {}

  /**
   * Makes the folder (and its parents). @param onEvent hears each event as it is written
   * @throws HeaplineError `usage` when there is something in it, `disk-full`, or `not-found` where it can't be made
   */
  static async create(
    dir: string,
    init: RecordingInit,
    onEvent?: (event: RecordingEvent) => void,
  ): Promise<RecordingWriter> {
    if (existsSync(dir) && readdirSync(dir).length) {
      throw new HeaplineError('usage', `${dir} is not empty; it was left alone.`, {
        hint: 'Choose another folder (--out on the command line).',
      });
    }
    let events: number | undefined;
    let made: string | undefined;
    try {
      made = mkdirSync(dir, { recursive: true });
      for (const folder of FOLDERS) mkdirSync(join(dir, folder));
      events = openSync(join(dir, EVENTS), 'a');
      const manifest: RecordingManifest = {
        format: RECORDING_FORMAT,
        heapline: init.heapline,
        createdAt: new Date().toISOString(),
        runtime: init.runtime ?? { name: 'node', version: '' },
        target: init.target,
        options: init.options,
        snapshots: [],
      };
      const writer = new RecordingWriter(dir, manifest, events, onEvent);
      writer.save(MANIFEST, writer.manifestText());
      return writer;
    } catch (error) {
      if (events !== undefined) closeSync(events);
      // What is left would be in the way of the next try.
      const ours = made ? [made] : OUR_NAMES.map((name) => join(dir, name));
      for (const path of ours) rmSync(path, { recursive: true, force: true });
      throw diskError(error, dir);
    }
  }

  /** Snapshots that are on disk, in order. */
  get snapshots(): readonly SnapshotEntry[] {
    return this.manifest.snapshots;
  }

  /** Index of the next snapshot. */
  get nextSnapshot(): number {
    return this.snapshotCount + 1;
  }

  /** From now on hears each event, too, as it is written: one listener. */
  alsoTell(listener: (event: RecordingEvent) => void): void {
    this.also = listener;
  }

  /** Notes what only the running target could tell. */
  describe(facts: Partial<Pick<RecordingManifest, 'runtime' | 'target'>>): void {
    this.manifest.runtime = facts.runtime ?? this.manifest.runtime;
    this.manifest.target = { ...this.manifest.target, ...facts.target };
    this.saveManifest();
  }

  /** Appends one event, a watch also after the end. Never throws: what could not be written is left out, and `failure` says why. */
  event(event: RecordingEvent): void {
    this.onEvent?.(event);
    this.also?.(event);
    if (event.type === 'stopped' && !this.ended) this.pausedMs += event.ms;
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    if (this.ended) {
      if (event.type === 'watch') this.addLate(line);
      return;
    }
    try {
      for (let done = 0; done < line.length; ) done += writeSync(this.events, line, done);
      this.written += line.length;
    } catch (error) {
      this.failure ??= diskError(error, this.dir);
      try {
        ftruncateSync(this.events, this.written);
      } catch {
        // A cut last line is what readers expect anyway.
      }
    }
  }

  /** A watch may go on when the recording has ended. */
  private addLate(line: Buffer): void {
    if (!existsSync(this.dir)) return;
    try {
      appendFileSync(join(this.dir, EVENTS), line);
    } catch (error) {
      this.failure ??= diskError(error, this.dir);
    }
  }

  /** Where a file of the recording lies. */
  pathOf(file: string): string {
    return join(this.dir, file);
  }

  /** Begins the next snapshot's file. @param limit bytes that it may take */
  openSnapshot(limit?: number): SnapshotSink {
    return new SnapshotSink(join(this.dir, snapshotFile(this.snapshotCount + 1)), limit);
  }

  /** Begins it as a file that another process writes. @throws HeaplineError `disk-full` */
  placeSnapshot(limit?: number): WrittenSnapshot {
    return WrittenSnapshot.open(join(this.dir, snapshotFile(this.snapshotCount + 1)), limit);
  }

  /** Takes over one that lies elsewhere in the recording. @throws HeaplineError of the disk */
  adoptSnapshot(from: string): WrittenSnapshot {
    return WrittenSnapshot.adopt(join(this.dir, snapshotFile(this.snapshotCount + 1)), from);
  }

  /**
   * Makes the snapshot part of the recording.
   * @throws HeaplineError `disk-full`, `too-large`: the file is gone, the recording as it was
   */
  async commitSnapshot(snapshot: SnapshotFile, facts: SnapshotFacts): Promise<SnapshotEntry> {
    await snapshot.commit();
    const index = ++this.snapshotCount;
    const { t, pauseMs, reason, step, ordinal } = facts;
    const activeMs = t - this.pausedMs;
    this.pausedMs += pauseMs;
    const file = snapshotFile(index);
    const { bytes } = snapshot;
    this.manifest.snapshots.push({ index, file, bytes, t, pauseMs, activeMs, reason, step, ordinal });
    this.event({ type: 'snapshot', t, index, file, bytes, pauseMs, reason, step, ordinal });
    this.saveManifest();
    return this.manifest.snapshots.at(-1)!;
  }

  /** Somebody reads the snapshots there are: the files of those that are dropped stay until this is disposed of. */
  keepFiles(): Disposable {
    this.readers++;
    return toDisposable(() => {
      if (--this.readers) return;
      for (const path of this.doomed.splice(0)) rmSync(path, { force: true });
    });
  }

  /** Takes a snapshot out of the recording and deletes its file. */
  dropSnapshot(index: number, t: number): void {
    this.manifest.snapshots = this.manifest.snapshots.filter((entry) => entry.index !== index);
    this.event({ type: 'snapshot-dropped', t, index });
    this.saveManifest();
    rmSync(join(this.dir, columnsFile(index)), { force: true });
    const path = join(this.dir, snapshotFile(index));
    if (this.readers) this.doomed.push(path);
    else rmSync(path, { force: true });
  }

  /** Saves a sampling heap profile as V8 gave it. @throws HeaplineError `disk-full` */
  profile(profile: object, facts: { t: number; samplingInterval: number; ordinal: number }): void {
    const index = this.profileCount + 1;
    const file = profileFile(index);
    this.save(file, JSON.stringify(profile));
    this.profileCount = index;
    this.event({ type: 'profile', index, file, ...facts });
  }

  /** Saves the running text of a script, once. @returns its path in the recording. @throws HeaplineError `disk-full` */
  source(hash: string | undefined, text: string): string {
    const name =
      hash && /^[0-9a-f]{16,64}$/i.test(hash) ? hash : createHash('sha256').update(text).digest('hex');
    const file = sourceFile(name);
    if (!existsSync(join(this.dir, file))) this.save(file, text);
    return file;
  }

  /** Replaces the script map. @throws HeaplineError `disk-full` */
  scripts(scripts: ScriptEntry[]): void {
    const content: ScriptsFile = { format: 'heapline-scripts/1', scripts };
    this.save(SCRIPTS, JSON.stringify(content));
  }

  /** Writes the last event and closes the files. */
  end(facts: EndFacts): void {
    if (this.ended) return;
    this.event({ type: 'end', ...facts });
    this.manifest.end = facts;
    this.saveManifest();
    this.ended = true;
    closeSync(this.events);
  }

  /** Takes the whole folder away: nothing was recorded. */
  discard(): void {
    if (!this.ended) closeSync(this.events);
    this.ended = true;
    rmSync(this.dir, { recursive: true, force: true });
  }

  private save(file: string, text: string): void {
    const path = join(this.dir, file);
    try {
      replaceFile(path, text);
    } catch (error) {
      rmSync(`${path}.part`, { force: true });
      throw diskError(error, path);
    }
  }

  /** A failure here is no loss: the events say the same. */
  private saveManifest(): void {
    try {
      this.save(MANIFEST, this.manifestText());
    } catch {
      // As above.
    }
  }

  private manifestText(): string {
    return `${JSON.stringify(this.manifest, null, 2)}\n`;
  }
}
