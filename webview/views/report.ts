/** The whole report in one element. */

import type { ReportData } from '../../src/protocol/report.ts';
import { INITIAL_STATE, Store } from '../state.ts';
import { bannerView } from './banner.ts';
import { classesView } from './classes.ts';
import { append, h } from './dom.ts';
import { findingView } from './finding.ts';
import { fineView, measuredView } from './notes.ts';
import { timelineView } from './timeline.ts';

/** Fills `root` with the report. Views redraw themselves as the returned store changes. */
export function mountReport(root: HTMLElement, data: ReportData): Store {
  const store = new Store(INITIAL_STATE);
  const { findings, verdict } = data.findings;
  root.classList.add(verdict);
  append(root, [
    bannerView(data, store),
    h(
      'main',
      {},
      timelineView(data, store),
      findings.length > 0 && h('h2', { class: 'part' }, verdict === 'leak' ? 'What leaks' : 'Suspects'),
      ...findings.map((finding, i) => findingView(finding, i, data, store)),
      classesView(data, store),
      fineView(data),
      measuredView(data),
    ),
  ]);
  const unfold = (index: number): void => store.dispatch({ type: 'toggle-finding', index, open: true });
  const asked = /^#finding-(\d+)$/.exec(location.hash);
  if (asked && Number(asked[1]) < findings.length) unfold(Number(asked[1]));
  // Paper can't be unfolded.
  window.addEventListener('beforeprint', () => {
    for (const index of findings.keys()) unfold(index);
  });
  return store;
}
