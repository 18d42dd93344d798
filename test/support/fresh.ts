/** What a snapshot says when it is read anew, without anything that was kept. */
import { stat } from 'node:fs/promises';
import type { Task } from '../../src/base/progress.ts';
import { FreshColumns } from '../../src/engine/heap/columns.ts';
import { OpenHeap } from '../../src/engine/heap/open-heap.ts';
import { loadSnapshot } from '../../src/engine/load.ts';
import { detailsOf, summaryOf } from '../../src/engine/tables.ts';
import type { NodeDetails, SnapshotSummary } from '../../src/protocol/tables.ts';

/** Every class of it. @throws HeaplineError as loadSnapshot does */
export async function summarise(file: string, task?: Task): Promise<SnapshotSummary> {
  return summaryOf(await open(file, task), task);
}

/** One object, with so many of its paths. @throws HeaplineError `not-found`; as loadSnapshot does */
export async function describeNode(file: string, nodeId: number, paths: number): Promise<NodeDetails> {
  return detailsOf(await open(file), nodeId, paths);
}

async function open(file: string, task?: Task): Promise<OpenHeap> {
  return new OpenHeap(file, (await stat(file)).size, new FreshColumns(await loadSnapshot(file, task)));
}
