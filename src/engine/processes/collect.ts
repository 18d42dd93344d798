/** The program's children and workers, from a recording's events. */
import type { RecordingEvent, SpanKind, TapFrame } from '../../protocol/recording.ts';

/** Milliseconds since the recording began; bytes. */
export interface Proc {
  role: 'child' | 'worker';
  pid: number;
  thread?: number;
  ppid?: number;
  argv: string[];
  frames: TapFrame[];
  /** Id of the span that started it. */
  span?: number;
  session?: string;
  /** Who started it, where that is a child of the program's, too. */
  parent?: Proc;
  started: number;
  ended?: number;
  exitCode?: number;
  signal?: string;
  rpc?: true;
  /** Until then it was used; undefined where that can't be seen. */
  used?: number;
  /** Time and size. */
  points: [number, number][];
  /** Its end would have been seen. */
  isFollowed: boolean;
}

export interface Spanned {
  id: number;
  kind: SpanKind;
  name?: string;
  session?: string;
  parent?: number;
  ended?: number;
}

export interface Processes {
  /** By when they were started. */
  all: Proc[];
  spans: ReadonlyMap<number, Spanned>;
  /** When the program was seen to end, with somebody there to see what runs on. */
  targetEnded?: number;
}

type ProcessEvent = Extract<RecordingEvent, { type: 'process' }>;

export function collectProcesses(events: readonly RecordingEvent[]): Processes {
  const all: Proc[] = [];
  const running = new Map<string, Proc>();
  const spans = new Map<number, Spanned>();
  let target: number | undefined;
  let targetEnded: number | undefined;
  for (const event of events) {
    if (event.type === 'span') {
      const { id, kind, name, session, parent } = event;
      spans.set(id, { id, kind, name, session, parent });
    } else if (event.type === 'span-end') {
      const span = spans.get(event.id);
      if (span) span.ended ??= event.t;
    } else if (event.type === 'processes') {
      for (const { pid, thread, rss, heapUsed, used, rpc } of event.readings) {
        const one = running.get(keyOf(pid, thread));
        if (!one) continue;
        one.isFollowed = true;
        if (rpc) one.rpc = true;
        one.used = used ?? one.used;
        const size = rss ?? heapUsed;
        if (size !== undefined) one.points.push([event.t, size]);
      }
    } else if (event.type === 'process' && event.role === 'target') {
      target ??= event.pid;
      if (event.event === 'exit') targetEnded ??= event.t;
    } else if (event.type === 'process' && event.role !== 'wrapper') {
      const key = keyOf(event.pid, event.thread);
      const known = running.get(key);
      if (event.event === 'exit') {
        running.delete(key);
        if (known) end(known, event);
      } else if (known) {
        join(known, event);
      } else {
        const one = begun(event);
        running.set(key, one);
        all.push(one);
      }
    }
  }
  return { all: ofProgram(all, target), spans, targetEnded };
}

function begun(event: ProcessEvent): Proc {
  const { role, t, pid, thread, ppid, argv = [], frames, span, session } = event;
  return {
    role: role === 'worker' ? 'worker' : 'child',
    pid,
    thread,
    ppid,
    argv,
    frames: frames ?? [],
    span,
    session,
    started: t,
    points: [],
    isFollowed: frames !== undefined,
  };
}

/** The same is told twice: by who started it, and by itself. */
function join(one: Proc, { t, frames, argv, span, session }: ProcessEvent): void {
  one.started = Math.min(one.started, t);
  if (frames?.length || one.frames.length === 0) one.frames = frames ?? one.frames;
  if (frames) one.isFollowed = true;
  // Who started it knows all arguments.
  if (argv?.length && (frames?.length || !one.argv.length)) one.argv = argv;
  one.span ??= span;
  one.session ??= session;
}

function end(one: Proc, { t, exitCode, signal }: ProcessEvent): void {
  one.ended = t;
  one.exitCode = exitCode;
  one.signal = signal;
  one.isFollowed = true;
}

/** Those that the program started, or that these did: others were started beside it. */
function ofProgram(all: readonly Proc[], target: number | undefined): Proc[] {
  const ours: Proc[] = [];
  for (const one of [...all].sort((a, b) => a.started - b.started)) {
    if (!one.isFollowed) continue;
    if (one.role === 'child' && one.ppid !== target) {
      one.parent = ours.findLast(
        ({ pid, role, ended }) =>
          role === 'child' && pid === one.ppid && (ended === undefined || ended >= one.started),
      );
      if (!one.parent) continue;
    }
    ours.push(one);
  }
  return ours;
}

function keyOf(pid: number, thread: number | undefined): string {
  return thread === undefined ? `${pid}` : `${pid}/${thread}`;
}

/** The child of the program's own that it comes from. */
export function rootOf(one: Proc): Proc {
  let root = one;
  while (root.parent) root = root.parent;
  return root;
}

export function runsAt({ started, ended }: Proc, t: number): boolean {
  return started <= t && (ended === undefined || ended > t);
}

/** Its size at a time, by the last look before; 0 where none is known. */
export function sizeAt({ points }: Proc, t: number): number {
  return (points.findLast(([at]) => at <= t) ?? points[0])?.[1] ?? 0;
}
