/**
 * The program's child processes and workers: who started them, what they take, whether they are used. Seen by Node's
 * own channels, then looked at as often as memory is read: nothing of theirs is changed, nothing listens to them, and
 * nothing of ours keeps them.
 */
import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Worker } from 'node:worker_threads';
import type { ProcessReading, TapFrame } from '../../protocol/recording.ts';
import { callSiteReader, choose } from '../tap-frames.ts';
import type { Context } from './context.ts';
import { quietly } from './log.ts';
import { ProcessTable } from './process-table.ts';
import { countMessages } from './worker-messages.ts';

type Channels = typeof import('node:diagnostics_channel');
type Listener<M> = (message: M) => void;

export interface ProcessWatch {
  /** Called with each reading. */
  look(): void;
  /** A child speaks JSON-RPC. */
  serves(pid: number): void;
  stop(): void;
}

/** What is known of one that runs. */
interface Known {
  pid: number;
  thread?: number;
  child?: WeakRef<ChildProcess>;
  worker?: WeakRef<Worker>;
  /** As /proc tells of it: who bears its id later is another one. */
  born?: number;
  /** Those that its children started have this depth more. */
  depth: number;
  /** Until then it was used. */
  used: number;
  /** When it was looked at last, and how much it had done. */
  seen: number;
  /** Bytes or, of a worker, messages that it was sent. */
  io: number;
  workMs: number;
  rpc?: true;
  heap?: { heapUsed: number; heapTotal: number };
  /** When it was asked for that, until it answers. */
  asked?: number;
}

/** Those that run at a time: others are not followed. */
const MOST = 1000;
/** From so many on, one that has ended when it is looked at first is not told: commands, by the thousand. */
const TOLD_AT_ONCE = 200;
/** Looked at for what they take, each time. */
const READ_AT_ONCE = 64;
const DEEPEST = 4;
const READ_EVERY_MS = 1000;
/** A look may take this share of the time, as long as that does not keep it away for too long. */
const COST = 1 / 100;
const LONGEST_MS = 5000;
/** As the recording grows, looks become rarer: so many in its whole length. */
const LOOKS = 1000;
/** Who works less between two looks, by itself, idles. */
const IDLE = { ms: 25, share: 0.01 };
/** The same by a worker's event loop: on a busy machine it is away for longer than it works; one that waits in `Atomics.wait` is, too. */
const IDLE_LOOP = { ms: 50, share: 0.02 };
const MAX_ARGS = 50;
const MAX_ARG = 2000;

