/** One measurement: a fresh process, timed from its start. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Engine } from './anchors.ts';
import { now, type Operation, type Outcome, type Result } from './drivers/outcome.ts';
import { ended, lastWords } from './ended.ts';
import { runNative } from './native-run.ts';

/** Two: as many as the engine takes. One: the whole process is kept on one core. */
export type Cores = 1 | 2;

export interface Job {
  engine: Engine;
  operation: Operation;
  files: string[];
  /** The Node binary that runs it. */
  node: string;
  cores: Cores;
  /** Plain objects all named `Object` (DevTools' engine): for comparing, not for timing. */
  plainNames?: boolean;
}

/** Seconds since the process was started; bytes. */
export interface Measured {
  graph?: number;
  retained?: number;
  done: number;
  cpu?: number;
  peakRss?: number;
  phases?: [name: string, at: number][];
  result: Result;
}

const MB = 2 ** 20;

/** Runs measurements, one at a time, and leaves nothing behind when it is disposed of. */
export class Meter {
  private readonly folder = mkdtempSync(join(tmpdir(), 'heapline-bench-'));
  private readonly drivers: string;
  private child?: ChildProcess;

  /** @param drivers the folder of bundled drivers */
  constructor(drivers: string) {
    this.drivers = drivers;
  }

  /** @throws Error with the process's own last words when it fails */
  async run(job: Job): Promise<Measured> {
    const started = now();
    const { anchor, name } = job.engine;
    const resultFile = join(this.folder, 'result.json');
    const outcome =
      name === 'native'
        ? await runNative([...pinned(job.cores), anchor!], job.operation, job.files, resultFile, (child) => {
            this.child = child;
          })
        : await this.runDriver(job, resultFile);
    const since = (at: number | undefined): number | undefined =>
      at === undefined ? undefined : (at - started) / 1000;
    const { marks, cpu, peakRss, phases } = outcome;
    return {
      graph: since(marks.graph),
      retained: since(marks.retained),
      done: since(marks.done)!,
      cpu: cpu || undefined,
      peakRss: peakRss || undefined,
      phases: phases?.map(([phase, at]) => [phase, since(at)!]),
      result: JSON.parse(readFileSync(resultFile, 'utf8')) as Result,
    };
  }

  dispose(): void {
    this.child?.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async runDriver(job: Job, resultFile: string): Promise<Outcome> {
    const { engine, operation, files, node, cores } = job;
    // The same for all: three quarters of the memory.
    const heap = `--max-old-space-size=${Math.floor((totalmem() * 0.75) / MB)}`;
    const driver = join(this.drivers, `${engine.name}.mjs`);
    const command = [...pinned(cores), node, heap, driver, operation, resultFile, ...files];
    // A home of its own, thrown away: what an engine keeps of a snapshot must not be found by the next run.
    const home = join(this.folder, 'home');
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home);
    const env = {
      ...process.env,
      HOME: home,
      USERPROFILE: home,
      LOCALAPPDATA: home,
      XDG_CACHE_HOME: home,
      ANCHOR: engine.anchor,
      PLAIN_NAMES: job.plainNames ? '1' : undefined,
    };
    const child = spawn(command[0], command.slice(1), { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    const { stdout, stderr } = await ended(child);
    const line = stdout.trimEnd().split('\n').at(-1) ?? '';
    if (child.exitCode !== 0 || !line.startsWith('{')) throw new Error(lastWords(child, stderr));
    return JSON.parse(line) as Outcome;
  }
}

let canPin: boolean | undefined;

/** What keeps a command and its threads on one core; empty where nothing need or can. */
function pinned(cores: Cores): string[] {
  return cores === 1 && pinning() ? ['taskset', '-c', '0'] : [];
}

/** Whether a process can be kept on one core here. */
export function pinning(): boolean {
  if (canPin === undefined) {
    try {
      execFileSync('taskset', ['-c', '0', 'true'], { stdio: 'ignore' });
      canPin = true;
    } catch {
      canPin = false;
    }
  }
  return canPin;
}
