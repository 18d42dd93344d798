/**
 * LangChain and LangGraph: a callback handler, handed in where they look for handlers that are configured for all runs.
 * They look into the store of one AsyncLocalStorage that all their copies share under a global symbol.
 */
import type { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from './context.ts';
import { quietly } from './log.ts';
import { nameOf, type SpanFacts } from './records.ts';

const STORAGE = Symbol.for('ls:tracing_async_local_storage');
const VARIABLES = Symbol.for('lc:context_variables');
const CONFIG = Symbol.for('lc:child_config');
/** Not a global symbol: each copy has its own. */
const HOOKS = 'lc:configure_hooks';
const OURS = 'heapline';
/** Marks variables as ours, also those of an earlier recording. */
const MARK = Symbol.for('heapline.variables');
/** Of runs that never ended: the oldest are forgotten. */
const MOST_OPEN = 10_000;

type Record = { [key: PropertyKey]: unknown };
type Storage = AsyncLocalStorage<Record | undefined>;
interface Run {
  /** Of its span, or of the one that it is within. */
  id: number;
  session?: string;
  isOwn: boolean;
  above?: Run;
  isModel?: boolean;
  /** The model's name. */
  model?: string;
  /** Model calls under way: itself, or beneath it. */
  models?: Set<Run>;
  /** Code was seen to run in its async context: not all runs have one, as sequences of runnables. */
  isEntered?: boolean;
}

/** @returns what takes it out again */
export function watchLangChain(context: Context): () => void {
  const { log } = context;
  const open = new Map<string, Run>();
  /** All model calls under way. */
  const models = new Set<Run>();

  const begin = (
    kind: 'run' | 'model' | 'tool' | undefined,
    runId: unknown,
    parentId: unknown,
    name: unknown,
    metadata: unknown,
  ): void => {
    if (typeof runId !== 'string' || open.has(runId)) return;
    const above = typeof parentId === 'string' ? open.get(parentId) : undefined;
    const here = above ?? context.here();
    const parent = 'id' in here ? here.id : here.parent;
    const { thread_id, session_id } = (metadata ?? {}) as Record;
    const session = nameOf(thread_id) ?? nameOf(session_id) ?? here.session;
    const id = kind ? log.begin({ kind, name: nameOf(name), parent, session }) : (parent ?? 0);
    const isModel = kind === 'model';
    const run: Run = { id, session, isOwn: kind !== undefined, above, isModel };
    open.set(runId, run);
    if (isModel) {
      models.add(run);
      for (let at: Run | undefined = run; at; at = at.above) {
        at.models ??= new Set();
        at.models.add(run);
      }
    }
    if (open.size > MOST_OPEN) close(open.keys().next().value as string);
  };
  /** Takes it out of what is under way. */
  const close = (runId: string): Run | undefined => {
    const run = open.get(runId);
    open.delete(runId);
    if (run && models.delete(run))
      for (let at: Run | undefined = run; at; at = at.above) at.models?.delete(run);
    return run;
  };
  const end = (runId: unknown, facts?: SpanFacts): void => {
    const run = close(runId as string);
    if (run?.isOwn) log.end(run.id, run.isModel ? { ...facts, model: run.model } : facts);
  };

  const model = quietly(
    (
      llm: Record,
      _: unknown,
      run: unknown,
      parent: unknown,
      extra: Record,
      __: unknown,
      metadata: Record,
    ) => {
      begin('model', run, parent, 'chat', metadata);
      const params = extra?.invocation_params as Record | undefined;
      const begun = open.get(run as string);
      if (begun) begun.model = nameOf(params?.model) ?? nameOf(metadata?.ls_model_name) ?? lastOf(llm);
    },
  );
  const handler = {
    name: OURS,
    awaitHandlers: true,
    raiseError: false,
    ignoreRetriever: true,
    ignoreCustomEvent: true,
    copy: () => handler,
    handleLLMStart: model,
    handleChatModelStart: model,
    handleLLMEnd: quietly((output: unknown, run: unknown) => end(run, tokensOf(output))),
    handleLLMError: quietly((_: unknown, run: unknown) => end(run, { failed: true })),
    handleToolStart: quietly(
      (
        tool: Record,
        _: unknown,
        run: unknown,
        parent: unknown,
        __: unknown,
        metadata: unknown,
        name: unknown,
      ) => begin('tool', run, parent, name ?? lastOf(tool), metadata),
    ),
    handleToolEnd: quietly((_: unknown, run: unknown) => end(run)),
    handleToolError: quietly((_: unknown, run: unknown) => end(run, { failed: true })),
    handleChainStart: quietly(
      (
        chain: Record,
        _: unknown,
        run: unknown,
        parent: unknown,
        __: unknown,
        metadata: unknown,
        ___: unknown,
        name: unknown,
      ) => begin(parent === undefined ? 'run' : undefined, run, parent, name ?? lastOf(chain), metadata),
    ),
    handleChainEnd: quietly((_: unknown, run: unknown) => end(run)),
    handleChainError: quietly((_: unknown, run: unknown) => end(run, { failed: true })),
  };
  const handed: Record = { [OURS]: handler };
  const variables: Record = new Proxy(handed, {
    get: (own, key): unknown => {
      if (key === MARK) return true;
      return OURS in own && typeof key === 'symbol' && key.description === HOOKS
        ? [{ contextVar: OURS, inheritable: true }]
        : Reflect.get(own, key);
    },
  });
  const root: Record = { [VARIABLES]: variables };

  const ownsLeft = (found: unknown): boolean =>
    found !== undefined && found !== variables && (found as Record)[MARK] === true;
  let storage: Storage | undefined;
  const adopt = (found: unknown): void => {
    if (storage || typeof (found as Storage | undefined)?.getStore !== 'function') return;
    storage = found as Storage;
    const { getStore } = storage;
    const own = storage;
    Object.defineProperty(storage, 'getStore', {
      configurable: true,
      writable: true,
      value: () => {
        const store = getStore.call(own);
        // Frameworks enter again what they found: an async context may hold what an earlier recording left in it.
        if (ownsLeft(store?.[VARIABLES])) (store as Record)[VARIABLES] = variables;
        return store ?? root;
      },
    });
  };
  const place = globalThis as Record;
  const there = Object.getOwnPropertyDescriptor(place, STORAGE);
  if (there) adopt(place[STORAGE]);
  // Seen as it is set: what runs first is to be told, too.
  else
    Object.defineProperty(place, STORAGE, {
      configurable: true,
      enumerable: true,
      get: () => storage,
      set: (value) => {
        Object.defineProperty(place, STORAGE, {
          configurable: true,
          enumerable: true,
          writable: true,
          value,
        });
        adopt(value);
      },
    });

  context.addAmbient(() => {
    const store = storage?.getStore();
    const config = (store?.extra as Record | undefined)?.[CONFIG] as Record | undefined;
    if (!config) return asksModel(models) ? { hides: true } : undefined;
    const parentId = (config.callbacks as { _parentRunId?: unknown } | undefined)?._parentRunId;
    const metadata = config.metadata as Record | undefined;
    const run = open.get(parentId as string);
    const session = nameOf(metadata?.thread_id) ?? run?.session;
    if (run) run.isEntered = true;
    // Of a run that began before we came, nothing is known.
    const hides = run ? asksModel(run.models, run) : asksModel(models);
    return { parent: run?.id, session, hides };
  });

  return () => {
    if (storage) Reflect.deleteProperty(storage, 'getStore');
    else Reflect.deleteProperty(place, STORAGE);
    // Contexts may keep it for as long as they live.
    delete handed[OURS];
    open.clear();
    models.clear();
  };
}

/** Whether one of these model calls sends its requests from the context of this run, or from outside of all runs'. */
function asksModel(models: Iterable<Run> = [], from?: Run): boolean {
  for (const model of models) {
    let at: Run | undefined = model;
    while (at && !at.isEntered) at = at.above;
    if (at === from) return true;
  }
  return false;
}

/** A serialized object's class, the last part of its id. */
function lastOf(serialized: Record | undefined): string | undefined {
  const { name, id } = serialized ?? {};
  return nameOf(name) ?? (Array.isArray(id) ? nameOf(id[id.length - 1]) : undefined);
}

function tokensOf(output: unknown): SpanFacts {
  const { llmOutput, generations } = (output ?? {}) as { llmOutput?: Record; generations?: Record[][] };
  const message = generations?.[0]?.[0]?.message as Record | undefined;
  const usage = (message?.usage_metadata ?? llmOutput?.tokenUsage ?? {}) as Record;
  const count = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
  return {
    inputTokens: count(usage.input_tokens ?? usage.promptTokens),
    outputTokens: count(usage.output_tokens ?? usage.completionTokens),
  };
}
