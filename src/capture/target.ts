/**
 * What runs inside the target, beside the program: bundled alone, evaluated over the inspector, reached by its
 * object id only. Nothing here may grow: it is a leak finder's own trace.
 */
import type { Session } from 'node:inspector';
import type { PerformanceEntry, PerformanceObserverEntryList } from 'node:perf_hooks';
import type { HeapReading } from '../protocol/recording.ts';
import { quietly } from './agent/log.ts';
import type { AgentRecord } from './agent/records.ts';
import { watchAgent } from './agent/watch.ts';
import type { ScriptParsed } from './cdp-types.ts';

type PerfHooks = typeof import('node:perf_hooks');
type InspectorModule = typeof import('node:inspector');
type Files = typeof import('node:fs');
type V8 = typeof import('node:v8');
type Get = <T>(module: string) => T;

export interface TargetFacts {
  /** Bytes that V8's heap may take, but for what is young; undefined in a page. */
  heapLimit?: number;
  /** Bytes that the machine, or the container, has; undefined in a page. */
  memoryLimit?: number;
  runtime: { name: 'node' | 'browser'; version: string; v8?: string; arch?: string; platform?: string };
  /** Undefined in a page. */
  process?: { pid: number; ppid: number; argv: string[]; cwd: string };
}

/** Times are milliseconds of the target's own clock. */
export interface MemoryNow {
  now: number;
  memory: { rss: number; heapTotal: number; heapUsed: number; external: number; arrayBuffers: number };
  heap?: HeapReading;
}

/** One reading. */
export interface Reading extends MemoryNow {
  /** Triples since the last reading: start, pause, V8's kind. */
  gc: number[];
  /** What the agent began and ended since the last reading. */
  agent?: AgentRecord[];
  /** For so long, since the last reading, the program did nothing: it stands at a breakpoint, or waits. */
  stoodMs?: number;
}

/** What the target says of its own accord, as JSON through the binding. */
export type TargetMessage =
  | { type: 'steps'; now: number; steps: { at: number; name?: string }[] }
  | { type: 'agent'; now: number; records: AgentRecord[] }
  /** The program is about to end and waits for `release`. */
  | { type: 'hold'; exitCode?: number; signal?: string };

export interface InstallOptions {
  /** Also wait on signals that would end the program; never for a program that we did not start. */
  signals: boolean;
  /** Let the program wait at its end for a last snapshot. */
  hold: boolean;
  /** Process id of the recorder: nobody waits for a dead one, where it is seen to live at first. */
  recorder?: number;
  /** Tell at once where runs and sessions begin and end: a snapshot is to be taken there. */
  prompt?: boolean;
}

export interface TargetAgent {
  facts(): TargetFacts;
  read(): Reading;
  /** Allocates so many bytes, holds them until the next reading, and reads. */
  holdSample(bytes: number): MemoryNow;
  /** Resolves when the event loop has come round: what a collection left to be finalized has been. */
  settle(): Promise<void>;
  /**
   * Writes a heap snapshot into a file that is there already. Needs no empty stack, as `takeHeapSnapshot` does.
   * @returns its bytes; undefined where this process does not see the file, or may not write it
   */
  writeSnapshot(path: string): number | undefined;
  /** Writes a heap snapshot into a file of its own, to be read piece by piece. @returns its bytes */
  spillSnapshot(): number;
  /** The next piece of it, ASCII; empty at the end, when the file is gone. */
  readSpilled(): string;
  /** Gives the spilled file up. */
  dropSpilled(): void;
  /** V8 is to take a snapshot by itself, once, when its heap comes to its limit. */
  armNearLimit(): void;
  /** All scripts. */
  scripts(): ScriptParsed[];
  /** Their running texts; empty for one that was collected meanwhile. */
  sources(scriptIds: string[]): string[];
  /** We are there: wait on. */
  beat(): void;
  /** Lets a program that waits go on to its end. */
  release(): void;
  /** True while the program has no handler of its own for the signal, which would end it. */
  wouldEnd(signal: string): boolean;
  /** Ends the program by the signal. */
  raise(signal: string): void;
  /** Takes all out that could still act. The ids of objects stay, until `uninstall`. */
  retire(): void;
  /** Takes everything out of the target again. */
  uninstall(): void;
}

/** The recorder's side of the agent: calls it, takes it out. */
export interface Probe {
  /** False for a page, which has no agent. */
  readonly isNode: boolean;
  /** Calls a method of the agent in the target. @throws HeaplineError `target-gone`; Error as the method throws */
  call<K extends keyof TargetAgent>(
    method: K,
    ...args: Parameters<TargetAgent[K]>
  ): Promise<Awaited<ReturnType<TargetAgent[K]>>>;
  /** V8's id of an object of ours that lives as long as the recording: when it changes, all ids have. */
  heapObjectId(): Promise<string>;
  /** Nothing of ours acts or speaks any longer; the ids of objects stay, until `uninstall`. */
  retire(): Promise<void>;
  uninstall(): Promise<void>;
}

