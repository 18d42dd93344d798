/** The two snapshots that a comparison is of, chosen in the timeline: by dragging over their pins, or from lists. */
import { brushX, type D3BrushEvent, type Selection } from 'd3';
import type { SnapshotMark } from '../../src/protocol/report.ts';
import { nearest, type TimelineLayout } from '../layout/timeline.ts';
import { t } from '../text.ts';
import { h } from './dom.ts';

/** Numbers of snapshots, the earlier first. */
export interface Ends {
  before: number;
  after: number;
}

/** Pixels that a drag must go. */
const LEAST = 4;

export interface EndsOptions {
  id: string;
  /** The first and the last where absent. */
  chosen?: Ends;
  /** Called with two different ones. */
  compare(before: number, after: number): void;
  note?: string;
}

/** @param snapshots their numbers, two or more */
export function endsLists(
  snapshots: readonly number[],
  { id, chosen, compare, note }: EndsOptions,
): HTMLElement {
  const first = chosen ?? { before: snapshots[0], after: snapshots[snapshots.length - 1] };
  const list = (label: string, value: number, id: string): HTMLSelectElement => {
    const options = snapshots.map((index) =>
      h('option', { value: String(index), selected: index === value }, t('Snapshot {0}', index)),
    );
    return h('select', { id, 'aria-label': label }, ...options);
  };
  const before = list(t('The earlier snapshot'), first.before, `${id}-before`);
  const after = list(t('The later snapshot'), first.after, `${id}-after`);
  const button = h('button', { type: 'button', class: 'button' }, t('Compare'));
  const check = (): void => {
    button.disabled = before.value === after.value;
  };
  check();
  for (const one of [before, after]) one.addEventListener('change', check);
  button.addEventListener('click', () => {
    const [a, b] = [Number(before.value), Number(after.value)];
    compare(Math.min(a, b), Math.max(a, b));
  });
  return h(
    'div',
    { class: 'ends', role: 'group', 'aria-label': t('Compare two snapshots') },
    before,
    h('span', { 'aria-hidden': 'true' }, '→'),
    after,
    button,
    note !== undefined && h('span', { class: 'dim note' }, note),
  );
}

export interface EndsBrush {
  /** Puts it where the chosen ones are now. */
  draw(layout: TimelineLayout): void;
}

/** @param group over the pins; its coordinates are the plot's */
export function endsBrush(
  group: Selection<SVGGElement, unknown, null, undefined>,
  snapshots: readonly SnapshotMark[],
  chosen: Ends | undefined,
  compare: (before: number, after: number) => void,
): EndsBrush {
  let layout: TimelineLayout | undefined;
  const brush = brushX<unknown>();
  const place = (): void => {
    if (!layout) return;
    const at = (number: number): number | undefined => snapshots.find(({ index }) => index === number)?.t;
    const [from, to] = chosen ? [at(chosen.before), at(chosen.after)] : [];
    const clamp = (time: number): number => Math.min(layout!.width, Math.max(0, layout!.x(time)));
    const range = from === undefined || to === undefined ? undefined : [clamp(from), clamp(to)];
    brush.move(group, range && range[1] > range[0] ? [range[0], range[1]] : null);
  };
  brush.on('end', (event: D3BrushEvent<unknown>) => {
    if (!event.sourceEvent || !layout) return;
    const [a, b] = (event.selection ?? []) as number[];
    if (a !== undefined && b - a >= LEAST) {
      const [before, after] = [a, b].map((x) => snapshots[nearest(snapshots, layout!.t(x))].index);
      if (before !== after && (before !== chosen?.before || after !== chosen.after)) compare(before, after);
    }
    place();
  });
  return {
    draw(next) {
      layout = next;
      const { top, height } = next.panels.pins;
      brush.extent([
        [0, top],
        [next.width, top + height],
      ]);
      group.call(brush);
      place();
    },
  };
}
