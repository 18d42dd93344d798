/** What retains most: the dominator tree as a treemap or in rows, by module or by growth between two snapshots. */

import type { BoxAddress, DominatorBox } from '../../src/protocol/pictures.ts';
import type { Host } from '../host.ts';
import type { Box } from '../layout/boxes.ts';
import { type DominatorTree, dominatorTree } from '../layout/dominators.ts';
import { t } from '../text.ts';
import { boxesView } from './boxes.ts';
import { h } from './dom.ts';

/** What is in an object or a group of the snapshot. */
export type AskBoxes = (at: BoxAddress | undefined) => Promise<DominatorBox>;

export function dominatorsView(
  tree: DominatorBox,
  cwd: string | undefined,
  host: Host,
  ask?: AskBoxes,
): HTMLElement {
  const words = { all: t('The whole heap'), rest: t('smaller ones') };
  const drawn = dominatorTree(tree, words, cwd);
  const addresses = new Map(drawn.addresses);
  const load = async (box: Box): Promise<Box[]> => {
    const address = addresses.get(box.key);
    if (!address || !ask) return [];
    const module = box.module ? { name: box.module, origin: box.origin ?? 'user' } : undefined;
    const below = dominatorTree(await ask(address), words, cwd, { key: box.key, address, module });
    for (const [key, at] of below.addresses) addresses.set(key, at);
    return below.root.children;
  };
  return h(
    'div',
    {},
    h(
      'p',
      { class: 'dim note' },
      t(
        'Each box holds what is freed when it goes: what it alone keeps alive. Click to look into one, Escape to step back.',
      ),
    ),
    boxesView(
      {
        id: 'retained',
        label: t('What retains most'),
        root: drawn.root,
        shapes: ['treemap', 'icicle'],
        colourings: hasGrowth(drawn) ? ['module', 'growth'] : ['module'],
        sizeName: t('Retained size'),
        ...(ask && { load }),
      },
      host,
    ),
  );
}

function hasGrowth({ root }: DominatorTree): boolean {
  return root.growth !== undefined;
}
