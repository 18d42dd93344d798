/** The bundled server as a child process, spoken to as the editor does. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from 'vscode-languageserver/node';
import { ROOT } from '../../src/build/run.ts';
import type { ServerNotifications, ServerRequests } from '../../src/protocol/server.ts';

export interface SpokenServer {
  request<K extends keyof ServerRequests>(
    method: K,
    params: ServerRequests[K]['params'],
  ): Promise<ServerRequests[K]['result']>;
  on<K extends keyof ServerNotifications>(
    method: K,
    listener: (params: ServerNotifications[K]) => void,
  ): void;
  stop(): Promise<void>;
}

export async function startServer(): Promise<SpokenServer> {
  const child = fork(join(ROOT, 'dist', 'server.js'), ['--node-ipc'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const connection: MessageConnection = createMessageConnection(
    new IPCMessageReader(child),
    new IPCMessageWriter(child),
  );
  connection.listen();
  await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
  await connection.sendNotification('initialized', {});
  return {
    request: (method, params) => connection.sendRequest(method, params),
    on: (method, listener) => {
      connection.onNotification(method, listener);
    },
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      await gone;
      connection.dispose();
    },
  };
}
