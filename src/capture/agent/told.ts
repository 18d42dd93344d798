/** Spans that the program or its framework tells through tracing channels. */
import type { Context } from './context.ts';
import { type Place, quietly } from './log.ts';
import { nameOf, type SpanFacts } from './records.ts';

type Channels = typeof import('node:diagnostics_channel');
type Message = Record<string, unknown>;
type Begun = Pick<Place, 'kind'> & { name?: string; session?: string; told?: true };

/** By the program's own hand: `tracingChannel('heapline.step').tracePromise(() => turn(), { name })`. */
const STEP = 'heapline.step';
const SESSION = 'heapline.session';
/** Vercel's AI SDK, from 7 on. */
const AI_SDK = 'ai:telemetry';

/** @returns what takes it out again */
export function watchTold(channels: Channels, context: Context): () => void {
  const stops = [
    watchChannel(channels, context, STEP, ({ name }) => ({ kind: 'step', name: nameOf(name), told: true })),
    watchChannel(channels, context, SESSION, ({ id, name }) => {
      const session = nameOf(id) ?? nameOf(name);
      return { kind: 'session', name: session, session };
    }),
    watchChannel(channels, context, AI_SDK, aiSpan, aiFacts),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function watchChannel(
  channels: Channels,
  context: Context,
  name: string,
  describe: (message: Message) => Begun | undefined,
  facts: (message: Message) => SpanFacts = () => ({}),
): () => void {
  const { log } = context;
  /** By the message, which is one object from start to end. */
  const places = new WeakMap<object, Place>();
  const enter = quietly((message: object): Place | undefined => {
    const begun = describe(message as Message);
    const here = context.here();
    if (!begun || (here.hides && begun.kind === 'model')) return context.storage.getStore();
    const session = begun.session ?? here.session;
    const place: Place = {
      id: log.begin({ ...begun, parent: here.parent, session }),
      kind: begun.kind,
      session,
    };
    places.set(message, place);
    return place;
  });
  const leave = (message: Message): void => {
    const place: Place | undefined = places.get(message);
    if (!place) return;
    places.delete(message);
    place.over = true;
    const said: SpanFacts = 'error' in message ? { ...facts(message), failed: true } : facts(message);
    place.facts = { ...place.facts, ...said };
    // A stream's body is still coming.
    if (!place.requests) log.end(place.id, place.facts);
  };
  const ignore = (): void => {};
  const subscribers = {
    start: ignore,
    // A promise has neither yet.
    end: quietly((message: object) => {
      if ('result' in message || 'error' in message) leave(message as Message);
    }),
    asyncStart: ignore,
    asyncEnd: quietly((message: object) => leave(message as Message)),
    error: ignore,
  };
  const channel = channels.tracingChannel<object>(name);
  channel.subscribe(subscribers);
  channel.start.bindStore(context.storage, (message) => enter(message) as Place);
  return () => {
    channel.start.unbindStore(context.storage);
    channel.unsubscribe(subscribers);
  };
}

const AI_RUNS = /^(?:generate|stream)(?:Text|Object)$/;

function aiSpan({ type, event }: Message): Begun | undefined {
  const facts = (event ?? {}) as Message;
  if (typeof type !== 'string') return undefined;
  if (AI_RUNS.test(type)) return { kind: 'run', name: nameOf(facts.functionId) ?? type };
  if (type === 'languageModelCall') return { kind: 'model', name: 'chat' };
  if (/^embed/.test(type)) return { kind: 'model', name: 'embeddings' };
  if (type === 'executeTool') return { kind: 'tool', name: nameOf((facts.toolCall as Message)?.toolName) };
  return undefined;
}

function aiFacts({ event, result }: Message): SpanFacts {
  const model = nameOf((event as Message)?.modelId);
  const usage = (result as Message | undefined)?.usage as Record<string, unknown> | undefined;
  const count = (value: unknown): number | undefined => {
    const total = typeof value === 'object' && value ? (value as Message).total : value;
    return typeof total === 'number' ? total : undefined;
  };
  const [inputTokens, outputTokens] = [count(usage?.inputTokens), count(usage?.outputTokens)];
  return {
    ...(model === undefined ? {} : { model }),
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
  };
}
