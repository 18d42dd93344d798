import { HeaplineError } from '../base/errors.ts';
import type { Task } from '../base/progress.ts';
import type { AnalysisInput } from '../protocol/engine.ts';
import type { ReportData } from '../protocol/report.ts';
export async function analyseRecording(_: AnalysisInput, __?: Task): Promise<ReportData> {
  throw new HeaplineError('internal', 'not yet');
}
