/** What a command is given in place of the process, and what all commands do with it. */
import type { EventEmitter } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { HeaplineError } from '../base/errors.ts';
import type { recordAttached } from '../capture/attach.ts';
import type { recordRun } from '../capture/run.ts';
import type { EngineMethods } from '../protocol/engine.ts';
import type { CallOptions } from '../protocol/rpc.ts';
import type { CommandSpec, Values } from './args.ts';
import { Progress } from './progress.ts';
import type { Env, Output } from './terminal.ts';

/** The part of EngineClient that commands use. */
export interface Engine {
  call<K extends keyof EngineMethods>(
    method: K,
    params: EngineMethods[K]['params'],
    options?: CallOptions,
  ): Promise<EngineMethods[K]['result']>;
  dispose(): void;
}

export interface Io {
  /** Without node and script. */
  argv: readonly string[];
  env: Env;
  cwd: string;
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  stdout: Output;
  stderr: Output;
  /** The folder of the bundles: the worker, the report's page, the preload. */
  dist: URL;
  /** Emits the names of signals, as `process` does. */
  signals: EventEmitter;
  createEngine(): Engine;
  recordRun: typeof recordRun;
  recordAttached: typeof recordAttached;
}

/** A command line that was read and is ready to run. */
export interface Call {
  spec: CommandSpec;
  words: string[];
  values: Values;
  io: Io;
  progress: Progress;
  /** What may go on when the command has told all: it ends when this has. */
  later: Promise<unknown>[];
}

export function newProgress(io: Io, values: Values): Progress {
  return new Progress(io.stderr, { quiet: values.has('quiet') });
}

export type AskEngine = <K extends keyof EngineMethods>(
  method: K,
  params: EngineMethods[K]['params'],
) => Promise<EngineMethods[K]['result']>;

/**
 * Asks the engine, with progress shown, until it answers or Ctrl-C.
 * @throws HeaplineError
 */
export function ask<K extends keyof EngineMethods>(
  call: Asker,
  method: K,
  params: EngineMethods[K]['params'],
): Promise<EngineMethods[K]['result']> {
  return withEngine(call, (engine) => engine(method, params));
}

/** What asking needs of a Call. Without `later` nothing of snapshots is kept on disk. */
type Asker = Pick<Call, 'io' | 'progress'> & Partial<Pick<Call, 'later'>>;

/**
 * Asks one engine several things. Its worker ends with this, or (see `Call.later`) when what it keeps of snapshots is
 * on disk. @throws HeaplineError
 */
export async function withEngine<T>(
  { io, progress, later }: Asker,
  use: (ask: AskEngine) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const cancel = (): void => controller.abort();
  const engine = io.createEngine();
  const { signal } = controller;
  const end = (): void => {
    io.signals.off('SIGINT', cancel).off('SIGTERM', cancel);
    engine.dispose();
  };
  io.signals.on('SIGINT', cancel).on('SIGTERM', cancel);
  let keeps = false;
  try {
    return await use(async (method, params) => {
      const answer = await engine.call(method, params, {
        report: (reading) => progress.report(reading),
        signal,
      });
      keeps ||= method === 'summary' || method === 'details' || method.startsWith('heap/');
      return answer;
    });
  } finally {
    progress.clear();
    if (keeps && later) {
      const settled = engine.call('settle', {}, { signal }).catch(() => {}); // the answer stands without it
      later.push(settled.finally(end));
    } else end();
  }
}

/** True when `--json` claims standard output: nothing else may go there. */
export function jsonOnStdout(values: Values): boolean {
  return values.has('json') && (values.text('json') ?? '-') === '-';
}

/** Writes what `--json` asks for, where it asks for it. */
export function writeJson({ io, values }: Pick<Call, 'io' | 'values'>, value: unknown): void {
  if (!values.has('json')) return;
  const text = `${JSON.stringify(value, null, 2)}\n`;
  if (jsonOnStdout(values)) io.stdout.write(text);
  else writeOutput(io, values.text('json')!, text);
}

/** @throws HeaplineError `disk-full`, or `not-found` where the place can't be written */
export function writeOutput(io: Pick<Io, 'cwd'>, file: string, text: string): void {
  try {
    writeFileSync(resolve(io.cwd, file), text);
  } catch (error) {
    throw fileError(error, 'write', file);
  }
}

/** An error of the file system, in a user's words. */
export function fileError(error: unknown, verb: 'read' | 'write', file: string): unknown {
  if (HeaplineError.is(error)) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const what = `Can't ${verb} ${file}:`;
  switch (code) {
    case 'ENOENT':
      return new HeaplineError(
        'not-found',
        `${what} there is no such ${verb === 'read' ? 'file' : 'folder'}.`,
      );
    case 'ENOTDIR':
    case 'EISDIR':
      return new HeaplineError('not-found', `${what} ${code === 'EISDIR' ? 'it is' : 'not'} a folder.`);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new HeaplineError('not-found', `${what} access is denied.`, {
        hint: 'Choose another place or change its permissions.',
      });
    case 'ENOSPC':
    case 'EDQUOT':
      return new HeaplineError('disk-full', `${what} the disk is full.`, {
        hint: 'Free some space and repeat.',
      });
    default:
      return code ? new HeaplineError('not-found', `${what} ${message}`, { cause: error }) : error;
  }
}

/** @throws HeaplineError `not-found` */
export function kindOf(io: Pick<Io, 'cwd'>, path: string): 'file' | 'folder' {
  try {
    return statSync(resolve(io.cwd, path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    throw fileError(error, 'read', path);
  }
}
