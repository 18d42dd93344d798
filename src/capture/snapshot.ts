import { DisposableStore } from '../base/disposable.ts';
import { HeaplineError } from '../base/errors.ts';
import { diskError } from '../recording/disk.ts';
import type { SnapshotFile, SnapshotSink } from '../recording/snapshot-sink.ts';
import type { RecordingWriter } from '../recording/writer.ts';
import type { SampledProfile } from './cdp-types.ts';
import type { Inspector } from './inspector.ts';
import type { Probe } from './target.ts';

/** How long a snapshot may be waiting for the program to come back to its event loop. */
const PATIENCE_MS = 1000;
/** The same, for a program that holds at its end. */
const LITTLE_PATIENCE_MS = 200;
/** How often a file that grows is looked at. */
const LOOK_MS = 200;

/** How far a snapshot is. `waiting`: it begins when the program goes on. Bytes on disk. */
export interface TakingProgress {
  phase: 'waiting' | 'taking' | 'saving';
  done?: number;
  total?: number;
  bytes: number;
}

export interface TakeOptions {
  /** Bytes that it may take. */
  limit?: number;
  /** Gives it up: what is written vanishes. */
  signal: AbortSignal;
  /** The program holds at its end, and comes to its event loop no more. */
  holding: boolean;
  report(progress: TakingProgress): void;
  /** A file begins to grow; again, where the one before came to nothing. */
  begin(file: string): void;
}

export interface TakenSnapshot {
  file: SnapshotFile;
  /** The sampling profile of the same moment. */
  profile: SampledProfile;
  /** Milliseconds from the asking until it began: the program ran on meanwhile. */
  waitedMs: number;
  /** How long the program was stopped. */
  pauseMs: number;
}

/**
 * Takes heap snapshots of one target, by the best way there is:
 *
 * 1. The target writes the file itself, where it sees the recording's folder: the shortest pause, and it begins at
 *    once in a busy loop, in an exit handler and at a breakpoint.
 * 2. Through the inspector. From V8 11.x (Node 22) on, `takeHeapSnapshot` is a task of its own that waits until no
 *    JavaScript is on the stack or a debugger pauses: never, in a busy loop. No pause of ours may force it, which the
 *    user's debugger would show.
 * 3. So when that does not begin, the target writes a file of its own, and we read it from there.
 */
export class SnapshotTaker {
  private sharesDisk: boolean;
  /** A snapshot through the inspector that was given up: V8 takes it all the same, some day. */
  private pending: Promise<void> = Promise.resolve();

  constructor(
    private readonly inspector: Inspector,
    private readonly probe: Probe,
    private readonly writer: RecordingWriter,
  ) {
    this.sharesDisk = probe.isNode;
  }

  /** @throws HeaplineError `target-gone`, `cancelled`, `disk-full`: nothing is left of it */
  async take(options: TakeOptions): Promise<TakenSnapshot> {
    const written = this.sharesDisk ? await this.letWrite(options) : undefined;
    if (written) return written;
    this.sharesDisk = false;
    return this.stream(options);
  }

  /** Undefined where the target does not share our disk. */
  private async letWrite({ limit, signal, report, begin }: TakeOptions): Promise<TakenSnapshot | undefined> {
    const file = this.writer.placeSnapshot(limit);
    begin(file.part);
    const asked = performance.now();
    report({ phase: 'taking', bytes: 0 });
    const look = setInterval(async () => report({ phase: 'taking', bytes: await file.written() }), LOOK_MS);
    try {
      // Sent together: the program must not run on before the profile.
      const [bytes, { profile }] = await Promise.all([
        this.probe.call('writeSnapshot', file.part).catch(fullDisk(file.path)),
        this.inspector.send('HeapProfiler.getSamplingProfile'),
      ]);
      if (signal.aborted) throw givenUp();
      const pauseMs = performance.now() - asked;
      if (bytes !== undefined && (await file.isWhole(bytes))) return { file, profile, waitedMs: 0, pauseMs };
    } catch (error) {
      await file.abort();
      throw error;
    } finally {
      clearInterval(look);
    }
    await file.abort();
    return undefined;
  }

