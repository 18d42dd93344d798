/** One run of a program under the built command line. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Findings } from '../../../src/protocol/findings.ts';
import { CLI, runProgram } from '../../support/heapline.ts';
import type { Prepared } from './prepare.ts';

export interface RunResult {
  findings: Findings;
  recording: string;
  /** Milliseconds, analysis included. */
  ms: number;
}

const TIMEOUT_MS = 300_000;

/**
 * @param node the Node that runs the program
 * @param step what a line that ends a step looks like; told to Heapline where given
 * @param out a folder for the recording and the findings, which must exist
 * @throws Error when there are no findings
 */
export async function runUnderHeapline(
  { folder, main }: Prepared,
  node: string,
  step: string | undefined,
  out: string,
): Promise<RunResult> {
  const recording = join(out, 'recording.heapline');
  const json = join(out, 'findings.json');
  const args = ['run', '-q', '--json', json, '--out', recording, ...(step ? ['--step-on', step] : [])];
  return { ...(await findingsOf([...args, '--', node, main], json, folder)), recording };
}

/** The verdict on a recording that was kept. @throws Error when there are no findings */
export async function analyseAgain(recording: string, out: string): Promise<RunResult> {
  const json = join(out, 'findings.json');
  return { ...(await findingsOf(['open', '-q', '--json', json, recording], json, out)), recording };
}

async function findingsOf(args: string[], json: string, cwd: string): Promise<Omit<RunResult, 'recording'>> {
  const begun = Date.now();
  const result = await runProgram(process.execPath, [CLI, ...args], { cwd, timeoutMs: TIMEOUT_MS });
  if (result.code !== 0 || !existsSync(json)) {
    throw new Error(`exit code ${result.code}: ${result.stderr.trim().split('\n').slice(-5).join(' / ')}`);
  }
  const findings = JSON.parse(readFileSync(json, 'utf8')) as Findings;
  return { findings, ms: Date.now() - begun };
}
