/**
 * A *Pause* of the user's that V8 drops. It does where the request is served just before a script that must not be
 * stopped, as ours are, while the program is busy; it answers the request all the same. So a request that was answered,
 * with no stop after it, is made again until there is one. That harms nothing: one that waits for an idle program to
 * do something is the same as two, and V8 heeds none while the program stands.
 */
import { type Disposable, toDisposable } from '../base/disposable.ts';

/** The parts that are needed of a message of the debug adapter protocol. */
export interface DebugMessage {
  type?: string;
  command?: string;
  event?: string;
  success?: boolean;
  arguments?: { threadId?: number };
}

export interface PauseHost {
  /** Whether Heapline does anything in that program, which could be the cause. */
  isOurs(): boolean;
  /** Asks the debug adapter for a pause. */
  repeat(threadId: number): void;
  /** Timers, in milliseconds. */
  later?(act: () => void, ms: number): Disposable;
}

/** From the answer to the first repetition; the next waits twice as long, and so on. */
const FIRST_MS = 500;
const MOST = 6;
/** Requests with which the user wants something else. */
const ELSE: ReadonlySet<string> = new Set([
  'continue',
  'next',
  'stepIn',
  'stepOut',
  'stepBack',
  'reverseContinue',
  'goto',
  'restartFrame',
  'disconnect',
  'terminate',
  'restart',
]);
/** Events after which there is nothing to ask again. */
const OVER: ReadonlySet<string> = new Set(['stopped', 'exited', 'terminated']);

/** The request of one debug session that is not fulfilled yet, if there is one. */
export class PendingPause implements Disposable {
  private threadId?: number;
  private repeated = 0;
  private timer?: Disposable;
  private readonly host: Required<PauseHost>;

  constructor(host: PauseHost) {
    this.host = { later: afterMs, ...host };
  }

  /** The editor asks the debug adapter; what we repeat comes by here, too. */
  asked({ command, arguments: given }: DebugMessage): void {
    if (command === 'pause') {
      this.stopWaiting();
      this.threadId = given?.threadId;
    } else if (command !== undefined && ELSE.has(command)) this.forget();
  }

  /** The debug adapter answers or tells. */
  told({ type, command, event, success }: DebugMessage): void {
    if (this.threadId === undefined) return;
    if (type === 'event' && event !== undefined && OVER.has(event)) this.forget();
    // js-debug steps on by itself, out of files that it skips: V8 did stop, and will again.
    else if (event === 'continued' && this.timer) this.wait();
    else if (type === 'response' && command === 'pause') {
      if (success === false || this.repeated >= MOST) this.forget();
      else this.wait();
    }
  }

  dispose(): void {
    this.forget();
  }

  private forget(): void {
    this.stopWaiting();
    this.threadId = undefined;
    this.repeated = 0;
  }

  private stopWaiting(): void {
    this.timer?.dispose();
    this.timer = undefined;
  }

  private wait(): void {
    this.stopWaiting();
    this.timer = this.host.later(() => this.again(), FIRST_MS * 2 ** this.repeated);
  }

  private again(): void {
    this.timer = undefined;
    const { threadId } = this;
    if (threadId === undefined || !this.host.isOurs()) {
      this.forget();
      return;
    }
    this.repeated++;
    this.host.repeat(threadId);
  }
}

function afterMs(act: () => void, ms: number): Disposable {
  const timer = setTimeout(act, ms);
  return toDisposable(() => clearTimeout(timer));
}
