/** Pools of agents and sessions of many kinds, and what looks like them. Writes a snapshot after each phase. */
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { writeHeapSnapshot } from 'node:v8';
import { END, MemorySaver, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { LRUCache } from 'lru-cache';

const require = createRequire(import.meta.url);
const OldCache = require('lru-cache-6');
const [folder] = process.argv.slice(2);
const PHASES = 4;
const EACH = 6;

let made = 0;
function text(length) {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = 97 + ((made * 31 + i * 7) % 26);
  made++;
  return bytes.toString('latin1');
}

class Session {
  constructor(id, bytes = 120_000) {
    this.id = id;
    this.lastUsed = Date.now();
    this.messages = Array.from({ length: 12 }, (_, i) => ({
      role: i % 2 ? 'user' : 'assistant',
      content: text(bytes / 12),
    }));
    this.upload = Buffer.from(text(30_000));
  }
}
class ResearchAgent {
  constructor(i) {
    this.name = `agent ${i}`;
    this.tools = [{ name: 'search' }, { name: 'read' }];
    this.scratchpad = text(150_000);
  }
}
class SessionStore {
  sessions = new Map();
}
class AgentPool {
  agents = [];
  constructor(size) {
    for (let i = 0; i < size; i++) this.agents.push(new ResearchAgent(i));
  }
}
class Conversation {
  constructor(at) {
    this.updatedAt = at.toISOString();
    this.turns = [{ text: text(20_000) }];
  }
}

/** Bytes that stay alive of what `make` makes, one by one. */
function measure(count, make) {
  const live = () => {
    for (let i = 0; i < 4; i++) global.gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = live();
  for (let i = 0; i < count; i++) make();
  return (live() - before) / count;
}

const store = new SessionStore();
const lru = new LRUCache({ max: 8 });
const chatSessions = new OldCache({ max: 8 });
const agents = {};
const pool = new AgentPool(5);
const conversations = new Map();
const threads = {};
const saver = new MemorySaver();
const graph = new StateGraph(MessagesAnnotation)
  .addNode('answer', () => ({ messages: [{ role: 'assistant', content: text(20_000) }] }))
  .addEdge(START, 'answer')
  .addEdge('answer', END)
  .compile({ checkpointer: saver });
// What a function that waits has for itself has no name in a snapshot: as in most programs, others use them, too.
const held = () => [lru, chatSessions, conversations, threads];
let now = 0;
const sweep = () => {
  for (const [key, agent] of Object.entries(agents)) if (agent.born < now - 1) delete agents[key];
};
const sweeper = setInterval(sweep, 60_000);

// What looks like them.
class Module {
  constructor(file) {
    this.id = file;
    this.exports = { source: text(4000) };
    this.loaded = true;
  }
}
const alike = {
  routes: new Map(
    Array.from({ length: 60 }, (_, i) => [
      `/v1/chat/${i}/:session`,
      { method: 'POST', handler: () => i, model: text(3000) },
    ]),
  ),
  i18n: Object.fromEntries(
    ['en', 'de', 'fr', 'zh'].map((language) => [
      language,
      Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`chat.session.title${i}`, text(60)])),
    ]),
  ),
  messages: new Map(
    Array.from({ length: 200 }, (_, i) => [`agent.hello.${i}`, { one: text(800), many: text(800) }]),
  ),
  modules: Object.fromEntries(
    Array.from({ length: 60 }, (_, i) => [`/srv/app/session/file${i}.js`, new Module(`file${i}`)]),
  ),
  templates: new Map(
    Array.from({ length: 60 }, (_, i) => [`template-${i}`, { source: text(3000), render: () => i }]),
  ),
  documents: new Map(
    Array.from({ length: 80 }, (_, i) => [`doc-${i}`, { text: text(4000), vector: new Float64Array(300) }]),
  ),
  tools: new Map(
    ['search', 'read', 'write', 'run'].map((name) => [
      name,
      { name, description: text(2000), execute: () => name },
    ]),
  ),
  models: {
    'gpt-4o': { name: 'a', prompt: text(3000), tools: [] },
    'gpt-4o-mini': { name: 'b', prompt: text(3000), tools: [] },
    'claude-3': { name: 'c', prompt: text(3000), tools: [] },
  },
  users: new Map(
    Array.from({ length: 80 }, (_, i) => [`user-${i}`, { email: text(600), settings: { theme: text(900) } }]),
  ),
  schemas: new Map(
    Array.from({ length: 50 }, (_, i) => [`schema-${i}`, { type: 'object', properties: { a: text(2500) } }]),
  ),
};

const truth = {};
for (let phase = 0; phase < PHASES; phase++) {
  let next = phase * EACH;
  truth.sessions = measure(EACH, () => {
    const id = `session-${next++}`;
    store.sessions.set(id, new Session(id));
  });
  for (let i = 0; i < EACH; i++) {
    const n = phase * EACH + i;
    lru.set(randomUUID(), new Session(n));
    chatSessions.set(randomUUID(), new Session(n));
    conversations.set(n, new Conversation(new Date(Date.now() - (phase < 2 ? 3_600_000 : 0))));
    threads[`thread-${n}`] = { messages: [text(9000)], model: 'small' };
    await graph.invoke(
      { messages: [{ role: 'user', content: text(9000) }] },
      { configurable: { thread_id: `talk-${n}` } },
    );
  }
  for (let i = 0; i < EACH + phase; i++)
    agents[`user-${phase * 100 + i}`] = Object.assign(new ResearchAgent(i), { born: phase });
  now = phase;
  sweep();
  writeHeapSnapshot(join(folder, `${phase + 1}.heapsnapshot`));
}
process.stdout.write(JSON.stringify({ truth, phases: PHASES, each: EACH, alike: Object.keys(alike) }));
clearInterval(sweeper);
if (!store.sessions.size || !pool.agents.length || held().length !== 4) process.exit(1);
