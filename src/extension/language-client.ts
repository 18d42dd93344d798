/**
 * Entry of a bundle of its own: starts the Heapline server through vscode-languageclient, speaks to it, and starts it
 * again when it dies.
 */
import { type LogOutputChannel, l10n, window } from 'vscode';
import {
  CancellationToken,
  CloseAction,
  ErrorAction,
  LanguageClient,
  ProgressType,
  ResponseError,
  TransportKind,
} from 'vscode-languageclient/node';
import { HeaplineError } from '../base/errors.ts';
import type { ProgressReading } from '../base/progress.ts';
import type { WireError } from '../protocol/rpc.ts';
import type { ServerNotifications, ServerRequests } from '../protocol/server.ts';
import { RestartLimit } from './restart-limit.ts';
import type { RequestOptions } from './server.ts';

export interface ServerConnection {
  request<K extends keyof ServerRequests>(
    method: K,
    params: ServerRequests[K]['params'],
    options: RequestOptions,
  ): Promise<ServerRequests[K]['result']>;
  stop(): Promise<void>;
}

export interface ConnectOptions {
  /** The server's bundle. */
  module: string;
  log: LogOutputChannel;
  notify<K extends keyof ServerNotifications>(method: K, params: ServerNotifications[K]): void;
  restarted(): void;
}

const NOTIFICATIONS: (keyof ServerNotifications)[] = [
  'heapline/targetChanged',
  'heapline/reading',
  'heapline/recordingChanged',
  'heapline/note',
];

const PROGRESS = new ProgressType<ProgressReading>();

/** How long the server may take to end by itself, in milliseconds: it closes its recordings. */
const STOP_MS = 4000;

/** Connects to a server that is started by the first request. */
export function connect(options: ConnectOptions): ServerConnection {
  return new Connection(options);
}

class Connection implements ServerConnection {
  private readonly options: ConnectOptions;
  private readonly limit = new RestartLimit();
  private readonly pending = new Set<(error: HeaplineError) => void>();
  /** One client for each life of the process. */
  private running: Promise<LanguageClient> | undefined;
  private stopped = false;
  private nextToken = 1;

  constructor(options: ConnectOptions) {
    this.options = options;
  }

  async request<K extends keyof ServerRequests>(
    method: K,
    params: ServerRequests[K]['params'],
    { token, report }: RequestOptions,
  ): Promise<ServerRequests[K]['result']> {
    // Made here, so that the asker's stack is known when the server fails.
    const asked = new Error(`asked for ${method}`);
    this.running ??= this.start();
    const client = await this.running;
    if (token?.isCancellationRequested) throw cancelled();
    const progress = report && `heapline-${this.nextToken++}`;
    const reports = progress && client.onProgress(PROGRESS, progress, report);
    let lost: (error: HeaplineError) => void = () => {};
    try {
      return await new Promise<ServerRequests[K]['result']>((resolve, reject) => {
        lost = reject;
        this.pending.add(lost);
        client
          .sendRequest<ServerRequests[K]['result']>(
            method,
            progress ? { ...params, progress } : params,
            // An absent one would be sent as a second parameter.
            token ?? CancellationToken.None,
          )
          .then(resolve, (error) => reject(asHeaplineError(error, token?.isCancellationRequested, asked)));
      });
    } finally {
      this.pending.delete(lost);
      if (reports) reports.dispose();
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    const client = await this.running?.catch(() => undefined);
    await client?.dispose(STOP_MS).catch((error) => this.options.log.debug(String(error)));
  }

  private async start(): Promise<LanguageClient> {
    let up = false;
    const client = new LanguageClient(
      'heapline',
      'Heapline',
      { module: this.options.module, transport: TransportKind.ipc },
      {
        outputChannel: this.options.log,
        errorHandler: {
          error: () => ({ action: ErrorAction.Continue, handled: true }),
          closed: () => {
            if (up) this.died();
            return { action: CloseAction.DoNotRestart, handled: true, message: 'The Heapline server ended.' };
          },
        },
        initializationFailedHandler: () => false,
      },
    );
    for (const method of NOTIFICATIONS)
      client.onNotification(method, (params) => this.options.notify(method, params));
    try {
      await client.start();
      up = true;
      return client;
    } catch (error) {
      this.running = undefined;
      throw new HeaplineError(
        'internal',
        l10n.t(
          'The Heapline server did not start: {0}',
          error instanceof Error ? error.message : String(error),
        ),
        { hint: l10n.t('The command "Heapline: Show Log" shows why.'), cause: error },
      );
    }
  }

  /** The process ended without being asked to. */
  private died(): void {
    const error = new HeaplineError('internal', l10n.t('The Heapline server ended unexpectedly.'), {
      kept: l10n.t('What was recorded until then is on disk.'),
    });
    for (const reject of [...this.pending]) reject(error);
    this.running = undefined;
    if (this.stopped) return;
    if (this.limit.allows(Date.now())) this.restart();
    else this.tellGivenUp();
  }

  private restart(): void {
    this.running = this.start();
    this.running.then(
      () => this.options.restarted(),
      (error) => this.options.log.error(error),
    );
  }

  private async tellGivenUp(): Promise<void> {
    const showLog = l10n.t('Show Log');
    const startAgain = l10n.t('Start Again');
    const answer = await window.showErrorMessage(
      l10n.t(
        'The Heapline server ended again and again, and is not started any more. What was recorded is on disk. The log tells why it ended.',
      ),
      showLog,
      startAgain,
    );
    if (answer === showLog) this.options.log.show();
    if (answer === startAgain) {
      this.limit.reset();
      this.restart();
    }
  }
}

function cancelled(): HeaplineError {
  return new HeaplineError('cancelled', l10n.t('Cancelled.'));
}

/** What the server threw, as it threw it; the asker's stack is added. */
function asHeaplineError(error: unknown, wasCancelled: boolean | undefined, asked: Error): HeaplineError {
  if (wasCancelled) return cancelled();
  const wire = error instanceof ResponseError ? (error.data as WireError | undefined) : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const made = new HeaplineError(wire?.code ?? 'internal', wire?.message ?? message, {
    kept: wire?.kept,
    hint: wire?.hint,
    cause: error,
  });
  made.stack = `${wire?.stack ?? made.stack}\n  ${asked.stack?.replace(/^Error: /, '')}`;
  return made;
}
