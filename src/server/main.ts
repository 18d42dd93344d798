/** Entry of the Heapline server: one process beside the editor that captures, analyses and answers. */

import { fileURLToPath } from 'node:url';
import { createConnection } from 'vscode-languageserver';
import { createProtocolConnection } from 'vscode-languageserver-protocol/node';
import { EngineClient } from '../engine/client.ts';
import { Ending } from './ending.ts';
import { Service } from './service.ts';
import { openTransport } from './transport.ts';
import { version } from './version.ts';
import { answerRequests, log, tell } from './wire.ts';

// chrome-remote-interface calls url.parse, about which Node 24 warns our users; they can do nothing about it.
process.noDeprecation = true;

const dist = new URL('.', import.meta.url);
const transport = openTransport(process);
const ending = new Ending(() => service.close());
// The editor's `exit` ends us when its recordings are whole, not before.
const connection = createConnection(
  (logger) => createProtocolConnection(transport.reader, transport.writer, logger),
  {
    shutdownReceived: false,
    initialize: () => {},
    exit: (code) => void ending.exit(code),
  },
);
const service = new Service({
  version: version(dist),
  dist,
  createEngine: () => new EngineClient(new URL('engine-worker.js', dist)),
  notify: (method, params) => tell(connection, method, params),
});

connection.onInitialize(({ workspaceFolders }) => {
  const [first] = workspaceFolders ?? [];
  if (first?.uri.startsWith('file:')) service.setWorkspace(fileURLToPath(first.uri));
  return { capabilities: {}, serverInfo: { name: 'Heapline', version: version(dist) } };
});
connection.onShutdown(() => ending.begin());
answerRequests(connection, service.answers);
const failed = (error: unknown): void => {
  log(connection, `The server ends: ${(error as Error)?.stack ?? error}`);
  void ending.exit(1);
};
process.on('uncaughtException', failed);
process.on('unhandledRejection', failed);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void ending.exit(0));
transport.onClosed(() => void ending.exit(0));
connection.listen();
