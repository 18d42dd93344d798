/** Runs the native tool and reads what it prints for people. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import {
  type ClassRow,
  type DiffRow,
  now,
  type Operation,
  type Outcome,
  type Result,
} from './drivers/outcome.ts';
import { ended, lastWords } from './ended.ts';

/** How often its CPU time and peak memory are read: it can't be asked, and its last reading counts. */
const POLL_MS = 10;
/** Linux counts CPU time in hundredths of a second. */
const TICKS = 100;

/** @param tool the command so far; the result is left in that file */
export async function runNative(
  tool: string[],
  operation: Operation,
  files: string[],
  resultFile: string,
  started: (child: ChildProcess) => void,
): Promise<Outcome> {
  // Of two, the later comes first.
  const command = [...tool, operation, ...files.toReversed()];
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  started(child);
  const marks: { graph?: number; done: number } = { done: 0 };
  let [cpu, peakRss] = [0, 0];
  child.stderr.on('data', (text: Buffer) => {
    if (operation === 'summary' && text.includes('Initializing')) marks.graph ??= now();
  });
  child.stdout.once('data', () => {
    marks.done = now();
  });
  const poll = setInterval(() => {
    const usage = usageOf(child.pid);
    if (!usage) return;
    cpu = usage.cpu;
    peakRss = usage.peakRss;
  }, POLL_MS);
  try {
    const { stdout, stderr } = await ended(child);
    if (child.exitCode !== 0 || marks.done === 0) throw new Error(lastWords(child, stderr));
    writeFileSync(resultFile, JSON.stringify(operation === 'summary' ? summaryOf(stdout) : diffOf(stdout)));
  } finally {
    clearInterval(poll);
  }
  return { marks, cpu, peakRss };
}

/** Of a running process on Linux; undefined elsewhere. */
function usageOf(pid: number | undefined): { cpu: number; peakRss: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    if (!peak) return undefined;
    return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS, peakRss: Number(peak[1]) * 1024 };
  } catch {
    return undefined;
  }
}

/** `▶ Session [script_id=88:L3:28]  ×600   7   56 kB   0%   7.9 MB  10%` */
function summaryOf(stdout: string): Result {
  const rows = new Map<string, ClassRow>();
  for (const line of stdout.split('\n')) {
    const match = /^▶ (.*?)\s+×([\d,]+)\s/.exec(line);
    if (!match) continue;
    const name = withoutPlace(match[1]);
    const row = rows.get(name) ?? [name, 0, 0, null];
    row[1] += Number(match[2].replaceAll(',', ''));
    rows.set(name, row);
  }
  const classes = [...rows.values()];
  return { nodes: null, edges: null, totalSize: null, classes };
}

/** `▶ (string)   4,227   1,593   +2,634   306 kB   47 kB   +258 kB` */
function diffOf(stdout: string): Result {
  const rows = new Map<string, DiffRow>();
  for (const line of stdout.split('\n')) {
    const match = /^▶ (.*?)\s{2,}([\d,]+)\s+([\d,]+)\s/.exec(line);
    if (!match) continue;
    const name = withoutPlace(match[1]);
    const row = rows.get(name) ?? [name, 0, 0, 0, 0];
    row[1] += Number(match[2].replaceAll(',', ''));
    row[3] += Number(match[3].replaceAll(',', ''));
    rows.set(name, row);
  }
  return { nodes: null, edges: null, totalSize: null, diff: [...rows.values()] };
}

function withoutPlace(name: string): string {
  return name.replace(/ \[script_id=.*$/, '').trim();
}
