/** What others say of the same snapshots: memlab, and a table of constructors as DevTools compares two. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SnapshotDiff } from '../../../src/protocol/tables.ts';
import { CLI, runProgram } from '../../support/heapline.ts';
import type { Truth } from './truth.ts';

const MEMLAB = '2.0.5';
const TIMEOUT_MS = 300_000;
/** Rows and clusters that count as an answer. */
const TOP = 3;

/** The recording's snapshots, oldest first. */
export function snapshotsOf(recording: string): string[] {
  const folder = join(recording, 'snapshots');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.heapsnapshot'))
    .sort()
    .map((name) => join(folder, name));
}

/** Whether one of the classes is among the rows that gained most bytes; undefined where the truth knows no class. */
export async function namedByConstructors(truth: Truth, snapshots: string[]): Promise<boolean | undefined> {
  if (!truth.classes?.length) return undefined;
  const args = [CLI, 'diff', '-q', '--json', '--top', '0', snapshots[0], snapshots[snapshots.length - 1]];
  const { stdout } = await runProgram(process.execPath, args, { timeoutMs: TIMEOUT_MS });
  const { rows } = JSON.parse(stdout) as SnapshotDiff;
  const top = rows.sort((a, b) => b.deltaSize - a.deltaSize).slice(0, TOP);
  return top.some(({ className }) => truth.classes!.includes(className));
}

export interface MemlabAnswer {
  /** Clusters of leaks that it reports. */
  clusters: number;
  /** One of the first three names an owner or a class of the truth. */
  named: boolean;
}

/** memlab's find-leaks on the first, the middle and the last snapshot. */
export async function askMemlab(truth: Truth, snapshots: string[], cache: string): Promise<MemlabAnswer> {
  const memlab = await installMemlab(cache);
  const [first, middle, last] = [0, snapshots.length >> 1, snapshots.length - 1].map((i) => snapshots[i]);
  const work = await mkdtemp(join(cache, 'memlab-work-'));
  try {
    const files = ['--baseline', first, '--target', middle, '--final', last];
    const how = ['find-leaks', '--trace-all-objects', ...files, '--work-dir', work];
    const args = ['--max-old-space-size=6000', memlab, ...how];
    const { stdout } = await runProgram(process.execPath, args, { timeoutMs: TIMEOUT_MS });
    const text = stdout.replace(/\x1b\[[0-9;]*[A-Za-z]/g, '');
    const clusters = text.split(/^-+Similar leaks in this run[^\n]*/m).slice(1);
    const words = [...(truth.classes ?? []), ...namesIn(truth.owners ?? [])];
    const named = clusters.slice(0, TOP).some((cluster) => words.some((word) => cluster.includes(word)));
    return { clusters: clusters.length, named };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The plain names in the patterns of owners: `^ToolCache\\.entries$` -> ToolCache, entries. */
function namesIn(patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern) => pattern.replace(/\\./g, ' ').match(/[A-Za-z_$][\w$]{2,}/g) ?? []);
}

async function installMemlab(cache: string): Promise<string> {
  const folder = join(cache, `memlab-${MEMLAB}`);
  const binary = join(folder, 'node_modules', 'memlab', 'bin', 'memlab');
  if (existsSync(binary)) return binary;
  await mkdir(cache, { recursive: true });
  const temp = await mkdtemp(join(cache, 'memlab-install-'));
  try {
    await writeFile(join(temp, 'package.json'), '{ "private": true }\n');
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
    await promisify(execFile)('npm', ['install', '--prefix', '.', ...flags, `memlab@${MEMLAB}`], {
      cwd: temp,
      shell: process.platform === 'win32',
      maxBuffer: 1e8,
    });
    await rename(temp, folder);
    return binary;
  } catch (error) {
    await rm(temp, { recursive: true, force: true });
    throw new Error(`memlab can't be installed: ${(error as Error).message}`);
  }
}
