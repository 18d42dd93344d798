/** The built server, spoken to as the editor speaks to it. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import {
  type CancellationToken,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  type ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import type { WireError } from '../../src/protocol/rpc.ts';
import type {
  ServerNotifications,
  ServerProgress,
  ServerRequests,
  WithProgress,
} from '../../src/protocol/server.ts';
import { PROJECT } from './heapline.ts';

const SERVER = join(PROJECT, 'dist', 'server.js');

type Told = {
  [K in keyof ServerNotifications]: { method: K; params: ServerNotifications[K] };
}[keyof ServerNotifications];

export class ServerProcess {
  /** All that it told, in order. */
  readonly told: Told[] = [];
  readonly log: string[] = [];
  readonly progress = new Map<string, ServerProgress[]>();
  private readonly heard = new EventEmitter();

  private constructor(
    readonly child: ChildProcess,
    readonly connection: MessageConnection,
  ) {
    const methods: (keyof ServerNotifications)[] = [
      'heapline/targetChanged',
      'heapline/reading',
      'heapline/recordingChanged',
      'heapline/note',
    ];
    for (const method of methods) {
      connection.onNotification(method, (params) => {
        this.told.push({ method, params });
        this.heard.emit('told');
      });
    }
    connection.onNotification('window/logMessage', ({ message }: { message: string }) => {
      this.log.push(message);
    });
    connection.onNotification('$/progress', ({ token, value }: { token: string; value: ServerProgress }) => {
      this.progress.set(token, [...(this.progress.get(token) ?? []), value]);
    });
    connection.onUnhandledNotification(({ method }) => this.log.push(`unknown: ${method}`));
    connection.onError(() => {}); // its end is seen by the child's
    connection.listen();
  }

  /** Starts it and says hello. */
  static async start(transport: 'stdio' | 'ipc' = 'stdio', execArgv: string[] = []): Promise<ServerProcess> {
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
    const child =
      transport === 'ipc'
        ? fork(SERVER, ['--node-ipc', `--clientProcessId=${process.pid}`], { env, execArgv, silent: true })
        : spawn(process.execPath, [...execArgv, SERVER, '--stdio'], { env, stdio: 'pipe' });
    child.stdin!.on('error', () => {});
    const connection =
      transport === 'ipc'
        ? createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child))
        : createMessageConnection(
            new StreamMessageReader(child.stdout!),
            new StreamMessageWriter(child.stdin!),
          );
    const server = new ServerProcess(child, connection);
    child.stderr!.setEncoding('utf8').on('data', (text) => server.log.push(text));
    await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
    await connection.sendNotification('initialized', {});
    return server;
  }

  request<K extends keyof ServerRequests>(
    method: K,
    params: ServerRequests[K]['params'] & WithProgress,
    token?: CancellationToken,
  ): Promise<ServerRequests[K]['result']> {
    return token
      ? this.connection.sendRequest(method, params, token)
      : this.connection.sendRequest(method, params);
  }

  /** The first thing told, from now or before, that is `wanted`. */
  async hear<K extends keyof ServerNotifications>(
    method: K,
    wanted: (params: ServerNotifications[K]) => boolean = () => true,
  ): Promise<ServerNotifications[K]> {
    for (;;) {
      const found = this.told.find((told) => told.method === method && wanted(told.params as never));
      if (found) return found.params as ServerNotifications[K];
      await once(this.heard, 'told');
    }
  }

  /** As the editor ends it. */
  async stop(): Promise<number | null> {
    const ended = this.ended();
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    return ended;
  }

  async ended(): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const [code] = await once(this.child, 'exit');
    return code;
  }
}

/** What an answer says that failed. */
export async function wireErrorOf(answer: Promise<unknown>): Promise<WireError> {
  try {
    await answer;
  } catch (error) {
    return (error as ResponseError<WireError>).data!;
  }
  throw new Error('It answered, and should have failed.');
}
