/** Model calls and MCP requests as the runtime's own channels tell them. Bodies are looked at as they pass, never kept. */
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from './context.ts';
import { type Place, quietly } from './log.ts';
import { isSessionHeader, LOOK, modelCall, modelIn, tokensIn, toolIn } from './model-calls.ts';
import type { SpanFacts } from './records.ts';

type Channels = typeof import('node:diagnostics_channel');

/** A call under way. */
interface Call {
  /** 0 while it is not known whether it is one. */
  id: number;
  /** The call that this request carries, which a framework told. */
  of?: Place;
  parent?: number;
  session?: string;
  facts: SpanFacts;
}

interface UndiciRequest {
  method: string;
  path: string;
  /** Names and values in turn; a string in old versions. */
  headers?: unknown;
}

/** @returns what takes it out again */
export function watchHttp(channels: Channels, context: Context): () => void {
  const { log } = context;
  /** By the program's request objects, which nothing here keeps alive. */
  const calls = new WeakMap<object, Call>();
  const runs = new WeakMap<object, Place>();
  const stops: (() => void)[] = [];
  const on = <M extends object>(name: string, hear: (message: M) => void): void => {
    const listener = quietly((message: unknown) => hear(message as M));
    channels.subscribe(name, listener);
    stops.push(() => channels.unsubscribe(name, listener));
  };
  const begin = (key: object, name: string, model?: string, session?: string): void => {
    context.asksModels = true;
    const here = context.here();
    const facts: SpanFacts = model === undefined ? {} : { model };
    if (here.call) {
      here.call.requests = (here.call.requests ?? 0) + 1;
      calls.set(key, { id: here.call.id, of: here.call, facts });
    }
    if (here.hides) return;
    const start = { kind: 'model' as const, name, parent: here.parent, session: here.session ?? session };
    calls.set(key, { id: log.begin(start), facts });
  };
  const end = (key: object, failed?: true): void => {
    const call = calls.get(key);
    if (!call) return;
    calls.delete(key);
    if (call.of) endRequest(call.of, call.facts);
    else if (call.id) log.end(call.id, failed ? { ...call.facts, failed } : call.facts);
  };

  const endRequest = (place: Place, facts: SpanFacts): void => {
    place.requests = (place.requests ?? 1) - 1;
    place.facts = { ...facts, ...place.facts };
    if (place.over && !place.requests) log.end(place.id, place.facts);
  };

  on<{ request: UndiciRequest }>('undici:request:create', ({ request }) => {
    if (request.method !== 'POST') return;
    const found = modelCall(request.method, request.path);
    const headers = namesAndValues(request.headers);
    const session = sessionOf(headers);
    if (found) begin(request, found.name, found.model, session);
    else if (headers.some(([name]) => /^mcp-(?:session-id|protocol-version|method)$/i.test(name))) {
      const { parent, session: inner } = context.here();
      calls.set(request, { id: 0, parent, session: inner, facts: {} });
    }
  });
  on<{ request: object; chunk: Uint8Array }>('undici:request:bodyChunkSent', ({ request, chunk }) => {
    const call = calls.get(request);
    if (!call || (call.id && call.facts.model !== undefined)) return;
    const text = latin1(chunk, 0, LOOK);
    if (call.id) {
      call.facts.model = modelIn(text);
      return;
    }
    const tool = toolIn(text);
    if (tool === undefined) calls.delete(request);
    else call.id = log.begin({ kind: 'tool', name: tool, parent: call.parent, session: call.session });
  });
  on<{ request: object; chunk: Buffer }>('undici:request:bodyChunkReceived', ({ request, chunk }) => {
    const call = calls.get(request);
    if (!call) return;
    const at = Math.max(chunk.lastIndexOf('"usage'), chunk.lastIndexOf('"prompt_eval_count'));
    if (at >= 0) Object.assign(call.facts, tokensIn(latin1(chunk, at, at + LOOK)));
  });
  on<{ request: object }>('undici:request:trailers', ({ request }) => end(request));
  on<{ request: object }>('undici:request:error', ({ request }) => end(request, true));

  on<{ request: ClientRequest }>('http.client.request.start', ({ request }) => {
    const found = modelCall(request.method, request.path);
    if (found) begin(request, found.name, found.model, sessionOf(Object.entries(request.getHeaders())));
  });
  // Told when the head of the answer is there.
  on<{ request: ClientRequest; response: IncomingMessage }>(
    'http.client.response.finish',
    ({ request, response }) => {
      if (!calls.has(request)) return;
      response.once(
        'close',
        quietly(() => end(request, response.complete ? undefined : true)),
      );
    },
  );
  on<{ request: ClientRequest }>('http.client.request.error', ({ request }) => end(request, true));

  type Stream = { stream: object; headers?: Record<string, unknown> };
  on<Stream>('http2.client.stream.created', ({ stream, headers = {} }) => {
    const found = modelCall(String(headers[':method']), String(headers[':path']));
    if (found) begin(stream, found.name, found.model, sessionOf(Object.entries(headers)));
  });
  on<Stream>('http2.client.stream.error', ({ stream }) => end(stream, true));
  on<Stream>('http2.client.stream.close', ({ stream }) => end(stream));

  on<{ request: IncomingMessage }>('http.server.request.start', ({ request }) => {
    if (!context.isFree || !context.asksModels) return;
    const session = sessionOf(Object.entries(request.headers));
    const run: Place = { id: 0, kind: 'run', since: log.now(), session };
    runs.set(request, run);
    context.storage.enterWith(run);
  });
  on<{ request: IncomingMessage; response: ServerResponse }>('http.server.response.finish', ({ request }) => {
    const run = runs.get(request);
    if (!run) return;
    run.over = true;
    if (run.id) log.end(run.id);
  });

  return () => {
    for (const stop of stops) stop();
  };
}

function namesAndValues(headers: unknown): [string, unknown][] {
  if (!Array.isArray(headers)) return [];
  const pairs: [string, unknown][] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) pairs.push([String(headers[i]), headers[i + 1]]);
  return pairs;
}

function sessionOf(headers: [string, unknown][]): string | undefined {
  const found = headers.find(([name]) => isSessionHeader(name))?.[1];
  return typeof found === 'string' ? found : undefined;
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', from, to);
}
