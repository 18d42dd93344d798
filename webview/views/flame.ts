/** Where live memory was allocated: flames of the sampling profile, and both sides of one function. */

import type { FlameFrame } from '../../src/protocol/pictures.ts';
import type { Host } from '../host.ts';
import type { Box } from '../layout/boxes.ts';
import { type FlameMeasure, flameBoxes, functionKey, sandwich } from '../layout/flame.ts';
import { t } from '../text.ts';
import { boxesView } from './boxes.ts';
import { h } from './dom.ts';

const MEASURES: [FlameMeasure, string][] = [
  ['live', 'All that is alive'],
  ['grown', 'Growth since the baseline'],
];

/** @param measure what is shown first */
export function flameView(
  flame: FlameFrame,
  cwd: string | undefined,
  host: Host,
  measure: FlameMeasure = 'live',
): HTMLElement {
  const words = { all: t('All'), rest: t('smaller ones'), nameless: t('(anonymous)') };
  const knowsGrowth = flame.grown !== undefined;
  const body = h('div');
  let now: FlameMeasure = knowsGrowth ? measure : 'live';
  /** Key of the function seen from both sides. */
  let between: string | undefined;
  const buttons = MEASURES.map(([each, label]) =>
    h('button', { type: 'button', onclick: () => show(each, between) }, t(label)),
  );
  const sizeName = (): string => (now === 'live' ? t('Live size') : t('Growth'));

  const show = (next: FlameMeasure, wanted: string | undefined): void => {
    now = next;
    between = wanted;
    for (const [i, button] of buttons.entries())
      button.setAttribute('aria-pressed', String(MEASURES[i][0] === now));
    const sides = wanted === undefined ? undefined : sandwich(flame, wanted, now, words, cwd);
    body.replaceChildren(...(wanted === undefined ? [whole()] : sides ? sidesView(sides) : [nothing()]));
  };

  const whole = (): HTMLElement =>
    boxesView(
      {
        id: 'allocated',
        label: t('Where live memory was allocated'),
        root: flameBoxes(flame, now, words, cwd),
        shapes: ['flame', 'icicle'],
        colourings: knowsGrowth && now === 'live' ? ['module', 'growth'] : ['module'],
        sizeName: sizeName(),
        actions: (box) => [sidesButton(box)],
      },
      host,
    );

  const sidesButton = (box: Box): HTMLElement | false =>
    box.key !== 'all' &&
    !box.rest &&
    h(
      'button',
      { type: 'button', class: 'button', onclick: () => show(now, keyOf(box)) },
      t('Callers and callees'),
    );

  const keyOf = ({ name, site }: Box): string =>
    functionKey({ function: name === words.nameless ? '' : name, ...(site && { site }) });

  const sidesView = ({ callers, callees }: NonNullable<ReturnType<typeof sandwich>>): HTMLElement[] => {
    const side = (id: string, label: string, root: Box, shape: 'flame' | 'icicle'): HTMLElement =>
      h(
        'div',
        {},
        h('h4', {}, label),
        boxesView(
          {
            id,
            label,
            root,
            shapes: [shape],
            colourings: ['module'],
            sizeName: sizeName(),
            actions: (box) => (box.key === 'all' ? [] : [sidesButton(box)]),
          },
          host,
        ),
      );
    return [
      back(),
      side('callers', t('Who calls it'), callers, 'flame'),
      side('callees', t('What it calls'), callees, 'icicle'),
    ];
  };

  const nothing = (): HTMLElement =>
    h('div', {}, back(), h('p', { class: 'dim' }, t('Nothing of this function has grown.')));

  const back = (): HTMLElement =>
    h(
      'p',
      {},
      h(
        'button',
        { type: 'button', class: 'button', onclick: () => show(now, undefined) },
        t('Back to all functions'),
      ),
    );

  show(now, undefined);
  return h(
    'div',
    { class: 'flames' },
    knowsGrowth &&
      h(
        'div',
        { class: 'bar' },
        h('div', { class: 'toggle', role: 'group', 'aria-label': t('What is counted') }, ...buttons),
      ),
    body,
  );
}
