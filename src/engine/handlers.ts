/** What the engine answers: the logic behind `EngineMethods`. */
import { HeaplineError } from '../base/errors.ts';
import type { EngineMethods } from '../protocol/engine.ts';
import type { Handlers } from '../protocol/rpc.ts';
import { analyseRecording } from './analyse.ts';
import { Following } from './following.ts';
import { summariseProfile } from './profile-rows.ts';
import type { SecondCore } from './second-core.ts';
import { compare, describeNode, summarise, summariseTotals } from './tables.ts';
import { checkMemory, degradedFor } from './within-memory.ts';

/** @param core for work beside, where there is a second core */
export function engineHandlers(core?: SecondCore): Handlers<EngineMethods> {
  const following = new Following();
  return {
    analyse: (input, task) => orTooLarge(analyseRecording(input, task, core)),
    summary: ({ file }, task) =>
      orTooLarge(
        degradedFor(file).then((degraded) =>
          degraded ? summariseTotals(file, degraded, task) : summarise(file, task, core),
        ),
      ),
    diff: ({ before, after }, task) =>
      orTooLarge(checkMemory([before, after]).then(() => compare(before, after, task, core))),
    profile: ({ file }) => orTooLarge(summariseProfile(file)),
    details: ({ file, nodeId, paths }, task) =>
      orTooLarge(checkMemory([file]).then(() => describeNode(file, nodeId, paths, task, core))),
    follow: ({ file }, task) => orTooLarge(following.follow(file, task)),
    whole: ({ file, as }) => {
      following.whole(file, as);
      return null;
    },
  };
}

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
