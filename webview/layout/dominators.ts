/** The engine's dominator tree as boxes to draw. Pure. */

import type { BoxAddress, DominatorBox } from '../../src/protocol/pictures.ts';
import type { Box } from './boxes.ts';
import { type Module, moduleOf } from './modules.ts';

/** @param words names for what has none of its own, in the reader's language */
export interface BoxWords {
  all: string;
  rest: string;
}

export interface DominatorTree {
  root: Box;
  /** Where the engine is asked for what is in a box; for boxes that it can be asked for. */
  addresses: Map<string, BoxAddress>;
}

/** @param at where the tree begins, and the key and module of what is there */
export function dominatorTree(
  tree: DominatorBox,
  words: BoxWords,
  cwd: string | undefined,
  at: { key: string; address: BoxAddress; module?: Module } = { key: 'all', address: {} },
): DominatorTree {
  const addresses = new Map<string, BoxAddress>();
  const make = (
    box: DominatorBox,
    key: string,
    address: BoxAddress | undefined,
    around: Module | undefined,
  ): Box => {
    if (address) addresses.set(key, address);
    const file = box.site ?? (box.file === undefined ? undefined : { url: box.file, path: box.file });
    const module = file ? moduleOf(file, cwd) : around;
    const isRoot = key === 'all';
    const rest = box.className === undefined;
    return {
      key,
      name: isRoot ? words.all : rest ? words.rest : (nameOfEdge(box.edge) ?? box.className!),
      detail: isRoot || rest ? '' : nameOfEdge(box.edge) ? box.className! : '',
      size: box.retainedSize,
      ...(box.before !== undefined && { growth: box.retainedSize - box.before }),
      module: rest ? '' : (module?.name ?? ''),
      ...(module && !rest && { origin: module.origin }),
      ...(box.site && { site: box.site }),
      count: box.count,
      ...(rest && { rest }),
      ...(box.more && { more: true }),
      children: (box.children ?? []).map((child, i) =>
        make(child, `${key}/${i}`, addressOf(child, address), module),
      ),
    };
  };
  return { root: make(tree, at.key, at.address, at.module), addresses };
}

/** Of what is in an object: its id; of several: how they are told from their siblings. */
function addressOf({ nodeId, className, upTo }: DominatorBox, around: BoxAddress | undefined) {
  if (nodeId !== undefined) return { nodeId };
  if (className === undefined || upTo === undefined || !around) return undefined;
  return { ...around, groups: [...(around.groups ?? []), { className, upTo }] };
}

/** Edges that a person wrote: `.history`, `cache` of `(closure) cache`; V8's own say nothing here. */
function nameOfEdge(edge: string | undefined): string | undefined {
  if (edge === undefined) return undefined;
  const variable = /^\(closure\) (.+)$/s.exec(edge)?.[1];
  return variable ?? (edge.startsWith('(') || edge.startsWith('[') ? undefined : edge);
}
