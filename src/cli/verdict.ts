import { applyIgnores, ignoreFolder, readIgnores } from '../engine/ignore-file.ts';
import type { AnalysisInput } from '../protocol/engine.ts';
import type { Findings } from '../protocol/findings.ts';
import type { ReportData } from '../protocol/report.ts';
import { printable } from '../protocol/wording.ts';
import { ask, type Call } from './io.ts';

export interface Verdict {
  /** Without what is ignored. */
  data: ReportData;
  /** As the engine gave it. */
  whole: Findings;
}

/** The verdict, and what the nearest ignore file leaves of it; what is wrong with that file is an error told, no end. */
export async function verdictOn(call: Pick<Call, 'io' | 'progress'>, input: AnalysisInput): Promise<Verdict> {
  const data = await ask(call, 'analyse', input);
  const ignores = readIgnores(ignoreFolder(data.recording.cwd, call.io.cwd));
  for (const problem of ignores?.problems ?? [])
    call.io.stderr.write(`heapline: ${printable(problem, 4000)}\n`);
  return { data: { ...data, findings: applyIgnores(data.findings, ignores) }, whole: data.findings };
}