export function watchProcesses(
  files: Pick<typeof import('node:fs'), 'readFileSync'>,
  threads: Pick<typeof import('node:worker_threads'), 'Worker'>,
  channels: Channels,
  context: Context,
): ProcessWatch {
  const { log } = context;
  const { now } = log;
  const begun = now();
  const callSites = callSiteReader();
  const table = new ProcessTable(files);
  const messages = countMessages(threads.Worker.prototype);
  const rss = process.memoryUsage.rss.bind(process.memoryUsage);
  const isLinux = process.platform === 'linux';
  const known = new Map<string, Known>();
  /** Children of children, seen once, that are perhaps only being started. */
  const halfway = new Set<number>();
  let told = 0;
  let due = 0;

  const add = (one: Known, argv: readonly string[], ppid: number, start: Start): void => {
    if (known.size >= MOST) return;
    known.set(keyOf(one), one);
    const { at, frames, parent, session } = start;
    const { pid, thread } = one;
    told++;
    const short = argv.slice(0, MAX_ARGS).map((arg) => String(arg).slice(0, MAX_ARG));
    log.process({ type: 'process', at, pid, thread, ppid, argv: short, frames, parent, session });
  };

  const startHere = (above: (...args: never[]) => unknown): Start => ({
    at: now(),
    frames: choose(callSites(above)),
    ...placeOf(context),
  });

  const addChild = quietly((child: ChildProcess, start: Start): void => {
    const { pid, spawnfile, spawnargs } = child;
    // It did not start, or was one of thousands.
    if (pid === undefined || known.has(`${pid}`)) return;
    if (told > TOLD_AT_ONCE && hasEnded(child)) return;
    const born = isLinux ? table.stat(pid)?.born : undefined;
    const one: Known = { ...fresh(pid, start.at), child: new WeakRef(child), born };
    add(one, [spawnfile, ...spawnargs.slice(1)], process.pid, start);
  });

  const onSpawn: Listener<{ process: ChildProcess }> = quietly(({ process: child }) => {
    const start = startHere(onSpawn);
    // Its id comes with the rest of the call that is under way.
    if (told <= TOLD_AT_ONCE) process.nextTick(addChild, child, start);
    else pending.push({ child: new WeakRef(child), start });
  });
  /** Told with the next look, where they still run. */
  let pending: { child: WeakRef<ChildProcess>; start: Start }[] = [];

  const onWorker: Listener<{ worker: Worker }> = quietly(({ worker }) => {
    const { pid } = process;
    const start = startHere(onWorker);
    const thread = worker.threadId;
    const name = (worker as { threadName?: string }).threadName;
    const one: Known = { ...fresh(pid, start.at), thread, worker: new WeakRef(worker) };
    add(one, name ? [name] : [], pid, start);
  });

  const end = (one: Known, exitCode?: number | null, signal?: string | null): void => {
    known.delete(keyOf(one));
    const { pid, thread } = one;
    const how = { exitCode: exitCode ?? undefined, signal: signal ?? undefined };
    log.process({ type: 'process-end', at: now(), pid, thread, ...how });
  };

  /** Ends those that have ended. */
  const lookForEnds = (): void => {
    for (const one of [...known.values()]) {
      if (one.worker) {
        const worker = one.worker.deref();
        if (!worker || worker.threadId === -1) end(one);
        continue;
      }
      const child = one.child?.deref();
      if (child) {
        if (hasEnded(child)) end(one, child.exitCode, child.signalCode);
      } else if (one.child) end(one);
    }
  };

  /** Of one that was looked at: what it has done since tells whether it was used. */
  const note = (one: Known, t: number, io: number, workMs: number): void => {
    const { ms, share } = one.worker ? IDLE_LOOP : IDLE;
    // A child that is spoken to is used when it is: what it does by itself is no use. A worker may have other ways.
    const counts = one.worker || one.io + io === 0;
    const worked = counts && workMs - one.workMs > Math.max(ms, share * (t - one.seen));
    if (io !== one.io || worked) one.used = one.seen;
    Object.assign(one, { seen: t, io, workMs });
  };

  const readChild = (one: Known, t: number): ProcessReading | undefined => {
    const { pid, rpc } = one;
    const child = one.child?.deref();
    const stat = isLinux ? table.stat(pid) : undefined;
    if (isLinux && (!stat || stat.isDead || (one.born !== undefined && stat.born !== one.born))) {
      // Node tells of its own children when it has heard.
      if (!one.child) end(one);
      return undefined;
    }
    note(one, t, ioOf(child), stat?.cpuMs ?? 0);
    const used = isLinux || one.io ? one.used : undefined;
    return { pid, rss: stat && table.bytes(stat.pages, rss), used, rpc };
  };

  const readWorker = (one: Known, t: number): ProcessReading | undefined => {
    const worker = one.worker?.deref();
    if (!worker) return undefined;
    note(one, t, messages.sentTo(worker), worker.performance.eventLoopUtilization().active);
    askHeap(one, worker, t);
    return { pid: one.pid, thread: one.thread, ...one.heap, used: one.used };
  };

  /** Children of children: what `npx`, a shell or a launcher starts. */
  const lookDeeper = (one: Known): void => {
    if (one.depth >= DEEPEST) return;
    for (const pid of table.children(one.pid)) {
      if (known.has(`${pid}`)) continue;
      const stat = table.stat(pid);
      if (!stat || stat.isDead || known.size >= MOST) continue;
      const argv = table.argv(pid);
      // For a moment it still bears the command of who starts it.
      if (!halfway.delete(pid) && argv.join() === table.argv(one.pid).join()) {
        halfway.add(pid);
        continue;
      }
      const at = now();
      const child: Known = { ...fresh(pid, at), born: stat.born, depth: one.depth + 1 };
      add(child, argv, one.pid, { at, frames: [] });
    }
  };

  const look = (): void => {
    for (const { child: ref, start } of pending) {
      const child = ref.deref();
      if (child) addChild(child, start);
    }
    pending = [];
    lookForEnds();
    if (halfway.size > MOST) halfway.clear();
    const t = now();
    if (t < due || !known.size) return;
    const readings: ProcessReading[] = [];
    const all = [...known.values()];
    // The newest, and of the others some: each in turn.
    const turn = all.length > READ_AT_ONCE ? Math.floor(t) % all.length : 0;
    for (const one of [...all.slice(turn), ...all.slice(0, turn)].slice(0, READ_AT_ONCE)) {
      const reading = one.worker ? readWorker(one, t) : readChild(one, t);
      if (reading) readings.push(reading);
      if (reading && isLinux && !one.worker) lookDeeper(one);
    }
    if (readings.length) log.process({ type: 'processes', at: t, readings });
    due = t + Math.max(READ_EVERY_MS, (t - begun) / LOOKS, Math.min(LONGEST_MS, (now() - t) / COST));
  };

  const subscriptions: [string, (message: unknown) => void][] = [
    ['child_process', onSpawn as (message: unknown) => void],
    ['worker_threads', onWorker as (message: unknown) => void],
  ];
  for (const [name, listener] of subscriptions) channels.subscribe(name, listener);
  for (const handle of (process as { _getActiveHandles?(): unknown[] })._getActiveHandles?.() ?? []) {
    if ((handle as object).constructor?.name === 'ChildProcess')
      addChild(handle as ChildProcess, { at: now(), frames: [] });
  }
  return {
    look: quietly(look),
    serves(pid) {
      const one = known.get(`${pid}`);
      if (one) one.rpc = true;
    },
    stop() {
      for (const [name, listener] of subscriptions) channels.unsubscribe(name, listener);
      messages.stop();
      known.clear();
      halfway.clear();
      pending = [];
    },
  };
}