  private async stream(options: TakeOptions): Promise<TakenSnapshot> {
    const { limit, signal, report } = options;
    const asked = performance.now();
    const sink = this.writer.openSnapshot(limit);
    options.begin(sink.part);
    const heard = new DisposableStore();
    let giveUp = (): void => {};
    const given = new Promise<never>((_, reject) => {
      giveUp = () => reject(givenUp());
    });
    given.catch(() => {});
    signal.addEventListener('abort', giveUp);
    try {
      if (signal.aborted) throw givenUp();
      let begin = (_: true): void => {};
      const begun = new Promise<true>((resolve) => {
        begin = resolve;
      });
      let began = asked;
      begun.then(() => {
        began = performance.now();
      });
      const streamed = this.pending.then(() => {
        if (signal.aborted) throw givenUp();
        // The chunks of one that was given up are over.
        this.listen(sink, heard, report, begin);
        return this.ask();
      });
      streamed.catch(() => {});
      const patience = options.holding ? LITTLE_PATIENCE_MS : PATIENCE_MS;
      const isOver = streamed.then(() => true);
      if (!(await Promise.race([begun, given, isOver, late(patience)]))) {
        report({ phase: 'waiting', bytes: 0 });
        const waitedMs = performance.now() - asked;
        const spilled = await this.spill(begun);
        if (spilled) {
          const pauseMs = performance.now() - asked - waitedMs;
          // The one that waits comes later, and is not ours any more.
          heard.dispose();
          await this.pull(sink, spilled.bytes, given, report);
          return { file: sink, profile: spilled.profile, waitedMs, pauseMs };
        }
      }
      const profile = await Promise.race([streamed, given]);
      return { file: sink, profile, waitedMs: began - asked, pauseMs: performance.now() - began };
    } catch (error) {
      await sink.abort();
      throw error;
    } finally {
      signal.removeEventListener('abort', giveUp);
      heard.dispose();
    }
  }

  private async ask(): Promise<SampledProfile> {
    const snapshot = this.inspector.send('HeapProfiler.takeHeapSnapshot', {
      reportProgress: true,
      captureNumericValue: false,
      exposeInternals: false,
    });
    const profile = this.inspector.send('HeapProfiler.getSamplingProfile');
    this.pending = snapshot.then(
      () => {},
      () => {},
    );
    const [{ profile: sampled }] = await Promise.all([profile, snapshot]);
    return sampled;
  }

  /** @param begin told as soon as the snapshot has begun */
  private listen(
    sink: SnapshotSink,
    heard: DisposableStore,
    report: TakeOptions['report'],
    begin: (begun: true) => void,
  ): void {
    const { inspector } = this;
    heard.add({ dispose: () => inspector.resume() });
    heard.add(
      inspector.on('HeapProfiler.reportHeapSnapshotProgress', ({ done, total }) => {
        begin(true);
        report({ phase: 'taking', done, total, bytes: sink.bytes });
      }),
    );
    heard.add(
      inspector.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => {
        begin(true);
        sink.write(chunk);
        report({ phase: 'saving', bytes: sink.bytes });
        if (!sink.full) return;
        inspector.pause();
        sink.onceDrained(() => inspector.resume());
      }),
    );
  }

  /** Undefined where the target can't write a file of its own, or the other snapshot was quicker. */
  private async spill(begun: Promise<true>): Promise<{ bytes: number; profile: SampledProfile } | undefined> {
    if (!this.probe.isNode) return undefined;
    try {
      const [bytes, { profile }] = await Promise.all([
        this.probe.call('spillSnapshot'),
        this.inspector.send('HeapProfiler.getSamplingProfile'),
      ]);
      // Answers come in order: now it shows whether it did.
      if (!(await Promise.race([begun, false]))) return { bytes, profile };
      await this.probe.call('dropSpilled');
    } catch (error) {
      if (HeaplineError.is(error)) throw error;
    }
    return undefined;
  }

  private async pull(
    sink: SnapshotSink,
    total: number,
    given: Promise<never>,
    report: TakeOptions['report'],
  ): Promise<void> {
    try {
      for (;;) {
        const piece = await Promise.race([this.probe.call('readSpilled'), given]);
        if (!piece) return;
        sink.write(piece);
        report({ phase: 'saving', done: sink.bytes, total, bytes: sink.bytes });
        if (sink.full) await new Promise<void>((resolve) => sink.onceDrained(resolve));
      }
    } catch (error) {
      this.probe.call('dropSpilled').catch(() => {});
      throw error;
    }
  }
}

function late(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, ms, false));
}

function givenUp(): HeaplineError {
  return new HeaplineError('cancelled', 'The snapshot was cancelled.');
}

/** The agent lets through only what a full disk says. */
function fullDisk(path: string): (error: unknown) => never {
  return (error) => {
    if (HeaplineError.is(error)) throw error;
    throw diskError(Object.assign(error as Error, { code: 'ENOSPC' }), path);
  };
}
