import { measureDistances } from '../../analysis/heap.ts';
import { RetainingPaths } from '../../analysis/paths.ts';
import { buildRetainers } from '../../analysis/retainers.ts';
import { HeaplineError } from '../../base/errors.ts';
import type { Task } from '../../base/progress.ts';
import type { SessionsReport } from '../../protocol/sessions.ts';
import { dominateByTwo } from '../heap-by-two.ts';
import type { AnalysisSource } from '../input-types.ts';
import { loadSnapshot } from '../load.ts';
import type { SecondCore } from '../second-core.ts';
import { checkMemory } from '../within-memory.ts';
import { SessionPasses } from './passes.ts';

/** Pools and sessions of the one snapshot that there is. @throws HeaplineError of loadSnapshot, `cancelled` */
export async function sessionsAlone(
  source: AnalysisSource,
  task?: Task,
  core?: SecondCore,
): Promise<SessionsReport | undefined> {
  const [file] = source.files;
  if (file === undefined) return undefined;
  try {
    await checkMemory([file]);
  } catch (error) {
    if (HeaplineError.is(error, 'too-large')) return undefined;
    throw error;
  }
  const graph = await loadSnapshot(file, task, core);
  const heap = await dominateByTwo(graph, () => {}, task, core);
  const retainers = buildRetainers(graph);
  const paths = new RetainingPaths({ ...heap, distances: measureDistances(graph, task) }, retainers);
  const passes = new SessionPasses(source);
  passes.last({ heap, retainers, paths }, 0);
  return passes.report();
}
