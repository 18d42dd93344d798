/**
 * The heap of an agent, before and after some more of its work: sessions with messages, tool calls, results in a
 * cache, spans; the program's own code; and one leak. The same seed and size give the same heap.
 */
import { seededRandom } from '../../support/random.ts';
import { AgentParts, type Shapes } from './agent-parts.ts';
import { HeapBuilder, NONE } from './heap-builder.ts';
import { Runtime } from './runtime.ts';

export type Moment = 'before' | 'after';

/** Share of the sessions that end in between, and of new ones. */
const ENDED = 0.08;
const BEGUN = 0.1;
/** Sessions that go on at the same time: what they make lies side by side. */
const TOGETHER = 32;
const MOST_TURNS = 48;
/** Measured on the heaps made: nodes of one session with its share of the code. */
const NODES_A_SESSION = 375;
const FUNCTIONS_A_SESSION = 4;
const CLASSES_A_MODULE = 24;
const SESSIONS_A_LEAK = 0.25;

export interface AgentHeap {
  heap: HeapBuilder;
  /** Leaked objects of class LEAK: those of `after` are a known number more than those of `before`. */
  leaked: number;
}

/** How many leaked objects `before` and `after` hold for that size. */
export function leakedCount(nodes: number, moment: Moment): number {
  const atFirst = Math.ceil(sessionCount(nodes) / SESSIONS_A_LEAK);
  return moment === 'before' ? atFirst : 2 * atFirst;
}

/** @param nodes about how many nodes there shall be */
export function makeAgentHeap(nodes: number, moment: Moment, seed: number): AgentHeap {
  const heap = new HeapBuilder(seededRandom(seed), nodes);
  const agent = new Agent(heap, seed);
  const groups = Math.max(1, Math.round(sessionCount(nodes) / TOGETHER));
  for (let group = 0; group < groups; group++) agent.runSessions(group, moment);
  agent.leak(leakedCount(nodes, 'before'));
  if (moment === 'after') {
    heap.later();
    const begun = Math.ceil(groups * BEGUN);
    for (let group = groups; group < groups + begun; group++) agent.runSessions(group, 'before');
    agent.leak(leakedCount(nodes, 'after') - leakedCount(nodes, 'before'));
  }
  agent.finish();
  return { heap, leaked: leakedCount(nodes, moment) };
}

function sessionCount(nodes: number): number {
  return Math.max(1, Math.round(nodes / NODES_A_SESSION));
}

interface Session {
  node: number;
  key: number;
  random: () => number;
  turns: number;
  ended: boolean;
  messages: number[];
  messageKeys: number[];
  tools: number[];
  lastSpan: number;
}

class Agent {
  private readonly heap: HeapBuilder;
  private readonly seed: number;
  private readonly runtime: Runtime;
  private readonly parts: AgentParts;
  private readonly shapes: Shapes;
  private readonly roles: number[];
  private readonly models: number[];
  private readonly onToken: { cell: number; shared: number };
  private readonly table: number;
  private readonly pairs: [key: number, value: number, name: number][] = [];
  private readonly sessions: number[] = [];
  private readonly leaked: number[] = [];
  private readonly random: () => number;

  constructor(heap: HeapBuilder, seed: number) {
    this.heap = heap;
    this.seed = seed;
    this.random = seededRandom(seed ^ 0x5eed);
    this.runtime = new Runtime(heap);
    this.parts = new AgentParts(this.runtime);
    this.shapes = this.parts.shapes;
    this.roles = ['user', 'assistant', 'tool', 'system'].map((role) => this.runtime.symbol(role));
    this.models = ['small-1', 'large-2'].map((model) => this.runtime.symbol(model));
    const cell = heap.node('code', heap.text('system / FeedbackCell'), 24);
    this.onToken = { cell, shared: this.runtime.sharedFunction('onToken') };
    this.runtime.link(cell, []);
    this.table = heap.node('array', heap.text(''), 16 + 16 * 64);
  }

