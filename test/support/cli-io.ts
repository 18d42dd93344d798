/** The command's logic without a process: streams that remember, an engine that answers as told. */
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import type { HeaplineError } from '../../src/base/errors.ts';
import { runCli } from '../../src/cli/cli.ts';
import type { Engine, Io } from '../../src/cli/io.ts';
import type { EngineMethods } from '../../src/protocol/engine.ts';

type Answers = { [K in keyof EngineMethods]?: EngineMethods[K]['result'] | HeaplineError };

/** One command line, run to its end in `cwd`. */
export async function runHeapline(
  argv: string[],
  options: {
    cwd?: string;
    env?: Record<string, string>;
    tty?: boolean;
    answers?: Answers;
    engine?: () => Engine;
    signals?: EventEmitter;
    dist?: URL;
    recordRun?: Io['recordRun'];
    recordAttached?: Io['recordAttached'];
    stdin?: Io['stdin'];
  } = {},
): Promise<{ code: number; stdout: string; stderr: string; asked: unknown[] }> {
  let stdout = '';
  let stderr = '';
  const asked: unknown[] = [];
  const tty = options.tty ? { isTTY: true, columns: 80 } : {};
  const answers: Engine = {
    async call<K extends keyof EngineMethods>(method: K, params: unknown) {
      // Comes behind each question to a snapshot.
      if (method === 'settle') return null as EngineMethods[K]['result'];
      asked.push({ method, params });
      const answer: unknown = options.answers?.[method];
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error(`unexpected ${method}`);
      return answer as EngineMethods[K]['result'];
    },
    dispose() {},
  };
  const io: Io = {
    argv,
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    stdin: options.stdin ?? Readable.from([]),
    stdout: {
      write: (text) => {
        stdout += text;
      },
      ...tty,
    },
    stderr: {
      write: (text) => {
        stderr += text;
      },
      ...tty,
    },
    dist: options.dist ?? new URL('../../dist/', pathToFileURL(import.meta.filename)),
    signals: options.signals ?? new EventEmitter(),
    createEngine: options.engine ?? (() => answers),
    recordRun: options.recordRun ?? (() => Promise.reject(new Error('unexpected run'))),
    recordAttached: options.recordAttached ?? (() => Promise.reject(new Error('unexpected attach'))),
  };
  return { code: await runCli(io), stdout, stderr, asked };
}
