/**
 * The one way in which two sides of Heapline ask each other: a call with an id, progress, one outcome, cancel.
 * It knows no channel: whoever owns one posts what it is given and hands in what arrives.
 */
import { type ErrorCode, HeaplineError } from '../base/errors.ts';
import type { ProgressReading, Task } from '../base/progress.ts';

/** What can be asked: method -> its parameters and result, all of them structured-cloneable. */
export type Methods = Record<string, { params: unknown; result: unknown }>;

/** An error on the wire. */
export interface WireError {
  code: ErrorCode;
  message: string;
  kept?: string;
  hint?: string;
  stack?: string;
}

export type Outcome<T> = { ok: T } | { err: WireError };

/** What the asking side sends. */
export type CallerToAnswerer<M extends Methods> =
  | { [K in keyof M]: { type: 'call'; id: number; method: K; params: M[K]['params'] } }[keyof M]
  | { type: 'cancel'; id: number };

/** What the answering side sends. */
export type AnswererToCaller<M extends Methods> =
  | { type: 'progress'; id: number; reading: ProgressReading }
  | { type: 'result'; id: number; outcome: Outcome<M[keyof M]['result']> };

/** The part of an `AbortSignal` that a call needs. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface CallOptions {
  report?(reading: ProgressReading): void;
  signal?: CancelSignal;
}

interface Pending {
  report?(reading: ProgressReading): void;
  settle(outcome: Outcome<unknown>): void;
}

/** The asking side. Every call settles: by its outcome, by its signal, or by `close`. */
export class RpcCaller<M extends Methods> {
  private readonly post: (message: CallerToAnswerer<M>) => void;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private closed: WireError | undefined;

  constructor(post: (message: CallerToAnswerer<M>) => void) {
    this.post = post;
  }

  /** @throws HeaplineError as the other side threw it; `cancelled` at once when the signal aborts; what `close` was given */
  call<K extends keyof M>(
    method: K,
    params: M[K]['params'],
    options: CallOptions = {},
  ): Promise<M[K]['result']> {
    // Made here, so that the asker's stack is known when the other side fails.
    const asked = new Error(`asked for ${String(method)}`);
    return new Promise((resolve, reject) => {
      const id = this.nextId++;
      const { signal } = options;
      const settle = (outcome: Outcome<unknown>): void => {
        if (!this.pending.delete(id)) return;
        signal?.removeEventListener('abort', cancel);
        if ('ok' in outcome) resolve(outcome.ok);
        else reject(fromWire(outcome.err, asked));
      };
      const cancel = (): void => {
        settle({ err: { code: 'cancelled', message: 'Cancelled.' } });
        this.trySend({ type: 'cancel', id });
      };
      this.pending.set(id, { report: options.report, settle });
      if (this.closed) settle({ err: this.closed });
      else if (signal?.aborted) settle({ err: { code: 'cancelled', message: 'Cancelled.' } });
      else {
        signal?.addEventListener('abort', cancel);
        const failed = this.trySend({ type: 'call', id, method, params } as CallerToAnswerer<M>);
        if (failed) settle({ err: failed });
      }
    });
  }

  /** Takes what arrived. Late answers to cancelled calls are dropped. */
  receive(message: AnswererToCaller<M>): void {
    const pending = this.pending.get(message.id);
    if (message.type === 'progress') pending?.report?.(message.reading);
    else pending?.settle(message.outcome);
  }

  /** The other side is gone: settles all calls, and later ones, with `error`. Only the first time counts. */
  close(error: HeaplineError): void {
    if (this.closed) return;
    this.closed = toWire(error);
    for (const pending of [...this.pending.values()]) pending.settle({ err: this.closed });
  }

  private trySend(message: CallerToAnswerer<M>): WireError | undefined {
    try {
      this.post(message);
      return undefined;
    } catch (error) {
      return toWire(error);
    }
  }
}

export type Handlers<M extends Methods> = {
  [K in keyof M]: (params: M[K]['params'], task: Task) => Promise<M[K]['result']> | M[K]['result'];
};

/** Readings of one phase are sent at most this often, in milliseconds. */
const PROGRESS_EVERY = 50;

/**
 * The answering side: returns what takes the messages that arrive.
 * @param poll takes in what is waiting on the channel; called when a handler asks whether it was cancelled,
 *   so that long synchronous work hears of it
 */
export function serve<M extends Methods>(
  handlers: Handlers<M>,
  post: (message: AnswererToCaller<M>) => void,
  poll: () => void = () => {},
): (message: CallerToAnswerer<M>) => void {
  const cancelled = new Map<number, boolean>();

  const answer = async (message: CallerToAnswerer<M> & { type: 'call' }): Promise<void> => {
    const { id, method, params } = message;
    let last: { phase: string; at: number } | undefined;
    const task: Task = {
      report(reading) {
        const at = Date.now();
        if (last?.phase === reading.phase && at - last.at < PROGRESS_EVERY) return;
        last = { phase: reading.phase, at };
        post({ type: 'progress', id, reading });
      },
      signal: {
        get aborted() {
          if (!cancelled.get(id)) poll();
          return cancelled.get(id) ?? false;
        },
      },
    };
    let outcome: Outcome<M[keyof M]['result']>;
    try {
      // A handler must not start inside another's poll.
      await undefined;
      if (!Object.hasOwn(handlers, method)) throw new Error(`No such method: ${String(method)}`);
      outcome = { ok: await handlers[method](params, task) };
    } catch (error) {
      outcome = { err: toWire(error) };
    }
    cancelled.delete(id);
    try {
      post({ type: 'result', id, outcome });
    } catch (error) {
      // What can't be cloned must not leave the asker waiting.
      post({ type: 'result', id, outcome: { err: toWire(error) } });
    }
  };

  return (message) => {
    if (message.type === 'cancel') {
      if (cancelled.has(message.id)) cancelled.set(message.id, true);
    } else {
      cancelled.set(message.id, false);
      void answer(message);
    }
  };
}

/** What is not a HeaplineError becomes `internal`: it is our fault, and the stack says where. */
export function toWire(error: unknown): WireError {
  if (HeaplineError.is(error)) {
    const { code, message, kept, hint, stack } = error;
    return { code, message, kept, hint, stack };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { code: 'internal', message: `Heapline failed: ${message}`, stack };
}

function fromWire(err: WireError, asked: Error): HeaplineError {
  const { code, message, kept, hint } = err;
  const error = new HeaplineError(code, message, { kept, hint });
  error.stack = `${err.stack ?? error.stack}\n  ${asked.stack?.replace(/^Error: /, '')}`;
  return error;
}
