/** The whole report in one element. */

import type { ReportData } from '../../src/protocol/report.ts';
import type { Host } from '../host.ts';
import type { Store } from '../state.ts';
import { t } from '../text.ts';
import { bannerView } from './banner.ts';
import { classesView } from './classes.ts';
import { contentsView } from './contents.ts';
import { append, h } from './dom.ts';
import { findingView } from './finding.ts';
import { heatMapView } from './heat-map.ts';
import { ledgerView } from './ledger.ts';
import { budgetsView, fineView, ignoredView, measuredView } from './notes.ts';
import { picturesView } from './pictures.ts';
import { processesView } from './processes.ts';
import { sessionsView } from './sessions.ts';
import { timelineView } from './timeline.ts';

/** Fills `root` with the report, `final` or of a recording under way. Views redraw themselves as the store changes. */
export function mountReport(
  root: HTMLElement,
  data: ReportData,
  store: Store,
  host: Host,
  final = true,
): void {
  const { findings, verdict } = data.findings;
  const heatMap = heatMapView(data, host);
  const main = h(
    'main',
    {},
    timelineView(data, store, { compare: host.editor?.compare }),
    findings.length > 0 &&
      h('h2', { class: 'part', id: 'findings' }, t(verdict === 'leak' ? 'What leaks' : 'Suspects')),
    ...findings.map((finding, i) => findingView(finding, i, data, store, host)),
    ignoredView(data, host),
    heatMap,
    ledgerView(data, heatMap === undefined),
    sessionsView(data),
    processesView(data, host),
    budgetsView(data),
    picturesView(data, host, final),
    classesView(data, store, host),
    fineView(data),
    measuredView(data),
  );
  append(root, [bannerView(data, store, host), contentsView(main.children), main]);
}