const STEP_MARK = 'heapline.step';
/** Of the time, in CPU: our own questions cost less. */
const IDLE_SHARE = 0.2;
const MAX_GCS = 4096;
const MAX_STEPS = 1000;
const SIGNALS: readonly string[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** How long a program that ends waits for a word of the recorder, which may have died. */
const PATIENCE_MS = 5000;
/** Who was silent for so long gets less time, and then all of ours goes. */
const SILENT_MS = 20_000;
const LITTLE_PATIENCE_MS = 500;
const FORGOTTEN_MS = 120_000;
/** Bytes of a snapshot that are sent at a time. */
const PIECE = 1 << 20;
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
  // Asked for now: later the program may be amid loading modules itself.
  const inspector = get<InspectorModule>('inspector');
  const { tmpdir, totalmem } = get<typeof import('node:os')>('os');
  const { existsSync, openSync, readSync, closeSync, statSync, rmSync, mkdtempSync } = get<Files>('fs');
  const v8 = get<V8>('v8');
  const writeHeapSnapshot = v8.writeHeapSnapshot.bind(v8);
  const nextTurn = setImmediate;
  const cpuUsage = process.cpuUsage.bind(process);
  const kill = process.kill.bind(process);
  const tell = (message: TargetMessage): void => send(JSON.stringify(message));
  let heard = now();
  const hear = (): void => {
    heard = now();
    if (holding && !released) deadline = heard + 2 * PATIENCE_MS;
  };

  const gc = new Float64Array(3 * MAX_GCS);
  let gcCount = 0;
  const observe = (list: PerformanceObserverEntryList): void => {
    if (now() - heard > FORGOTTEN_MS) {
      uninstall();
      return;
    }
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
  const tellAgent = (records: AgentRecord[]): void => tell({ type: 'agent', now: now(), records });
  const agent = quietly(watchAgent)(get, now, tellAgent, options.prompt);

  const lives = (pid: number): boolean => {
    try {
      return kill(pid, 0);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
  };
  const { recorder } = options;
  // Elsewhere, in a container say, the number means nothing.
  const recorderLives =
    recorder !== undefined && lives(recorder) ? (): boolean => lives(recorder) : (): boolean => true;

  const cell = new Int32Array(new SharedArrayBuffer(4));
  let holding = false;
  let released = false;
  let deadline = 0;
  /**
   * Waits in JavaScript: the inspector's commands run as interrupts meanwhile, on all versions of Node. Gives up when
   * nobody answers.
   */
  const hold = (message: TargetMessage): void => {
    if (holding || !inspector.url()) return;
    holding = true;
    deadline = now() + (now() - heard > SILENT_MS ? LITTLE_PATIENCE_MS : PATIENCE_MS);
    tell(message);
    for (let turn = 1; now() < deadline; turn++) {
      wait(cell, 0, 0, 5);
      if (turn % 20 === 0 && !recorderLives()) return;
    }
  };

  const onExit = (exitCode: number): void => hold({ type: 'hold', exitCode });
  if (options.hold) process.on('exit', onExit);

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

  let session: Session | undefined;
  /**
   * Stays connected: when it goes, V8 forgets the ids of objects. Its debugger is on within one call only, and changes
   * nothing in another's (measured on Node 20 to 24).
   */
  const withDebugger = (
    work: (own: Session) => void,
    onScript?: (event: { params: ScriptParsed }) => void,
  ): void => {
    if (!session) {
      session = new inspector.Session();
      session.connect();
    }
    if (onScript) session.on('Debugger.scriptParsed', onScript);
    try {
      session.post('Debugger.enable');
      work(session);
    } finally {
      session.post('Debugger.disable');
      if (onScript) session.removeListener('Debugger.scriptParsed', onScript);
    }
  };
  let spilled: { folder: string; file: number; at: number } | undefined;
  const dropSpilled = (): void => {
    if (!spilled) return;
    closeSync(spilled.file);
    rmSync(spilled.folder, { recursive: true, force: true });
    spilled = undefined;
  };
  const retire = (): void => {
    observer.disconnect();
    agent?.stop();
    uninstallSignals();
    process.removeListener('exit', onExit);
    dropSpilled();
  };
  const uninstall = (): void => {
    retire();
    // It resets the ids of objects: nobody compares them any more.
    session?.disconnect();
    session = undefined;
  };

  const cpuMs = (): number => {
    const { user, system } = cpuUsage();
    return (user + system) / 1000;
  };
  /** V8 adds up to 200 MB for what is young to a limit that was set. */
  const oldLimit = (): number | undefined => {
    const { isMainThread, resourceLimits } = get<typeof import('node:worker_threads')>('worker_threads');
    const set = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)];
    const flag = set.map((one) => /^--max[-_]old[-_]space[-_]size=(\d+)$/.exec(one)?.[1]).findLast(Boolean);
    const megabytes = isMainThread ? Number(flag) : resourceLimits.maxOldGenerationSizeMb;
    return megabytes ? megabytes * 2 ** 20 : undefined;
  };
  const memoryNow = (): MemoryNow => ({ now: now(), memory: process.memoryUsage(), heap: agent?.heap() });
  const turned = Uint8Array.of(1);
  const held: number[][] = [];
  let readCpu = 0;
  let readAt = 0;
  // V8's own function: a pause of the user's does not stop in it, as it would in one of ours.
  const markTurn = turned.fill.bind(turned, 1);

  return {
    facts() {
      const { pid, ppid, argv, version, versions, arch, platform } = process;
      return {
        heapLimit: oldLimit() ?? v8.getHeapStatistics().heap_size_limit,
        memoryLimit: Math.min(totalmem(), process.constrainedMemory?.() || Number.POSITIVE_INFINITY),
        runtime: { name: 'node', version, v8: versions.v8, arch, platform },
        process: {
          pid,
          ppid,
          argv: argv.slice(0, 50).map((arg) => arg.slice(0, 2000)),
          cwd: process.cwd(),
        },
      };
    },
    read() {
      hear();
      held.length = 0;
      const cpu = cpuMs();
      const reading = {
        ...memoryNow(),
        now: heard,
        gc: Array.from(gc.subarray(0, 3 * gcCount)),
        agent: agent?.drain(),
        // A busy loop does not turn either.
        stoodMs: !turned[0] && cpu - readCpu < IDLE_SHARE * (heard - readAt) ? heard - readAt : undefined,
      };
      turned[0] = 0;
      readCpu = cpu;
      readAt = heard;
      // Keeps nothing alive, and wakes nobody.
      nextTurn(markTurn).unref();
      gcCount = 0;
      return reading;
    },
    writeSnapshot(path) {
      if (!existsSync(path)) return undefined;
      try {
        writeHeapSnapshot(path);
      } catch (error) {
        // What hinders us here may not hinder the recorder; but a full disk is full for both.
        if (/ENOSPC|EDQUOT|no space|quota/i.test(String(error))) throw error;
        return undefined;
      } finally {
        hear();
      }
      return statSync(path).size;
    },
    spillSnapshot() {
      dropSpilled();
      const folder = mkdtempSync(`${tmpdir()}/heapline-`);
      try {
        const path = `${folder}/heapsnapshot`;
        writeHeapSnapshot(path);
        spilled = { folder, file: openSync(path, 'r'), at: 0 };
        return statSync(path).size;
      } catch (error) {
        rmSync(folder, { recursive: true, force: true });
        throw error;
      } finally {
        hear();
      }
    },
    readSpilled() {
      hear();
      if (!spilled) return '';
      const piece = Buffer.allocUnsafe(PIECE);
      const length = readSync(spilled.file, piece, 0, PIECE, spilled.at);
      spilled.at += length;
      if (!length) dropSpilled();
      return piece.toString('latin1', 0, length);
    },
    dropSpilled,
    armNearLimit: () => v8.setHeapSnapshotNearHeapLimit?.(1),
    scripts() {
      const found: ScriptParsed[] = [];
      const note = ({ params }: { params: ScriptParsed }): void => {
        const { scriptId, url, hash, sourceMapURL = '', isModule, length } = params;
        // Such maps are in the text, too.
        const map = sourceMapURL.startsWith('data:') ? '' : sourceMapURL;
        if (!url.startsWith('node:'))
          found.push({ scriptId, url, hash, sourceMapURL: map, isModule, length });
      };
      withDebugger(() => {}, note);
      return found;
    },
    sources(scriptIds) {
      const texts: string[] = [];
      withDebugger((own) => {
        for (const scriptId of scriptIds) {
          own.post('Debugger.getScriptSource', { scriptId }, (error, answer) => {
            texts.push(error ? '' : answer.scriptSource);
          });
        }
      });
      return texts;
    },
    holdSample(bytes) {
      held.push(new Array(bytes >>> 3).fill(0));
      return memoryNow();
    },
    settle: () => new Promise((resolve) => nextTurn(nextTurn, resolve)),
    beat: hear,
    release() {
      released = true;
      deadline = now() + PARTING_MS;
    },
    wouldEnd(signal) {
      const ours = handlers.get(signal);
      return ours !== undefined && process.listeners(signal as NodeJS.Signals).includes(ours);
    },
    raise: end,
    retire,
    uninstall,
  };
}

function gcKind(entry: PerformanceEntry): number {
  return (detailOf(entry) as { kind?: number } | undefined)?.kind ?? 0;
}

/** There since Node 16; the types don't know it. */
function detailOf(entry: PerformanceEntry): unknown {
  return (entry as PerformanceEntry & { detail?: unknown }).detail;
}
