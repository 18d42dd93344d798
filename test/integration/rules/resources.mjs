// An agent that leaks in many ways at once: what it takes from Node and does not give back.
import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const text = (n, length) =>
  Array.from({ length: length / 8 }, (_, i) => (n * 7919 + i * 104729).toString(36)).join(' ');

// Listeners on a bus that lives as long as the program.
const bus = new EventEmitter();
bus.setMaxListeners(0);
function subscribe(step) {
  const context = { step, notes: text(step, 300) };
  bus.on('token', () => context.notes.length);
}

// Intervals that nobody clears.
function heartbeat(step) {
  const state = { step, notes: text(step, 300) };
  setInterval(() => state.step, 3_600_000).unref();
}

// Connections that stay open.
class StdioClientTransport {
  constructor(name) {
    this.name = name;
    this.socket = new Socket();
    this.buffer = text(name.length, 300);
  }
}
const servers = new Map();
function connect(step) {
  servers.set(step, new StdioClientTransport(`server-${step}`));
}

// Clients, one for each call.
class OpenAIClient {
  constructor(options) {
    this.options = options;
    this.headers = { authorization: text(options.step, 300) };
  }
}
const clients = [];
function client(step) {
  clients.push(new OpenAIClient({ step }));
}

// Promises chained onto one that is never done.
class Gate {
  opened = new Promise((resolve) => {
    this.open = resolve;
  });
}
const gate = new Gate();
let tail = gate.opened;
function enqueue(step) {
  const job = { step, notes: text(step, 300) };
  tail = tail.then(() => job.notes.length);
}

// Buffers.
const frames = [];
function frame(step) {
  frames.push(Buffer.alloc(20_000, step));
}

// Conversations that nobody closes.
class Conversation {
  constructor(id) {
    this.id = id;
    this.transcript = text(id.length, 300);
  }
}
const openConversations = {};
function converse(step) {
  openConversations[`c${step}`] = new Conversation(`c${step}`);
}
for (let step = 1; step <= 80; step++) {
  for (let i = 0; i < 5; i++) {
    const n = step * 5 + i;
    subscribe(n);
    heartbeat(n);
    connect(n);
    client(n);
    enqueue(n);
    frame(n);
    converse(n);
  }
  console.log(`step ${step} done`);
  await sleep(15);
}
process.exit(typeof gate.open === 'function' ? 0 : 1);
