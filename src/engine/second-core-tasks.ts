/** What the second core can be given to do: the one list. Pure functions over typed arrays; see second-core.ts. */
import { dominatorTree } from '../analysis/heap.ts';
import type { Handlers } from '../protocol/rpc.ts';
import { readBehind } from './read-behind.ts';

export const secondCoreTasks = {
  dominatorTree,
  readBehind,
};

type Tasks = typeof secondCoreTasks;

export type SecondCoreMethods = {
  [K in keyof Tasks]: { params: Parameters<Tasks[K]>[0]; result: Awaited<ReturnType<Tasks[K]>> };
};

secondCoreTasks satisfies Handlers<SecondCoreMethods>;
