/**
 * A *Pause* of the user's that V8 drops. It does where the request is served amid a script that must not be stopped,
 * as ours are, with the program's own code below on the stack; it answers the request all the same. So a request that
 * was answered, with no stop after it, is made again until there is one. That harms nothing: one that waits for an
 * idle program to do something is the same as two, and V8 heeds none while the program stands.
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

/** From the answer to the first repetition; the next waits twice as long, and so on. */
const FIRST_MS = 500;
const MOST = 6;
/** Requests with which the user wants something else, or changes nothing about it. */
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
/** Events after which nothing is left to be stopped. */
const OVER: ReadonlySet<string> = new Set(['stopped', 'exited', 'terminated']);

export interface PauseHost {
  /** Whether Heapline does anything in that program, which could be the cause. */
  isOurs(): boolean;
  repeat(threadId: number): void;
  later?(act: () => void, ms: number): Disposable;
}

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
      this.wait();
      this.threadId = given?.threadId;
    } else if (command !== undefined && ELSE.has(command)) this.forget();
  }

  /** The debug adapter answers or tells. */
  told({ type, command, event, success }: DebugMessage): void {
    if (type === 'event' && event !== undefined && OVER.has(event)) this.forget();
    if (type !== 'response' || command !== 'pause' || this.threadId === undefined) return;
    if (success === false || this.repeated >= MOST) this.forget();
    else this.wait(FIRST_MS * 2 ** this.repeated);
  }

  dispose(): void {
    this.forget();
  }

  private forget(): void {
    this.wait();
    this.threadId = undefined;
    this.repeated = 0;
  }

  /** @param ms none: for the answer */
  private wait(ms?: number): void {
    this.timer?.dispose();
    this.timer = ms === undefined ? undefined : this.host.later(() => this.again(), ms);
  }

  private again(): void {
    const { threadId } = this;
    if (threadId === undefined) return;
    if (!this.host.isOurs()) {
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
