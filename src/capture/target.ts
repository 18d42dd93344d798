/**
 * What runs inside the target, beside the program: bundled alone, evaluated over the inspector, reached by its
 * object id only. Nothing here may grow: it is a leak finder's own trace.
 */
import type { PerformanceEntry, PerformanceObserverEntryList } from 'node:perf_hooks';

type PerfHooks = typeof import('node:perf_hooks');
type InspectorModule = typeof import('node:inspector');
type Get = <T>(module: string) => T;

export interface TargetFacts {
  pid: number;
  ppid: number;
  argv: string[];
  cwd: string;
  version: string;
  v8: string;
  arch: string;
  platform: string;
}

/** One reading. Times are milliseconds of the target's own clock. */
export interface Reading {
  now: number;
  memory: { rss: number; heapTotal: number; heapUsed: number; external: number; arrayBuffers: number };
  /** Triples since the last reading: start, pause, V8's kind. */
  gc: number[];
}

/** What the target says of its own accord, as JSON through the binding. */
export type TargetMessage =
  | { type: 'steps'; now: number; steps: { at: number; name?: string }[] }
  /** The program is about to end and waits for `release`. */
  | { type: 'hold'; exitCode?: number; signal?: string };

export interface InstallOptions {
  /** Also wait on signals that would end the program; never for a program that we did not start. */
  signals: boolean;
  /** Process id of the recorder, where it runs on the same machine: nobody waits for a dead one. */
  recorder?: number;
}

export interface TargetAgent {
  facts(): TargetFacts;
  read(): Reading;
  /** Resolves when the event loop has come round: what a collection left to be finalized has been. */
  settle(): Promise<void>;
  /** We are there: wait on. */
  beat(): void;
  /** Lets a program that waits go on to its end. */
  release(): void;
  /** True while the program has no handler of its own for the signal, which would end it. */
  wouldEnd(signal: string): boolean;
  /** Ends the program by the signal. */
  raise(signal: string): void;
  /** Takes everything out of the target again. */
  uninstall(): void;
}

