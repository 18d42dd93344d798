/** Graphs into the tables that the CLI and views show. One graph at a time. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { diffHeaps } from '../analysis/diff.ts';
import { digestHeap, type HeapDigest } from '../analysis/digest.ts';
import { computeShallowSizes } from '../analysis/shallow.ts';
import { classifyByShape, inferShapes, type Shape } from '../analysis/shapes.ts';
import { type Task, throwIfCancelled } from '../base/progress.ts';
import type { HeapGraph } from '../heap/graph.ts';
import type { NodeDetails, SnapshotDiff, SnapshotSummary } from '../protocol/tables.ts';
import { garbageCollector } from './collect.ts';
import type { ColumnCache } from './heap/column-cache.ts';
import { DamagedColumns } from './heap/columns-file.ts';
import type { OpenHeap } from './heap/open-heap.ts';
import { loadSnapshot } from './load.ts';
import type { SecondCore } from './second-core.ts';
import { type ClassSites, classSites } from './snapshot-sites.ts';
import { snapshotTotals } from './snapshot-totals.ts';

/** With fewer of the objects found again, or more of the ids gone to others, two snapshots hardly belong together. */
const FEW_KEPT = 0.2;
const MANY_CHANGED = 0.3;

/** Every class of an open snapshot. */
export async function summaryOf(heap: OpenHeap, task?: Task): Promise<SnapshotSummary> {
  return { ...heap.info(), classes: await heap.allClasses(task) };
}

/**
 * Every class without dominators, where there is no memory for them: retained sizes are as the shallow ones, distances 0.
 * @param degraded says so @throws HeaplineError as loadSnapshot does
 */
export async function summariseTotals(file: string, degraded: string, task?: Task): Promise<SnapshotSummary> {
  const graph = await loadSnapshot(file, task);
  const { classes, ...totals } = snapshotTotals(graph, classifyByShape(graph));
  return {
    file,
    fileBytes: (await stat(file)).size,
    ...totals,
    classes: classes.map((row) => ({ ...row, retainedSize: row.selfSize, distance: 0 })),
    problems: [degraded, ...graph.problems],
    degraded,
  };
}

/** @param cache of columns: what it has of the two is not read and parsed again @throws HeaplineError as loadSnapshot does */
export async function compare(
  before: string,
  after: string,
  task?: Task,
  core?: SecondCore,
  cache?: ColumnCache,
): Promise<SnapshotDiff> {
  // Each graph is gone before the next is read: only its digest stays.
  // Plain objects by the shapes of the later one, as DevTools has it: so that is read first.
  const digest = async (file: string, shapes?: readonly Shape[]): Promise<DigestedFile> =>
    (await digestKept(file, cache, task, shapes)) ??
    digestGraph(file, await loadSnapshot(file, named(task, file), core), computeShallowSizes, shapes);
  const second = await digest(after);
  garbageCollector()();
  const first = await digest(before, second.shapes);
  const { rows, sharedIds, changedKinds } = diffHeaps(first.digest, second.digest);
  const warnings = [...first.problems, ...second.problems];
  const kept = sharedIds * (1 - changedKinds);
  if (kept < FEW_KEPT || changedKinds > MANY_CHANGED) {
    warnings.unshift(
      'The ids in both hardly fit together: these may be different processes, or ids were reset in between.',
    );
  }
  const sites = rows.map((row) => ({
    ...row,
    ...(second.sites(row.className) ?? first.sites(row.className)),
  }));
  return { before, after, rows: sites, sharedIds: kept, warnings };
}

interface DigestedFile {
  shapes: readonly Shape[];
  digest: HeapDigest;
  sites: ClassSites;
  problems: string[];
}

/** From columns on disk; undefined where there are none, or they are damaged. @throws HeaplineError `cancelled` */
async function digestKept(
  file: string,
  cache: ColumnCache | undefined,
  task: Task | undefined,
  known: readonly Shape[] | undefined,
): Promise<DigestedFile | undefined> {
  throwIfCancelled(task);
  const kept = cache?.find(file);
  if (!kept) return undefined;
  try {
    return await digestGraph(file, kept.graph, () => kept.heap().shallowSizes, known);
  } catch (error) {
    if (!(error instanceof DamagedColumns)) throw error;
    await cache?.forget(file);
    return undefined;
  } finally {
    kept.dispose();
  }
}

async function digestGraph(
  file: string,
  graph: HeapGraph,
  shallowSizesOf: (graph: HeapGraph) => Uint32Array | Float64Array,
  known: readonly Shape[] | undefined,
): Promise<DigestedFile> {
  const shapes = known ?? inferShapes(graph);
  const classes = classifyByShape(graph, shapes);
  return {
    shapes,
    digest: digestHeap({ graph, shallowSizes: shallowSizesOf(graph) }, classes),
    sites: await classSites(graph, classes, file),
    problems: graph.problems.map((problem) => `${basename(file)}: ${problem}`),
  };
}

/** @throws HeaplineError `not-found` for an id that the snapshot has not */
export async function detailsOf(
  heap: OpenHeap,
  nodeId: number,
  most: number,
  task?: Task,
): Promise<NodeDetails> {
  const paths = await heap.paths({ nodeId, most }, task);
  const { className, name, type, selfSize, retainedSize, distance, site } = await heap.node({ nodeId }, task);
  return { nodeId, className, name, type, selfSize, retainedSize, distance, site, paths };
}

function named(task: Task | undefined, file: string): Task | undefined {
  return (
    task && {
      signal: task.signal,
      report: (reading) => task.report?.({ ...reading, phase: `${basename(file)}: ${reading.phase}` }),
    }
  );
}
