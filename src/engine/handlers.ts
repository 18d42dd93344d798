/** What the engine answers: the logic behind `EngineMethods`. */
import { HeaplineError } from '../base/errors.ts';
import type { Task } from '../base/progress.ts';
import type { EngineMethods } from '../protocol/engine.ts';
import type { HeapMethods, HeapQuestions } from '../protocol/heap-rows.ts';
import type { BoxAddress, DominatorBox } from '../protocol/pictures.ts';
import type { Handlers } from '../protocol/rpc.ts';
import { analyseRecording } from './analyse.ts';
import { garbageCollector } from './collect.ts';
import { Following } from './following.ts';
import type { OpenHeap } from './heap/open-heap.ts';
import type { OpenHeaps } from './heap/open-heaps.ts';
import { readLedger } from './ledger/read.ts';
import { summariseProfile } from './profile-rows.ts';
import type { SecondCore } from './second-core.ts';
import { compare, detailsOf, summariseTotals, summaryOf } from './tables.ts';
import { checkMemory, degradedFor, isRoomAhead } from './within-memory.ts';

/** @param core for work beside, where there is a second core */
export function engineHandlers(heaps: OpenHeaps, core?: SecondCore): Handlers<EngineMethods> {
  const following = new Following();
  /** Asks the heap that is open, or opens it. */
  const heap =
    <P extends { file: string }, R>(question: (heap: OpenHeap, params: P, task: Task) => R | Promise<R>) =>
    (params: P, task: Task): Promise<R> =>
      orTooLarge(
        checkMemory(unopened(params.file)).then(() =>
          heaps.ask(params.file, (open) => question(open, params, task), task),
        ),
      );
  const unopened = (file: string): string[] => (heaps.files.includes(file) ? [] : [file]);
  const boxes = heap((open, params: Params<'boxes'>, task) => open.boxes(params, task));
  const measured = heap((open, { tree, at }: { file: string; tree: DominatorBox; at?: BoxAddress }, task) =>
    open.measureBoxes(tree, at, task),
  );
  const whole = heap((open, _: { file: string }) => open);
  const wholeSummary = heap((open, _: { file: string }, task) => summaryOf(open, task));
  return {
    analyse: (input, task) => orTooLarge(analyseRecording(input, task, core)),
    diff: ({ before, after }, task) =>
      orTooLarge(checkMemory([before, after]).then(() => compare(before, after, task, core, heaps.cache))),
    ledger: ({ recordingDir }, task) => orTooLarge(readLedger(recordingDir, task, core)),
    profile: ({ file }) => orTooLarge(summariseProfile(file)),
    summary: async (params, task) => {
      const [file] = unopened(params.file);
      const degraded = file && (await degradedFor(file));
      return degraded ? orTooLarge(summariseTotals(file, degraded, task)) : wholeSummary(params, task);
    },
    details: heap((open, { nodeId, paths }: { file: string; nodeId: number; paths: number }, task) =>
      detailsOf(open, nodeId, paths, task),
    ),
    'heap/info': heap((open) => open.info()),
    'heap/classes': heap((open, params: Params<'classes'>, task) => open.classes(params, task)),
    'heap/realms': heap((open, params: Params<'realms'>, task) => open.realms(params, task)),
    'heap/nodes': heap((open, params: Params<'nodes'>, task) => {
      const { before } = params;
      // Only its graph is asked: it stays open for the next one.
      const other = before === undefined ? undefined : () => whole({ file: before }, task);
      return open.nodes(params, task, other);
    }),
    'heap/strings': heap((open, params: Params<'strings'>, task) => open.strings(params, task)),
    'heap/text': heap((open, params: Params<'text'>, task) => open.text(params, task)),
    'heap/node': heap((open, params: Params<'node'>, task) => open.node(params, task)),
    'heap/fields': heap((open, params: Params<'fields'>, task) => open.fields(params, task)),
    'heap/retainers': heap((open, params: Params<'retainers'>, task) => open.retainersIn(params, task)),
    'heap/dominated': heap((open, params: Params<'dominated'>, task) => open.dominated(params, task)),
    'heap/paths': heap((open, params: Params<'paths'>, task) => open.paths(params, task)),
    'heap/pathGraph': heap((open, params: Params<'pathGraph'>, task) => open.pathGraph(params, task)),
    'heap/holders': heap((open, params: Params<'holders'>, task) => open.holders(params, task)),
    'heap/boxes': async (params, task) => {
      const { before, at } = params;
      const tree = await boxes(params, task);
      // One after the other: both need not be open at once.
      if (before !== undefined) await measured({ file: before, tree, at }, task);
      return tree;
    },
    settle: async () => {
      await heaps.settled();
      return null;
    },
    prepare: async ({ file }, task) => {
      const graph = following.take(file);
      if (!(await isRoomAhead(file, graph !== undefined))) return false;
      garbageCollector()();
      await orTooLarge(heaps.ask(file, (open) => open.columns.ready(task), task, graph));
      return true;
    },
    follow: ({ file }, task) => orTooLarge(following.follow(file, task)),
    whole: ({ file, as }) => {
      following.whole(file, as);
      return null;
    },
  };
}

type Params<K extends keyof HeapQuestions> = HeapMethods[`heap/${K}`]['params'];

/** Columns lie outside V8's heap: where there is no room for one, V8 throws in place of ending the worker. */
async function orTooLarge<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (
      error instanceof RangeError &&
      /allocation failed|invalid (typed )?array length/i.test(error.message)
    ) {
      throw new HeaplineError('too-large', 'The snapshot needs more memory than there is.', {
        hint: 'Close other programs or use a machine with more memory.',
        cause: error,
      });
    }
    throw error;
  }
}
