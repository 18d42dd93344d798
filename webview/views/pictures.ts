/** The pictures of a whole heap: what retains most, and where live memory was allocated. */

import type { DominatorBox } from '../../src/protocol/pictures.ts';
import type { ReportData } from '../../src/protocol/report.ts';
import type { Asked } from '../ask.ts';
import type { Host } from '../host.ts';
import { t } from '../text.ts';
import { h, longText, section } from './dom.ts';
import { dominatorsView } from './dominators.ts';
import { flameView } from './flame.ts';

/** Snapshots of more bytes are not opened before the reader wants it. */
const LARGE = 300e6;

/** @param final nothing is recorded meanwhile: snapshots may be opened without being asked for */
export function picturesView(data: ReportData, host: Host, final: boolean): DocumentFragment {
  const { boxes, flame, recording, classes, timeline } = data;
  const fragment = document.createDocumentFragment();
  const [first, last] = [classes.snapshots[0], classes.snapshots.at(-1)];
  if (boxes) fragment.append(retainedSection(dominatorsView(boxes, recording.cwd, host)));
  else if (host.ask && last !== undefined) {
    const mark = timeline.snapshots.find(({ index }) => index === last);
    const bytes = final ? (mark?.bytes ?? 0) : Number.POSITIVE_INFINITY;
    const of = { snapshot: last, ...(first !== last && { against: first }) };
    fragment.append(retainedView(of, bytes, recording.cwd, host));
  }
  if (flame && flame.size > 0)
    fragment.append(
      section(
        'allocations',
        'Where live memory was allocated',
        flameView(flame, recording.cwd, host, 'grown'),
      ),
    );
  return fragment;
}

/** What retains most in the snapshot that a page is about, asked for as soon as it is looked at. */
export function retainedView(of: Asked, bytes: number, cwd: string | undefined, host: Host): HTMLElement {
  const body = h('div');
  const show = (...children: (Node | string)[]): void => body.replaceChildren(...children);
  const load = (): void => {
    show(h('p', { class: 'dim', role: 'status' }, t('Measuring what retains most...')));
    const ask = (at?: object): Promise<DominatorBox> => host.ask!('boxes', { ...(at && { at }) }, of);
    ask().then(
      (tree) => show(dominatorsView(tree, cwd, host, ask)),
      (error: unknown) =>
        show(
          h('p', { class: 'warning', role: 'status' }, longText(error instanceof Error ? error.message : '')),
          button('Try again'),
        ),
    );
  };
  const button = (label: string): HTMLElement =>
    h('button', { type: 'button', class: 'button', onclick: load }, t(label));
  if (bytes > LARGE) show(button('Show what retains most'));
  else whenSeen(body, load);
  return retainedSection(body);
}

function retainedSection(content: HTMLElement): HTMLElement {
  return section('heap-boxes', 'What retains most', content);
}

function whenSeen(element: HTMLElement, act: () => void): void {
  // Where it is not laid out there is nothing to see.
  element.style.minHeight = '40px';
  const observer = new IntersectionObserver(
    ([entry]) => {
      if (!entry.isIntersecting) return;
      observer.disconnect();
      act();
    },
    { rootMargin: '200px' },
  );
  observer.observe(element);
}
