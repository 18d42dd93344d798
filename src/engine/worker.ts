/** The entry of the engine's worker thread: joins the logic to the channel. */
import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import type { ClientToEngine, EngineMethods } from '../protocol/engine.ts';
import { serve } from '../protocol/rpc.ts';
import { engineHandlers } from './handlers.ts';
import { ColumnCache, userCacheFolder } from './heap/column-cache.ts';
import { heapBudget, OpenHeaps } from './heap/open-heaps.ts';
import { SecondCore } from './second-core.ts';

const port = parentPort;
if (!port) throw new Error('engine/worker.ts runs in a worker thread only');
const core = SecondCore.ifAny(new URL('second-core-worker.js', import.meta.url));
const heaps = new OpenHeaps({
  maxBytes: heapBudget(),
  core,
  cache: new ColumnCache({ folder: userCacheFolder() }),
});
const receive = serve<EngineMethods>(
  engineHandlers(heaps, core),
  (message) => port.postMessage(message),
  () => {
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
      receive(next.message);
  },
);
port.on('message', (message: ClientToEngine) => receive(message));
