/** The whole report in one element. */

import type { ReportData } from '../../src/protocol/report.ts';
import type { Host } from '../host.ts';
import type { Store } from '../state.ts';
import { t } from '../text.ts';
import { bannerView } from './banner.ts';
import { classesView } from './classes.ts';
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
  append(root, [
    bannerView(data, store, host),
    h(
      'main',
      {},
      timelineView(data, store, { compare: host.editor?.compare }),
      findings.length > 0 && h('h2', { class: 'part' }, t(verdict === 'leak' ? 'What leaks' : 'Suspects')),
      ...findings.map((finding, i) => findingView(finding, i, data, store, host)),
      heatMapView(data, host),
      ledgerView(data),
      budgetsView(data),
      processesView(data, host),
      ignoredView(data, host),
      sessionsView(data),
      picturesView(data, host, final),
      classesView(data, store, host),
      fineView(data),
      measuredView(data),
    ),
  ]);
}
