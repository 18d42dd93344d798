import { DisposableStore } from '../base/disposable.ts';
import type { SnapshotSink } from '../recording/snapshot-sink.ts';
import type { SampledProfile } from './cdp-types.ts';
import type { Inspector } from './inspector.ts';

/** How long a snapshot may be waiting for the program to come back to its event loop. */
const PATIENCE_MS = 1000;
/** How long a pause that was asked for may take to come, before it is called off. */
const PAUSE_MS = 300;
/** From here on `takeHeapSnapshot` waits for the program. */
const WAITS_SINCE_NODE = 22;

/** Lets a waiting snapshot begin at once. */
export interface Urgency {
  readonly now: boolean;
  onNow(listener: () => void): void;
}

/**
 * Takes a heap snapshot into `sink`, with the sampling profile of the same moment.
 *
 * From V8 11.x (Node 22) on, `takeHeapSnapshot` is a task of its own that waits until no JavaScript is on the stack:
 * never, in a busy loop or an exit handler. V8 takes pending snapshots when the debugger pauses
 * (`V8Debugger::handleProgramBreak`), so a snapshot that does not begin is forced by a pause.
 * @throws HeaplineError `target-gone`; what the disk says comes from the sink's `commit`
 */
export async function streamSnapshot(
  inspector: Inspector,
  sink: SnapshotSink,
  urgency: Urgency,
  forcer: Forcer,
): Promise<SampledProfile> {
  const store = new DisposableStore();
  let begun = false;
  let forcing: Promise<void> | undefined;
  const force = (): void => {
    if (!begun && forcer.isNeeded) forcing ??= forcer.pauseOnce();
  };
  store.add(
    inspector.on('HeapProfiler.reportHeapSnapshotProgress', () => {
      begun = true;
    }),
  );
  store.add(
    inspector.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => {
      begun = true;
      sink.write(chunk);
      if (!sink.full) return;
      inspector.pause();
      sink.onceDrained(() => inspector.resume());
    }),
  );
  const timer = setTimeout(force, PATIENCE_MS);
  try {
    const snapshot = inspector.send('HeapProfiler.takeHeapSnapshot', {
      reportProgress: true,
      captureNumericValue: false,
      exposeInternals: false,
    });
    // Not awaited in between: the program must not run on before the profile.
    const profile = inspector.send('HeapProfiler.getSamplingProfile');
    if (urgency.now) force();
    else urgency.onNow(force);
    const [{ profile: sampled }] = await Promise.all([profile, snapshot]);
    return sampled;
  } finally {
    clearTimeout(timer);
    if (forcing) {
      await forcing.catch(() => {});
      // Left on, it would keep the program's promises alive.
      await inspector.send('Debugger.disable').catch(() => {});
    }
    store.dispose();
  }
}

/** Forces snapshots that wait; one for each inspector. */
export class Forcer {
  private listening = false;
  private onPaused: () => void = () => {};

  /** @param nodeMajor the target's major version */
  constructor(
    private readonly inspector: Inspector,
    private readonly nodeMajor: number,
  ) {}

  get isNeeded(): boolean {
    return this.nodeMajor >= WAITS_SINCE_NODE;
  }

  /** Asks for a pause and waits for it a moment: left pending it would strike when the debugger is next enabled. */
  async pauseOnce(): Promise<void> {
    const { inspector } = this;
    if (!this.listening) {
      this.listening = true;
      // For as long as the inspector lasts: a pause that comes late must not stop the program for good.
      inspector.on('Debugger.paused', ({ hitBreakpoints }) => {
        if (hitBreakpoints?.length) return; // somebody else's
        this.onPaused();
        inspector.send('Debugger.resume').catch(() => {});
      });
    }
    let timer: NodeJS.Timeout | undefined;
    const paused = new Promise<void>((resolve) => {
      this.onPaused = resolve;
      timer = setTimeout(resolve, PAUSE_MS);
    });
    try {
      await inspector.send('Debugger.enable');
      await inspector.send('Debugger.pause');
      await Promise.race([paused, inspector.closed]);
    } finally {
      clearTimeout(timer);
    }
  }
}
