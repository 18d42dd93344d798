/** Small programs with an inspector that listens, for what watches and records them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

/** What a program says at each turn, for `Program.turns`. */
export const TURN = "process.stderr.write('.');";

/** Gains messages of some KB at every turn, for as long as it runs; a line `end` on its input ends it. */
export const LEAKY = `
const memory = { history: [] };
function remember(text) {
  memory.history.push({ role: 'user', text: text + memory.history.length, tokens: new Array(200).fill(1.5) });
}
setInterval(() => { for (let i = 0; i < 10; i++) remember('message '); ${TURN} }, 20);
process.stdin.on('data', (text) => { if (String(text).includes('end')) process.exit(0); });
// A test that was killed leaves nobody to end it.
process.stdin.on('end', () => process.exit(0));
globalThis.agent = memory;
`;

export interface Program {
  child: ChildProcess;
  pid: number;
  /** `ws://...` of its inspector. */
  inspector: string;
  /** What it printed as errors so far: what Node tells about debuggers, too. */
  stderr(): string;
  /** Settles when it has told so many more turns: on a busy machine, snapshots leave a program little time between them. */
  turns(count: number): Promise<void>;
  /** Settles with how it ended. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** A folder of programs; `close` ends and deletes them all. */
export class Programs {
  readonly folder = mkdtempSync(join(tmpdir(), 'heapline-programs-'));
  private readonly started: Program[] = [];

  /** Settles when its inspector listens. @param name becomes its file's */
  async start(name: string, source: string, node = process.execPath, args: string[] = []): Promise<Program> {
    const file = join(this.folder, `${name}.cjs`);
    writeFileSync(file, source);
    const child = spawn(node, ['--inspect=127.0.0.1:0', ...args, file], {
      cwd: this.folder,
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let stderr = '';
    const ended: Program['ended'] = new Promise((resolve) =>
      child.once('exit', (code, signal) => resolve({ code, signal })),
    );
    const inspector = await new Promise<string>((resolve, reject) => {
      child.stderr!.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
        const url = /ws:\/\/\S+/.exec(stderr)?.[0];
        if (url) resolve(url);
      });
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`${name} ended: ${stderr}`)));
    });
    child.stdin!.on('error', () => {});
    const told = (): number => stderr.split('.').length;
    const turns = async (count: number): Promise<void> => {
      const enough = told() + count;
      await until(`${count} turns of ${name}`, () => told() >= enough);
    };
    const program = { child, pid: child.pid!, inspector, stderr: () => stderr, turns, ended };
    this.started.push(program);
    return program;
  }

  async close(): Promise<void> {
    for (const { child } of this.started) child.kill('SIGKILL');
    await Promise.all(this.started.map(({ ended }) => ended));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
