/** MCP servers that are child processes: their requests pass through our own `write` and `push` of two streams. */
import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Context } from './context.ts';
import { quietly } from './log.ts';
import { LOOK, toolIn } from './model-calls.ts';

type Channels = typeof import('node:diagnostics_channel');

/** Writes without JSON-RPC after which a child is no server. */
const PATIENCE = 3;
/** Requests that are never answered: the oldest are forgotten. */
const MOST_OPEN = 1000;
/** Of the answer's line, where its id is: at the front, or at the end. */
const EDGE = 128;

/** @param serves hears of a child that speaks JSON-RPC @returns what takes it out again */
export function watchMcpServers(
  channels: Channels,
  context: Context,
  serves: (pid: number) => void = () => {},
): () => void {
  const stops = new Set<() => void>();
  const watch = quietly((child: ChildProcess): void => {
    const { stdin, stdout } = child;
    if (!stdin || !stdout) return;
    const { pid } = child;
    const heard = (): void => {
      if (pid !== undefined) serves(pid);
    };
    const stop = watchServer(stdin, stdout, context, heard, () => stops.delete(stop));
    stops.add(stop);
    child.once('exit', stop);
  });
  const onSpawn = ({ process: child }: { process: ChildProcess }): void => {
    // Its streams come with the rest of the call that is under way.
    process.nextTick(watch, child);
  };
  channels.subscribe('child_process', onSpawn as (message: unknown) => void);
  for (const handle of handles()) {
    if ((handle as object).constructor?.name === 'ChildProcess') watch(handle as ChildProcess);
  }
  return () => {
    channels.unsubscribe('child_process', onSpawn as (message: unknown) => void);
    for (const stop of stops) stop();
  };
}

function watchServer(
  stdin: Writable,
  stdout: Readable,
  context: Context,
  serves: () => void,
  gone: () => void,
): () => void {
  const { log } = context;
  /** Spans by the id of the request. */
  const open = new Map<string, number>();
  const { write } = stdin;
  const { push } = stdout;
  let strange = 0;
  const see = quietly((chunk: unknown): void => {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return;
    const whole = typeof chunk === 'string' ? chunk : latin1(chunk);
    const isRpc = whole.startsWith('{') && /"jsonrpc"/.test(ends(whole, LOOK));
    if (!isRpc) {
      if (++strange === PATIENCE) stop();
      return;
    }
    if (strange >= 0) serves();
    strange = Number.NEGATIVE_INFINITY;
    const tool = toolIn(whole.slice(0, LOOK));
    const id = tool === undefined ? undefined : idOf(whole.trimEnd());
    if (id === undefined) return;
    const { parent, session } = context.here();
    open.set(id, log.begin({ kind: 'tool', name: tool, parent, session }));
    if (open.size > MOST_OPEN) open.delete(open.keys().next().value as string);
  });

  /** The front and the end of the line that is coming. */
  let line = '';
  const endLine = (): void => {
    const id = idOf(line);
    const span = id === undefined ? undefined : open.get(id);
    if (span !== undefined) {
      open.delete(id as string);
      log.end(span, /^\{[^{]*"error"\s*:\s*\{/.test(line) ? { failed: true } : undefined);
    }
    line = '';
  };
  const hear = quietly((chunk: unknown): void => {
    if (!open.size) {
      line = '';
      return;
    }
    const text = typeof chunk === 'string' ? chunk : latin1(chunk as Uint8Array);
    let from = 0;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      line = ends(line + ends(text.slice(from, at), EDGE), EDGE);
      endLine();
      from = at + 1;
    }
    line = ends(line + ends(text.slice(from), EDGE), EDGE);
  });

  const own = (target: object, name: string, value: unknown): void => {
    Object.defineProperty(target, name, { configurable: true, writable: true, enumerable: false, value });
  };
  const ownWrite = function (this: Writable, ...args: Parameters<Writable['write']>): boolean {
    see(args[0]);
    return write.apply(this, args);
  };
  const ownPush = function (this: Readable, ...args: Parameters<Readable['push']>): boolean {
    if (args[0] !== null) hear(args[0]);
    return push.apply(this, args);
  };
  own(stdin, 'write', ownWrite);
  own(stdout, 'push', ownPush);
  const stop = (): void => {
    // Who wrapped them after us has ours within.
    if (stdin.write === ownWrite) Reflect.deleteProperty(stdin, 'write');
    if (stdout.push === ownPush) Reflect.deleteProperty(stdout, 'push');
    open.clear();
    gone();
  };
  return stop;
}

/** The id of a JSON-RPC message: it stands beside the rest, first or last. */
function idOf(text: string): string | undefined {
  const found =
    /"id"\s*:\s*("[^"\\]{1,64}"|\d+)\s*\}?$/.exec(text) ??
    /^\{(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*("[^"\\]{1,64}"|\d+)/.exec(text);
  return found?.[1];
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function ends(text: string, each: number): string {
  return text.length <= 2 * each ? text : text.slice(0, each) + text.slice(-each);
}

function handles(): unknown[] {
  return (process as { _getActiveHandles?(): unknown[] })._getActiveHandles?.() ?? [];
}
