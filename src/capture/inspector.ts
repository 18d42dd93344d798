import CDP from 'chrome-remote-interface';
import type { Disposable } from '../base/disposable.ts';
import { HeaplineError } from '../base/errors.ts';
import type { Commands, Events } from './cdp-types.ts';

/** chrome-remote-interface's client, with the socket that it keeps to itself: for back-pressure. */
interface Client {
  send(method: string, params?: object): Promise<unknown>;
  on(event: string, listener: (params: never) => void): void;
  removeListener(event: string, listener: (params: never) => void): void;
  close(): Promise<void>;
  _ws?: { _socket?: { pause(): void; resume(): void } | null };
}

type Reject = (error: HeaplineError) => void;

const CONNECT_MS = 15_000;

/** As js-debug's `requestCDPProxy` answers. */
export interface ProxyAddress {
  host: string;
  port: number;
  path?: string;
}

/** A connection to a target's inspector. Every pending call is settled when the target goes away. */
export class Inspector {
  /** Resolves when the connection is closed, from either side. */
  readonly closed: Promise<void>;
  /** Events that the proxy was asked for. */
  private readonly subscribed = new Set<string>();
  /** By what rejects each: its method. */
  private readonly pending = new Map<Reject, keyof Commands>();
  private gone = false;
  private closing?: Promise<void>;
  private markClosed: () => void = () => {};

  private constructor(
    private readonly client: Client,
    /** True through js-debug's proxy: the session in V8 is the debugger's own, its settings are not ours to change. */
    readonly shared: boolean,
  ) {
    this.closed = new Promise((resolve) => {
      this.markClosed = resolve;
    });
    client.on('disconnect', () => this.lose());
  }

  /**
   * Connects with a session of our own, which lets the program end: it closes when nothing but debuggers is left.
   * @param url `ws://...` @throws HeaplineError `connect-failed`
   */
  static async connect(url: string, patienceMs = CONNECT_MS): Promise<Inspector> {
    const inspector = new Inspector(await open(url, patienceMs), false);
    inspector.on('NodeRuntime.waitingForDisconnect', () => inspector.close());
    // What is no Node does not know it.
    inspector.send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true }).catch(() => {});
    return inspector;
  }

  /** Connects through js-debug's proxy. @throws HeaplineError `connect-failed` */
  static async connectProxy({ host, port, path = '/' }: ProxyAddress): Promise<Inspector> {
    const authority = host.includes(':') ? `[${host}]` : host;
    return new Inspector(await open(`ws://${authority}:${port}${path}`, CONNECT_MS), true);
  }

  /** @throws HeaplineError `target-gone`, also when the target goes while the call is under way */
  send<M extends keyof Commands>(
    method: M,
    ...[params]: Commands[M]['params'] extends undefined ? [] : [Commands[M]['params']]
  ): Promise<Commands[M]['result']> {
    return new Promise((resolve, reject) => {
      if (this.gone) {
        reject(targetGone());
        return;
      }
      this.pending.set(reject, method);
      this.client
        .send(method, params)
        .then(
          (result) => resolve(result as Commands[M]['result']),
          (error: Error) => {
            // The proxy stays open when its target is gone, and answers so.
            if (this.shared && error.message === 'Connection is closed') this.close();
            reject(this.gone ? targetGone() : error);
          },
        )
        .finally(() => this.pending.delete(reject));
    });
  }

  /** The calls under way, but for snapshots, which may wait for long. */
  unanswered(): Reject[] {
    return [...this.pending].flatMap(([reject, method]) =>
      method === 'HeapProfiler.takeHeapSnapshot' ? [] : [reject],
    );
  }

  /** Settles those of `calls` that are still under way, as if the target were gone. */
  giveUp(calls: readonly Reject[]): void {
    for (const reject of calls) if (this.pending.delete(reject)) reject(targetGone());
  }

  /** Hears an event until disposed. */
  on<E extends keyof Events>(event: E, listener: (params: Events[E]) => void): Disposable {
    if (this.shared && !this.subscribed.has(event)) {
      // The proxy packs each event anew for us: it is asked for those only that somebody hears.
      this.subscribed.add(event);
      this.send('JsDebug.subscribe', { events: [event] }).catch(() => {});
    }
    this.client.on(event, listener);
    return { dispose: () => this.client.removeListener(event, listener) };
  }

  /** Stops reading from the socket: what the target sends stays with it and in the system's buffers. */
  pause(): void {
    this.client._ws?._socket?.pause();
  }

  resume(): void {
    this.client._ws?._socket?.resume();
  }

  /** A second call waits with the first: the client forgets its first caller. */
  close(): Promise<void> {
    this.closing ??= this.hangUp();
    return this.closing;
  }

  private async hangUp(): Promise<void> {
    this.resume();
    const closed = this.client.close();
    this.lose();
    await closed.catch(() => {});
  }

  private lose(): void {
    this.gone = true;
    for (const reject of this.pending.keys()) reject(targetGone());
    this.pending.clear();
    this.markClosed();
  }
}

async function open(url: string, patienceMs: number): Promise<Client> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), patienceMs);
  });
  const connecting = CDP({ target: url, local: true });
  try {
    return (await Promise.race([connecting, late])) as unknown as Client;
  } catch (error) {
    connecting.then(
      (client) => client.close(),
      () => {},
    );
    const why = (error as Error).message;
    throw new HeaplineError('connect-failed', `No connection to the inspector at ${url}: ${why}.`, {
      hint: 'Is the program still running?',
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

function targetGone(): HeaplineError {
  return new HeaplineError('target-gone', 'The program ended or closed its inspector.');
}
