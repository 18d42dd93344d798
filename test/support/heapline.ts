/** The built command line, run as a user runs it. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const CLI = join(PROJECT, 'dist', 'cli.js');

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** The Node that runs Heapline; this one unless told. */
  node?: string;
  /** Called with the process once it runs. */
  started?: (child: ChildProcess) => void;
  /** Two minutes unless told. */
  timeoutMs?: number;
}

/** Long enough for a slow machine, short enough to notice that something hangs. */
const TIMEOUT_MS = 120_000;

/** Runs `heapline ARGS`, without colours, until it ends. */
export function heapline(args: string[], options: CliOptions = {}): Promise<CliResult> {
  return runProgram(options.node ?? process.execPath, [CLI, ...args], options);
}

/** Runs any program until it ends, and gives back what it printed. */
export function runProgram(
  command: string,
  args: string[],
  { cwd, env, started, timeoutMs = TIMEOUT_MS }: CliOptions = {},
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, NO_COLOR: '1', NODE_TEST_CONTEXT: undefined, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${command} ${args.join(' ')} did not end.\n${stdout}\n${stderr}`));
    }, timeoutMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
    started?.(child);
  });
}

/** Asserts that a command failed with that code, and that its last line says why, something like `pattern`. */
export function assertFails(result: CliResult, code: number, pattern: RegExp): void {
  const shown = `stdout: ${result.stdout.slice(-2000)}\nstderr: ${result.stderr.slice(-2000)}`;
  assert.equal(result.code, code, shown);
  const last = result.stderr.trimEnd().split('\n').at(-1)!;
  assert.match(last, /^heapline: /, shown);
  assert.match(last, pattern);
  assert.doesNotMatch(result.stderr, /^\s+at .+:\d+/m, `no stack is shown\n${shown}`);
}
