/** The server as pages ask it: a verdict that it makes for one of them is known to the view and the marks, too. */
import type { ServerRequests } from '../protocol/server.ts';
import type { Model } from './model.ts';
import type { Server } from './server.ts';

type Request = Server['request'];

export function learning(server: Server, model: Model): Server {
  const request: Request = async (method, params, options) => {
    const result = await server.request(method, params, options);
    if (method !== 'heapline/analyse') return result;
    const asked = params as ServerRequests['heapline/analyse']['params'];
    const { findings, sources } = result as ServerRequests['heapline/analyse']['result'];
    if ('recordingDir' in asked) model.setVerdict(asked.recordingDir, findings, sources);
    return result;
  };
  return {
    request,
    on: (method, listener) => server.on(method, listener),
    onDidRestart: server.onDidRestart,
  };
}
