/** Agents that start child processes and workers, one that leaves them behind and one that does not. */
import { tracingChannel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { setTimeout as later } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

const SERVER = fileURLToPath(new URL('./server.mjs', import.meta.url));
const TURNS = 12;

async function openTools() {
  const client = new Client({ name: 'agent', version: '1' });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [SERVER] }));
  return client;
}

const use = (client, a) => client.callTool({ name: 'add', arguments: { a } });
const session = (id, work) => tracingChannel('heapline.session').tracePromise(work, { id });

const agents = {
  /** Each session opens tools and a worker of its own, and closes neither. */
  async leaky(turn) {
    await use(await openTools(), turn);
    await ask(newWorker(), turn);
  },
  /** Each session closes its tools; a server and two workers serve all. */
  async sound(turn) {
    const own = await openTools();
    await use(own, turn);
    await own.close();
    agents.shared ??= { client: await openTools(), workers: [newWorker(), newWorker()] };
    await use(agents.shared.client, turn);
    await ask(agents.shared.workers[turn % 2], turn);
  },
};

function newWorker() {
  return new Worker(new URL('./worker.mjs', import.meta.url));
}

async function ask(worker, n) {
  worker.postMessage(n + 1);
  await once(worker, 'message');
}

const agent = agents[process.argv[2]];
for (let turn = 0; turn < TURNS; turn++) {
  await session(`s${turn}`, () => agent(turn));
  performance.mark('heapline.step');
  await later(50);
}
await later(800);
process.exit(0);
