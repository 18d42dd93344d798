/**
 * The Heapline server, started by the first request. The client that starts it and speaks to it is a bundle of its
 * own, loaded then: activation stays short.
 */
import { join } from 'node:path';
import { EventEmitter, type LogOutputChannel, type Disposable as VsDisposable } from 'vscode';
import type { ServerNotifications, ServerRequests } from '../protocol/server.ts';
import type { ServerConnection } from './language-client.ts';
import type { RequestOptions, Server } from './server.ts';

export class ServerProcess implements Server, VsDisposable {
  private readonly restarts = new EventEmitter<void>();
  private readonly listeners = new Map<keyof ServerNotifications, Set<(params: never) => void>>();
  private readonly log: LogOutputChannel;
  private connection: ServerConnection | undefined;

  readonly onDidRestart = this.restarts.event;

  constructor(log: LogOutputChannel) {
    this.log = log;
  }

  /** Whether it was asked anything yet. */
  get started(): boolean {
    return this.connection !== undefined;
  }

  request<K extends keyof ServerRequests>(
    method: K,
    params: ServerRequests[K]['params'],
    options: RequestOptions = {},
  ): Promise<ServerRequests[K]['result']> {
    this.connection ??= this.connect();
    return this.connection.request(method, params, options);
  }

  on<K extends keyof ServerNotifications>(
    method: K,
    listener: (params: ServerNotifications[K]) => void,
  ): VsDisposable {
    const listeners = this.listeners.get(method) ?? new Set();
    this.listeners.set(method, listeners.add(listener));
    return { dispose: () => listeners.delete(listener) };
  }

  /** @returns once the process has ended */
  async stop(): Promise<void> {
    await this.connection?.stop();
  }

  dispose(): void {
    this.restarts.dispose();
    this.listeners.clear();
  }

  private connect(): ServerConnection {
    const bundle = require(join(__dirname, 'language-client.cjs')) as typeof import('./language-client.ts');
    return bundle.connect({
      module: join(__dirname, 'server.js'),
      log: this.log,
      notify: (method, params) => {
        for (const listener of this.listeners.get(method) ?? []) listener(params as never);
      },
      restarted: () => this.restarts.fire(),
    });
  }
}
