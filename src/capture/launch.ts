import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { HeaplineError } from '../base/errors.ts';

export interface LaunchOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** What the program reads; ours unless told. */
  stdin?: 'inherit' | 'ignore';
  /** Where its output goes, unchanged; straight to ours unless told. */
  stdout?: Writable;
  stderr?: Writable;
}

export interface Launched {
  child: ChildProcess;
  /** Resolves when the command has ended and its output is passed on. */
  ended: Promise<{ exitCode?: number; signal?: NodeJS.Signals }>;
}

/**
 * Starts the command as it would run by itself.
 * @param onStdout called with each piece of its output; makes standard output a pipe
 * @throws HeaplineError `launch-failed`
 */
export async function launch(
  command: readonly string[],
  options: LaunchOptions,
  onStdout?: (chunk: Buffer) => void,
): Promise<Launched> {
  const { cwd, env, stdin = 'inherit' } = options;
  const stdout = options.stdout ?? (onStdout ? process.stdout : undefined);
  const child = spawn(...forPlatform(command), {
    cwd,
    env,
    stdio: [stdin, stdout ? 'pipe' : 'inherit', options.stderr ? 'pipe' : 'inherit'],
    // Node quotes for cmd.exe badly; forPlatform has done it.
    windowsVerbatimArguments: process.platform === 'win32' && isBatch(command[0]),
  });
  const ended = new Promise<{ exitCode?: number; signal?: NodeJS.Signals }>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ exitCode: code ?? undefined, signal: signal ?? undefined });
    });
  });
  if (stdout) passOn(child.stdout!, stdout, onStdout);
  if (options.stderr) passOn(child.stderr!, options.stderr);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error: NodeJS.ErrnoException) => reject(launchError(command[0], error)));
  });
  return { child, ended };
}

/** Passes on bytes unchanged, as fast as the reader takes them. A reader that goes away closes the pipe. */
function passOn(from: NodeJS.ReadableStream, to: Writable, onChunk?: (chunk: Buffer) => void): void {
  if (onChunk) from.on('data', onChunk);
  const source = from as NodeJS.ReadableStream & { destroy(): void };
  to.once('error', () => source.destroy());
  from.pipe(to, { end: false });
}

function launchError(name: string, error: NodeJS.ErrnoException): HeaplineError {
  const why =
    error.code === 'ENOENT'
      ? 'there is no such program'
      : error.code === 'EACCES'
        ? 'it may not be run'
        : error.message;
  return new HeaplineError('launch-failed', `${name} could not be started: ${why}.`, {
    hint: 'Check the command after --.',
    cause: error,
  });
}

/** On Windows npm, npx and the like are batch files, which only cmd.exe runs. */
function forPlatform(command: readonly string[]): [string, string[]] {
  const [name, ...args] = command;
  if (process.platform !== 'win32' || !isBatch(name)) return [name, args];
  const line = [name, ...args].map(quoteForCmd).join(' ');
  return [process.env.ComSpec ?? 'cmd.exe', ['/d', '/s', '/c', `"${line}"`]];
}

const BATCHES = /^(npm|npx|pnpm|pnpx|yarn|yarnpkg|corepack|tsx|ts-node)$/i;

function isBatch(name: string): boolean {
  return BATCHES.test(name) || /\.(cmd|bat)$/i.test(name);
}

/** The C runtime's quoting, then a caret before what cmd.exe would interpret; twice, as batch files parse again. */
function quoteForCmd(arg: string): string {
  const quoted = `"${arg.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\*)$/, '$1$1')}"`;
  const careted = (text: string): string => text.replace(/[()\][%!^"`<>&|;, *?]/g, '^$&');
  return careted(careted(quoted));
}
