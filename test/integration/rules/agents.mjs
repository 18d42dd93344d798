// An agent that leaks in many ways at once: what it keeps for itself. Each variable is named after nothing but its use.
import { setTimeout as sleep } from 'node:timers/promises';

const text = (n, length) =>
  Array.from({ length: length / 8 }, (_, i) => (n * 7919 + i * 104729).toString(36)).join(' ');

// Checkpoints that copy the conversation at each step.
const thread = [];
const checkpointer = { saved: [] };
function checkpoint(step) {
  thread.push({ role: 'assistant', content: text(step, 64) });
  if (thread.length > 5000) thread.shift();
  checkpointer.saved.push({ step, messages: structuredClone(thread) });
}

// Agents that know each other, in a directory.
class Agent {
  constructor(id, lead) {
    this.id = id;
    this.lead = lead;
    this.helpers = [];
    this.notes = text(id.length, 400);
  }
}
class Directory {
  members = new Map();
  join(agent) {
    this.members.set(agent.id, agent);
  }
}
const directory = new Directory();
function staff(step) {
  const lead = new Agent(`lead-${step}`);
  const helper = new Agent(`helper-${step}`, lead);
  lead.helpers.push(helper);
  directory.join(lead);
  directory.join(helper);
}

// Clean-up functions that refer to the agent they were made for.
const cleanups = [];
function watch(step) {
  const agent = new Agent(`watched-${step}`);
  cleanups.push(() => agent.notes.length);
}

// A cache whose key never repeats.
const completions = new Map();
function complete(prompt) {
  const key = JSON.stringify({ prompt, at: performance.now() });
  if (!completions.has(key)) completions.set(key, { text: prompt.toUpperCase(), tokens: 42 });
  return completions.get(key);
}

// Spans that nobody exports.
class Span {
  constructor(name) {
    this.name = name;
    this.start = Date.now();
    this.attributes = { input: text(this.start, 300) };
  }
  end() {
    this.ended = Date.now();
  }
}
class Tracer {
  finished = [];
  trace(name) {
    const span = new Span(name);
    span.end();
    this.finished.push(span);
  }
}
const tracer = new Tracer();
function traced(step) {
  tracer.trace(`step ${step}`);
}

// Calls whose answer never comes.
const pending = new Map();
function call(id) {
  return new Promise((resolve, reject) => pending.set(id, { resolve, reject, request: text(id, 300) }));
}

// Validators, one for each call.
class SchemaValidator {
  constructor(schema) {
    this.schema = schema;
    this.check = (value) => typeof value === schema.type;
  }
}
const validators = [];
function validate(step) {
  validators.push(new SchemaValidator({ type: 'object', description: text(step, 300) }));
}

// A system prompt rendered for each request, and kept with it.
const log = [];
function request(step) {
  log.push({
    systemPrompt: `You are a helpful assistant. It is ${step}. ${text(7, 1200)}`.split('').join(''),
    step,
  });
}

for (let step = 1; step <= 80; step++) {
  checkpoint(step);
  for (let i = 0; i < 5; i++) {
    const n = step * 5 + i;
    staff(n);
    watch(n);
    complete(text(n, 300));
    traced(n);
    void call(n);
    validate(n);
    request(n);
  }
  console.log(`step ${step} done`);
  await sleep(15);
}
