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
  const begun = Date.now();
  const args = ['run', '-q', '--json', json, '--out', recording, ...(step ? ['--step-on', step] : [])];
  const result = await runProgram(process.execPath, [CLI, ...args, '--', node, main], {
    cwd: folder,
    timeoutMs: TIMEOUT_MS,
  });
  if (result.code !== 0 || !existsSync(json)) {
    throw new Error(`exit code ${result.code}: ${result.stderr.trim().split('\n').slice(-5).join(' / ')}`);
  }
  const findings = JSON.parse(readFileSync(json, 'utf8')) as Findings;
  return { findings, recording, ms: Date.now() - begun };
}
