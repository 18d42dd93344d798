/** Graphs into the tables that the CLI and views show. One graph at a time. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { aggregateByClass } from '../analysis/aggregates.ts';
import { classify, className } from '../analysis/classes.ts';
import { diffHeaps } from '../analysis/diff.ts';
import { digestHeap, type HeapDigest } from '../analysis/digest.ts';
import { retainingPaths } from '../analysis/paths.ts';
import { buildRetainers } from '../analysis/retainers.ts';
import { computeShallowSizes } from '../analysis/shallow.ts';
import { HeaplineError } from '../base/errors.ts';
import type { Task } from '../base/progress.ts';
import type { NodeDetails, SnapshotDiff, SnapshotSummary } from '../protocol/tables.ts';
import { analyseByTwo } from './heap-by-two.ts';
import { loadSnapshot } from './load.ts';
import { describePath } from './path-entries.ts';
import type { SecondCore } from './second-core.ts';
import { type ClassSites, classSites, siteFinder } from './snapshot-sites.ts';
import { snapshotTotals } from './snapshot-totals.ts';

/** With fewer of the objects found again, or more of the ids gone to others, two snapshots hardly belong together. */
const FEW_KEPT = 0.2;
const MANY_CHANGED = 0.3;

/** @throws HeaplineError as loadSnapshot does */
export async function summarise(file: string, task?: Task, core?: SecondCore): Promise<SnapshotSummary> {
  const graph = await loadSnapshot(file, task, core);
  const { heap, done: classOf } = await analyseByTwo(graph, () => classify(graph), task, core);
  task?.report?.({ phase: 'Summing up by class', done: 0 });
  const sites = await classSites(graph, classOf, file);
  const classes = aggregateByClass(heap, classOf).map(({ shallowSize, ...row }) => ({
    ...row,
    selfSize: shallowSize,
    ...sites(row.className),
  }));
  return {
    file,
    fileBytes: (await stat(file)).size,
    nodeCount: graph.nodeCount,
    edgeCount: graph.edgeCount,
    totalSize: classes.reduce((sum, row) => sum + row.selfSize, 0),
    classes,
    problems: [...graph.problems],
  };
}

/**
 * The same without dominators, where there is no memory for them: retained sizes are as the shallow ones, distances 0.
 * @param degraded says so @throws HeaplineError as loadSnapshot does
 */
export async function summariseTotals(file: string, degraded: string, task?: Task): Promise<SnapshotSummary> {
  const graph = await loadSnapshot(file, task);
  const { classes, ...totals } = snapshotTotals(graph);
  return {
    file,
    fileBytes: (await stat(file)).size,
    ...totals,
    classes: classes.map((row) => ({ ...row, retainedSize: row.selfSize, distance: 0 })),
    problems: [degraded, ...graph.problems],
    degraded,
  };
}

/** @throws HeaplineError as loadSnapshot does */
export async function compare(
  before: string,
  after: string,
  task?: Task,
  core?: SecondCore,
): Promise<SnapshotDiff> {
  // Each graph is gone before the next is read: only its digest stays.
  const first = await digestFile(before, task, core);
  const second = await digestFile(after, task, core);
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
  digest: HeapDigest;
  sites: ClassSites;
  problems: string[];
}

async function digestFile(file: string, task?: Task, core?: SecondCore): Promise<DigestedFile> {
  const graph = await loadSnapshot(file, named(task, file), core);
  const classes = classify(graph);
  return {
    digest: digestHeap({ graph, shallowSizes: computeShallowSizes(graph) }, classes),
    sites: await classSites(graph, classes, file),
    problems: graph.problems.map((problem) => `${basename(file)}: ${problem}`),
  };
}

/** @throws HeaplineError `not-found` for an id that the snapshot has not; as loadSnapshot does */
export async function describeNode(
  file: string,
  nodeId: number,
  paths: number,
  task?: Task,
  core?: SecondCore,
): Promise<NodeDetails> {
  const graph = await loadSnapshot(file, task, core);
  const node = graph.nodeIds.indexOf(nodeId);
  if (node < 0) {
    throw new HeaplineError('not-found', `${file} has no object @${nodeId}.`, {
      hint: 'Ids hold within one process: take the id from this snapshot or another of the same recording.',
    });
  }
  const { heap, done: retainers } = await analyseByTwo(graph, () => buildRetainers(graph), task, core);
  task?.report?.({ phase: 'Finding paths', done: 0 });
  const siteOf = await siteFinder(graph, file);
  const found = retainingPaths(heap, retainers, node, paths);
  return {
    nodeId,
    className: className(graph, node),
    name: graph.strings.get(graph.nodeNames[node]),
    type: graph.nodeTypeNames[graph.nodeTypes[node]],
    selfSize: heap.shallowSizes[node],
    retainedSize: heap.retainedSizes[node],
    distance: heap.distances[node],
    site: await siteOf(node),
    paths: await Promise.all(found.map((steps) => describePath(graph, steps, siteOf))),
  };
}

function named(task: Task | undefined, file: string): Task | undefined {
  return (
    task && {
      signal: task.signal,
      report: (reading) => task.report?.({ ...reading, phase: `${basename(file)}: ${reading.phase}` }),
    }
  );
}
