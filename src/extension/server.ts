/** The Heapline server as the rest of the extension sees it. */
import type { CancellationToken, Disposable, Event } from 'vscode';
import type { ServerNotifications, ServerProgress, ServerRequests } from '../protocol/server.ts';

export interface RequestOptions {
  token?: CancellationToken;
  report?(reading: ServerProgress): void;
}

export interface Server {
  /**
   * Starts the server when it does not run yet.
   * @throws HeaplineError as the server threw it; `cancelled`; `internal` when the server died meanwhile
   */
  request<K extends keyof ServerRequests>(
    method: K,
    params: ServerRequests[K]['params'],
    options?: RequestOptions,
  ): Promise<ServerRequests[K]['result']>;
  on<K extends keyof ServerNotifications>(
    method: K,
    listener: (params: ServerNotifications[K]) => void,
  ): Disposable;
  /** It died and runs again: it knows no targets, and its recordings have ended with what they had. */
  readonly onDidRestart: Event<void>;
}
