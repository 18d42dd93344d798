/** The entry of the second core's thread: joins its tasks to the channel. */
import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { serve } from '../protocol/rpc.ts';
import { garbageCollector } from './collect.ts';
import { movedBuffers } from './moved-buffers.ts';
import { type SecondCoreMethods, secondCoreTasks } from './second-core-tasks.ts';

const port = parentPort;
if (!port) throw new Error('engine/second-core-worker.ts runs in a worker thread only');
const collect = garbageCollector();
const receive = serve<SecondCoreMethods>(
  secondCoreTasks,
  (message) => {
    port.postMessage(message, message.type === 'result' ? movedBuffers(message) : []);
    // Of shared columns V8 knows no size: without this it would keep the last task's for good.
    if (message.type === 'result') setImmediate(collect);
  },
  () => {
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
      receive(next.message);
  },
);
port.on('message', (message) => receive(message));
