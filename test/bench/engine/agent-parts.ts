/** What an agent's objects are made of: messages' parts, containers, texts. */
import { type HeapBuilder, NONE } from './heap-builder.ts';
import { MOST_LENGTH, PROSE } from './prose.ts';
import type { Runtime, Shape } from './runtime.ts';

/** What gathers, and never goes again: `agent.sink.events`. */
export const LEAK = 'TraceEvent';

/** Class name, then properties. */
const SHAPES = {
  agent: ['Agent', 'sessions', 'cache', 'sink', 'spans'],
  session: ['Session', 'id', 'memory', 'listeners', 'pending', 'signal', 'lastSpan'],
  memory: ['AgentMemory', 'history', 'byId'],
  message: ['Object', 'role', 'content', 'tool_calls', 'usage', 'result'],
  usage: ['Object', 'input_tokens', 'output_tokens'],
  call: ['Object', 'id', 'type', 'function'],
  fn: ['Object', 'name', 'arguments'],
  attributes: ['Object', 'model', 'run', 'ok'],
  value: ['Object', 'trace'],
  span: ['Span', 'name', 'attributes', 'parent'],
  result: ['ToolResult', 'text', 'ok'],
  traceSink: ['TraceSink', 'events'],
  traceEvent: [LEAK, 'kind', 'payload'],
  promise: ['Promise'],
  signal: ['AbortController'],
  array: ['Array'],
  map: ['Map'],
  weakMap: ['WeakMap'],
  buffer: ['Buffer'],
  arrayBuffer: ['ArrayBuffer'],
} as const;

export type Shapes = Record<keyof typeof SHAPES, Shape>;

export class AgentParts {
  readonly shapes: Shapes;
  readonly toolNames: number[];
  /** Keys and results in turn: what the cache holds. */
  readonly cached: number[] = [];
  private readonly heap: HeapBuilder;
  private readonly runtime: Runtime;
  private readonly callType: number;

  constructor(runtime: Runtime) {
    this.heap = runtime.heap;
    this.runtime = runtime;
    this.shapes = Object.fromEntries(
      Object.entries(SHAPES).map(([name, [className, ...properties]]) => [
        name,
        runtime.shape(className, properties),
      ]),
    ) as Shapes;
    this.toolNames = ['search', 'read_page', 'write_note', 'send_mail', 'query_table'].map((tool) =>
      runtime.symbol(tool),
    );
    this.callType = runtime.symbol('function');
  }

  /** A call of a tool, with its arguments as JSON. */
  call(random: () => number): number {
    const { runtime, shapes, heap } = this;
    const call = runtime.object(shapes.call);
    const fn = runtime.object(shapes.fn);
    const length = 60 + Math.floor(random() * 200);
    const json = runtime.string(heap.prose(PROSE.json, this.number(random), length), length);
    runtime.fill(fn, shapes.fn, [this.pick(random, this.toolNames), json]);
    runtime.fill(call, shapes.call, [this.key(random), this.callType, fn]);
    return call;
  }

  /** What a tool answered: kept by the message and by the cache. */
  result(random: () => number): number {
    const { runtime, shapes } = this;
    const result = runtime.object(shapes.result);
    const score = runtime.number();
    const text = this.prose(random, 80, 600);
    runtime.fill(result, shapes.result, [text, runtime.true], [['hidden', 2, score]]);
    const key = this.key(random);
    if (result !== NONE) this.cached.push(key, result);
    return result;
  }

  /** A Buffer with its bytes outside the heap. */
  buffer(random: () => number): number {
    const { runtime, heap, shapes } = this;
    const view = runtime.object(shapes.buffer);
    const buffer = runtime.object(shapes.arrayBuffer);
    const bytes = 100 + Math.floor(random() * 4000);
    const data = heap.node('native', heap.text('system / JSArrayBufferData'), bytes);
    runtime.link(data, []);
    runtime.fill(buffer, shapes.arrayBuffer, [], [['internal', 'backing_store', data]]);
    runtime.fill(view, shapes.buffer, [], [['internal', 'buffer', buffer]]);
    return view;
  }

  /** An array. */
  list(values: readonly number[]): number {
    const { runtime, heap, shapes } = this;
    const array = runtime.object(shapes.array);
    const elements = values.length > 0 ? runtime.store('(object elements)', values) : NONE;
    heap.open(array);
    values.forEach((value, i) => {
      heap.edge('element', i, value);
    });
    heap.edge('property', heap.text('__proto__'), shapes.array.prototype);
    heap.edge('internal', heap.text('elements'), elements);
    heap.edge('internal', heap.text('map'), shapes.array.map);
    return array;
  }

  /** @param entries keys and values in turn */
  map(entries: readonly number[]): number {
    const { runtime, shapes } = this;
    const map = runtime.object(shapes.map);
    runtime.fill(map, shapes.map, [], [['internal', 'table', runtime.store('', entries, 2)]]);
    return map;
  }

  /** A string put together from some. */
  joined(random: () => number): number {
    let text = this.prose(random, 20, 120);
    for (let parts = 1 + Math.floor(random() * 4); parts > 0; parts--) {
      text = this.runtime.concatenated(text, this.prose(random, 20, 120));
    }
    return text;
  }

  /** A string of words. */
  prose(random: () => number, least: number, most: number): number {
    // Long ones are rare.
    const length = Math.min(MOST_LENGTH, Math.floor(least + (most - least) * random() ** 2));
    return this.runtime.string(this.heap.prose(PROSE.words, this.number(random), length), length);
  }

  /** A short string that no other has. */
  key(random: () => number): number {
    return this.runtime.string(this.heap.prose(PROSE.key, this.number(random)), 12);
  }

  private number(random: () => number): number {
    return Math.floor(random() * 2 ** 32);
  }

  pick(random: () => number, from: readonly number[]): number {
    return from[Math.floor(random() * from.length)];
  }
}