  /** Sessions that go on together, turn by turn; then some more of the program's code. */
  runSessions(group: number, moment: Moment): void {
    const { heap } = this;
    heap.block();
    const sessions = Array.from({ length: TOGETHER }, (_, i) => this.begin(group * TOGETHER + i, moment));
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      for (const session of sessions.filter(({ turns }) => turn < turns)) {
        heap.gone = session.ended;
        this.turn(session);
      }
    }
    for (const session of sessions) {
      heap.gone = session.ended;
      this.end(session);
    }
    heap.gone = false;
    this.load(group);
  }

  /** Objects that an array holds on to. */
  leak(count: number): void {
    const { heap, runtime, random } = this;
    heap.block();
    for (let i = 0; i < count; i++) {
      const event = runtime.object(this.shapes.traceEvent);
      const payload = this.parts.prose(random, 40, 200);
      const at = runtime.number();
      runtime.fill(
        event,
        this.shapes.traceEvent,
        [this.parts.pick(random, this.parts.toolNames), payload],
        [['hidden', 2, at]],
      );
      this.leaked.push(event);
    }
  }

  /** The containers, which are made anew as they grow, and what holds them. */
  finish(): void {
    const { heap, runtime, shapes } = this;
    heap.block();
    const sink = runtime.object(shapes.traceSink);
    runtime.fill(sink, shapes.traceSink, [this.parts.list(this.leaked)]);
    const weak = runtime.object(shapes.weakMap);
    runtime.fill(weak, shapes.weakMap, [], [['internal', 'table', this.table]]);
    heap.open(this.table);
    this.pairs.forEach(([key, value, name], i) => {
      heap.edge('weak', heap.text(String(11 + 2 * i)), key);
      heap.edge('weak', heap.text(String(12 + 2 * i)), value);
      heap.edge('internal', name, value);
    });
    const agent = runtime.object(shapes.agent);
    runtime.fill(agent, shapes.agent, [
      this.parts.map(this.sessions),
      this.parts.map(this.parts.cached),
      sink,
      weak,
    ]);
    runtime.addGlobal('agent', agent);
    runtime.finish();
  }

  private begin(number: number, moment: Moment): Session {
    const random = seededRandom(Math.imul(number + 1, 0x9e3779b1) ^ this.seed);
    const ended = random() < ENDED && moment === 'after';
    this.heap.gone = ended;
    const session = {
      node: this.runtime.object(this.shapes.session),
      key: this.parts.key(random),
      random,
      // Most are short.
      turns: 4 + Math.floor((MOST_TURNS - 4) * random() ** 2),
      ended,
      messages: [],
      messageKeys: [],
      tools: [],
      lastSpan: NONE,
    };
    this.heap.gone = false;
    return session;
  }

  private turn(session: Session): void {
    const { runtime, shapes } = this;
    const { random } = session;
    const message = runtime.object(shapes.message);
    const content = random() < 0.3 ? this.parts.joined(random) : this.parts.prose(random, 30, 300);
    const calls = random() < 0.4 ? [this.parts.call(random)] : [];
    const toolCalls = this.parts.list(calls);
    const usage = runtime.object(shapes.usage);
    runtime.fill(usage, shapes.usage, [NONE, NONE]);
    const result = calls.length > 0 ? this.parts.result(random) : NONE;
    const at = runtime.number();
    runtime.fill(
      message,
      shapes.message,
      [this.parts.pick(random, this.roles), content, toolCalls, usage, result],
      [['hidden', 5, at]],
    );
    session.messages.push(message);
    session.messageKeys.push(this.parts.key(random), message);
    const span = runtime.object(shapes.span);
    const attributes = runtime.object(shapes.attributes);
    runtime.fill(attributes, shapes.attributes, [
      this.parts.pick(random, this.models),
      this.parts.key(random),
      runtime.true,
    ]);
    const start = runtime.number();
    runtime.fill(
      span,
      shapes.span,
      [this.parts.pick(random, this.parts.toolNames), attributes, session.lastSpan],
      [['hidden', 3, start]],
    );
    session.lastSpan = random() < 0.9 ? span : NONE;
    if (random() < 0.35) {
      const context = runtime.context([
        ['session', session.node],
        ['message', message],
      ]);
      session.tools.push(
        runtime.closureOf('onToken', this.onToken.cell, this.onToken.shared, shapes.session.script, context),
      );
    }
    if (random() < 0.02) session.tools.push(this.parts.buffer(random));
  }

  private end(session: Session): void {
    const { runtime, shapes, heap } = this;
    const memory = runtime.object(shapes.memory);
    runtime.fill(memory, shapes.memory, [
      this.parts.list(session.messages),
      this.parts.map(session.messageKeys),
    ]);
    const [pending, signal, value] = [shapes.promise, shapes.signal, shapes.value].map((shape) => {
      const node = runtime.object(shape);
      runtime.fill(node, shape, shape === shapes.value ? [this.parts.key(session.random)] : []);
      return node;
    });
    const listeners = this.parts.list(session.tools);
    const weak: ['internal', string, number][] = [];
    if (value !== NONE) {
      const id = (node: number): number => heap.ids.get(node);
      const name =
        `${3 * this.pairs.length + 3} / part of key (Session @${id(session.node)}) -> ` +
        `value (Object @${id(value)}) pair in WeakMap (table @${id(this.table)})`;
      this.pairs.push([session.node, value, heap.text(name)]);
      weak.push(['internal', name, value]);
      this.sessions.push(session.key, session.node);
    }
    runtime.fill(
      session.node,
      shapes.session,
      [session.key, memory, listeners, pending, signal, session.lastSpan],
      weak,
    );
  }

  /** A module of the program: functions, in a scope of their own. */
  private load(group: number): void {
    const { runtime, heap } = this;
    const context = runtime.context([['exports', runtime.globalObject]]);
    const line = (i: number): number => 10 + 12 * i;
    for (let i = 0; i < CLASSES_A_MODULE; i++) {
      const shape = runtime.shape(`Handler${(group * 5 + i) % 311}`, ['options', 'next', 'state']);
      runtime.hold('(Strong roots)', shape.map);
    }
    const functions = Array.from({ length: FUNCTIONS_A_SESSION * TOGETHER }, (_, i) =>
      runtime.closure(`handle${(group * 7 + i) % 997}`, 200 + group, line(i), context),
    );
    const module = heap.node('object', heap.text('Module'), 88);
    runtime.link(module, [
      ['property', 'exports', this.parts.list(functions)],
      ['property', 'filename', runtime.string(heap.text(`/app/node_modules/pkg${group}/index.js`), 40)],
    ]);
    runtime.hold('(Global handles)', module);
  }
}
