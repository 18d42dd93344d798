/** OpenTelemetry's spans about agents, where the program has a tracer: its provider gets one more span processor. */
import type { Context } from './context.ts';
import { quietly } from './log.ts';
import { nameOf, type SpanBegun, type SpanFacts } from './records.ts';

const API = Symbol.for('opentelemetry.js.api.1');
const ACTIVE_SPAN = Symbol.for('OpenTelemetry Context Key SPAN');
/** Spans that never end: the oldest are forgotten. */
const MOST_OPEN = 10_000;

interface SpanContext {
  traceId?: string;
  spanId?: string;
}

interface Span {
  name?: string;
  attributes?: Record<string, unknown>;
  status?: { code?: number };
  spanContext?(): SpanContext;
  parentSpanId?: string;
  parentSpanContext?: SpanContext;
}

interface Processors {
  _spanProcessors?: unknown[];
}

interface Provider {
  getDelegate?(): Provider;
  /** Version 2, version 1. */
  _activeSpanProcessor?: Processors;
  activeSpanProcessor?: Processors;
}

interface Api {
  trace?: Provider;
  context?: { active?(): { getValue?(key: symbol): unknown } | undefined };
}

interface Open {
  id: number;
  traceId: string;
  session?: string;
  isModel: boolean;
}

export interface OtelWatch {
  /** Looks whether a tracer has come. */
  look(): void;
  stop(): void;
}

export function watchOtel(context: Context): OtelWatch {
  const { log } = context;
  const open = new Map<string, Open>();
  /** The span within which others of its trace are, where their own parents are not about agents. */
  const traces = new Map<string, Open>();
  const api = (): Api | undefined => (globalThis as { [API]?: Api })[API];

  const processor = {
    onStart: quietly((span: Span) => {
      const begun = describe(span.attributes ?? {});
      const { traceId, spanId } = span.spanContext?.() ?? {};
      if (!begun || !traceId || !spanId) return;
      const above =
        open.get(span.parentSpanContext?.spanId ?? span.parentSpanId ?? '') ?? traces.get(traceId);
      const here = above ? undefined : context.here();
      if (here?.hides && begun.kind === 'model') return;
      const session = begun.session ?? above?.session ?? here?.session;
      const id = log.begin({ ...begun, parent: above?.id ?? here?.parent, session });
      const one = { id, traceId, session, isModel: begun.kind === 'model' };
      open.set(spanId, one);
      if (!above) traces.set(traceId, one);
      if (open.size > MOST_OPEN) forget(open.keys().next().value as string);
    }),
    onEnd: quietly((span: Span) => {
      const { spanId = '' } = span.spanContext?.() ?? {};
      const one = open.get(spanId);
      if (!one) return;
      forget(spanId);
      log.end(one.id, factsOf(span));
    }),
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const forget = (spanId: string): void => {
    const one = open.get(spanId);
    open.delete(spanId);
    if (one && traces.get(one.traceId) === one) traces.delete(one.traceId);
  };

  let list: unknown[] | undefined;
  context.addAmbient(() => {
    if (!open.size) return undefined;
    const span = api()?.context?.active?.()?.getValue?.(ACTIVE_SPAN) as Span | undefined;
    const { traceId, spanId } = span?.spanContext?.() ?? {};
    const one = open.get(spanId ?? '') ?? traces.get(traceId ?? '');
    return one && { parent: one.id, session: one.session, hides: one.isModel };
  });

  return {
    look: quietly(() => {
      const trace = api()?.trace;
      const provider = trace?.getDelegate?.() ?? trace;
      const found = (provider?._activeSpanProcessor ?? provider?.activeSpanProcessor)?._spanProcessors;
      if (!Array.isArray(found) || found === list) return;
      list = found;
      list.push(processor);
    }),
    stop() {
      const at = list?.indexOf(processor) ?? -1;
      if (at >= 0) list?.splice(at, 1);
      open.clear();
      traces.clear();
    },
  };
}

type Begun = Pick<SpanBegun, 'kind' | 'name' | 'session'>;

/** By the GenAI conventions, and as Vercel's AI SDK named its own up to 6. */
function describe(attributes: Record<string, unknown>): Begun | undefined {
  const session = nameOf(
    attributes['gen_ai.conversation.id'] ??
      attributes['session.id'] ??
      attributes['ai.telemetry.metadata.sessionId'],
  );
  const operation = attributes['gen_ai.operation.name'];
  const vercel = attributes['ai.operationId'];
  if (operation === 'invoke_agent' || operation === 'invoke_workflow')
    return { kind: 'run', name: nameOf(attributes['gen_ai.agent.name']), session };
  if (operation === 'execute_tool')
    return { kind: 'tool', name: nameOf(attributes['gen_ai.tool.name']), session };
  if (
    typeof operation === 'string' &&
    /^(?:chat|text_completion|generate_content|embeddings)$/.test(operation)
  )
    return { kind: 'model', name: operation, session };
  if (vercel === 'ai.toolCall')
    return { kind: 'tool', name: nameOf(attributes['ai.toolCall.name']), session };
  if (typeof vercel !== 'string') return undefined;
  if (/^ai\.(?:generate|stream)(?:Text|Object)$/.test(vercel))
    return { kind: 'run', name: vercel.slice(3), session };
  return /\.do(?:Generate|Stream|Embed)$/.test(vercel) ? { kind: 'model', name: 'chat', session } : undefined;
}

/** OpenTelemetry's status of a span that failed. */
const ERROR = 2;

function factsOf({ attributes = {}, status }: Span): SpanFacts {
  const count = (...names: string[]): number | undefined => {
    const found = names.map((name) => attributes[name]).find((value) => typeof value === 'number');
    return found as number | undefined;
  };
  return {
    ...(status?.code === ERROR ? { failed: true } : {}),
    model: nameOf(attributes['gen_ai.response.model'] ?? attributes['gen_ai.request.model']),
    inputTokens: count('gen_ai.usage.input_tokens', 'ai.usage.promptTokens'),
    outputTokens: count('gen_ai.usage.output_tokens', 'ai.usage.completionTokens'),
  };
}