interface Start {
  at: number;
  frames: TapFrame[];
  parent?: number;
  session?: string;
}

function placeOf(context: Context): { parent?: number; session?: string } {
  const { parent, session } = context.here();
  return { parent, session };
}

function fresh(pid: number, at: number): Known {
  return { pid, depth: 1, used: at, seen: at, io: 0, workMs: 0 };
}

function keyOf({ pid, thread }: Pick<Known, 'pid' | 'thread'>): string {
  return thread === undefined ? `${pid}` : `${pid}/${thread}`;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Bytes that went through its pipes: what it is told, or else what it says. */
function ioOf(child: ChildProcess | undefined): number {
  const said = (child?.stdin as Socket | null | undefined)?.bytesWritten ?? 0;
  return said || ((child?.stdout as Socket | null | undefined)?.bytesRead ?? 0);
}

/** A worker that was asked as it began never answers. */
const ASK_AGAIN_MS = 3000;

/** Asks a worker what its heap holds, one question at a time: it answers when it comes to it. From Node 22.16 on. */
function askHeap(one: Known, worker: Worker & { getHeapStatistics?(): Promise<HeapFacts> }, t: number): void {
  if (!worker.getHeapStatistics || (one.asked !== undefined && t - one.asked < ASK_AGAIN_MS)) return;
  one.asked = t;
  worker.getHeapStatistics().then(
    ({ used_heap_size, total_heap_size }) => {
      one.heap = { heapUsed: used_heap_size, heapTotal: total_heap_size };
      one.asked = undefined;
    },
    // It has ended.
    () => {},
  );
}

interface HeapFacts {
  used_heap_size: number;
  total_heap_size: number;
}