const STEP_MARK = 'heapline.step';
const MAX_GCS = 4096;
const MAX_STEPS = 1000;
const SIGNALS: readonly string[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** How long a program that ends waits for a word of the recorder, which may have died. */
const PATIENCE_MS = 5000;
/**
 * Time for our disconnect to be noticed: Node tells on stderr when it has to wait for it. `inspector.close()` would
 * do, but with worker threads it crashed a few of a hundred programs on their way out.
 */
const PARTING_MS = 50;

export function install(get: Get, send: (text: string) => void, options: InstallOptions): TargetAgent {
  const { performance, PerformanceObserver } = get<PerfHooks>('perf_hooks');
  // The program may put fake clocks in place of these later.
  const now = performance.now.bind(performance);
  const clearMarks = performance.clearMarks.bind(performance);
  const wait = Atomics.wait;
  const nextTurn = setImmediate;
  const kill = process.kill.bind(process);
  const tell = (message: TargetMessage): void => send(JSON.stringify(message));

  const gc = new Float64Array(3 * MAX_GCS);
  let gcCount = 0;
  const observe = (list: PerformanceObserverEntryList): void => {
    const steps: { at: number; name?: string }[] = [];
    for (const entry of list.getEntries()) {
      if (entry.entryType === 'gc') {
        if (gcCount === MAX_GCS) continue;
        gc.set([entry.startTime, entry.duration, gcKind(entry)], 3 * gcCount++);
      } else if (entry.name === STEP_MARK && steps.length < MAX_STEPS) {
        const detail = detailOf(entry);
        const name = typeof detail === 'string' ? detail.slice(0, 200) : undefined;
        steps.push({ at: entry.startTime, name });
      }
    }
    if (!steps.length) return;
    clearMarks(STEP_MARK);
    tell({ type: 'steps', now: now(), steps });
  };
  const observer = new PerformanceObserver(observe);
  observer.observe({ entryTypes: ['gc', 'mark'] });

  const recorderLives = (): boolean => {
    try {
      return options.recorder === undefined || kill(options.recorder, 0);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
  };

  const cell = new Int32Array(new SharedArrayBuffer(4));
  let holding = false;
  let released = false;
  let deadline = 0;
  /**
   * Waits in JavaScript: the inspector's commands run as interrupts meanwhile, on all versions of Node. Gives up when
   * nobody answers.
   */
  const hold = (message: TargetMessage): void => {
    const inspector = get<InspectorModule>('inspector');
    if (holding || !inspector.url()) return;
    holding = true;
    deadline = now() + PATIENCE_MS;
    tell(message);
    for (let turn = 1; now() < deadline; turn++) {
      wait(cell, 0, 0, 5);
      if (turn % 20 === 0 && !recorderLives()) return;
    }
  };

  const onExit = (exitCode: number): void => hold({ type: 'hold', exitCode });
  process.on('exit', onExit);

  /** Our handlers are there only while the program has none: many libraries count them. */
  const handlers = new Map<string, () => void>();
  const disarm = (signal: string): void => {
    process.removeListener(signal, handlers.get(signal)!);
  };
  const onNewListener = (name: string | symbol, listener: unknown): void => {
    const ours = typeof name === 'string' ? handlers.get(name) : undefined;
    if (ours && ours !== listener) disarm(name as string);
  };
  const onRemoveListener = (name: string | symbol, listener: unknown): void => {
    const ours = typeof name === 'string' ? handlers.get(name) : undefined;
    if (ours && ours !== listener && !process.listenerCount(name)) process.on(name as string, ours);
  };
  const uninstallSignals = (): void => {
    process.removeListener('newListener', onNewListener);
    process.removeListener('removeListener', onRemoveListener);
    for (const signal of handlers.keys()) disarm(signal);
    handlers.clear();
  };
  const end = (signal: string): void => {
    uninstallSignals();
    kill(process.pid, signal);
  };
  if (options.signals) {
    for (const signal of SIGNALS) {
      const handler = (): void => {
        hold({ type: 'hold', signal });
        end(signal);
      };
      handlers.set(signal, handler);
      if (!process.listenerCount(signal)) process.on(signal, handler);
    }
    // Before Node's own listener, which opens and closes the handle of a signal by the number of listeners.
    (process as NodeJS.EventEmitter).prependListener('newListener', onNewListener);
    process.on('removeListener', onRemoveListener);
  }

  return {
    facts() {
      const { pid, ppid, argv, version, versions, arch, platform } = process;
      return {
        pid,
        ppid,
        argv: argv.slice(0, 50),
        cwd: process.cwd(),
        version,
        v8: versions.v8,
        arch,
        platform,
      };
    },
    read() {
      const reading = {
        now: now(),
        memory: process.memoryUsage(),
        gc: Array.from(gc.subarray(0, 3 * gcCount)),
      };
      gcCount = 0;
      return reading;
    },
    settle: () => new Promise((resolve) => nextTurn(() => nextTurn(resolve))),
    beat() {
      if (!released) deadline = now() + 2 * PATIENCE_MS;
    },
    release() {
      released = true;
      deadline = now() + PARTING_MS;
    },
    wouldEnd(signal) {
      const ours = handlers.get(signal);
      return ours !== undefined && process.listeners(signal as NodeJS.Signals).includes(ours);
    },
    raise: end,
    uninstall() {
      observer.disconnect();
      uninstallSignals();
      process.removeListener('exit', onExit);
    },
  };
}

function gcKind(entry: PerformanceEntry): number {
  return (detailOf(entry) as { kind?: number } | undefined)?.kind ?? 0;
}

/** There since Node 16; the types don't know it. */
function detailOf(entry: PerformanceEntry): unknown {
  return (entry as PerformanceEntry & { detail?: unknown }).detail;
}
