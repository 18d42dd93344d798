/** Whatever a panel shows, in one element. */

import type { PanelCommand, PanelContent } from '../../src/protocol/panel.ts';
import type { Host } from '../host.ts';
import type { Store } from '../state.ts';
import { t } from '../text.ts';
import { actionsView } from './actions.ts';
import { mountDiff } from './diff.ts';
import { h } from './dom.ts';
import { mountProfile } from './profile.ts';
import { mountReport } from './report.ts';
import { mountSummary } from './summary.ts';
import { mountError, mountLoading } from './waiting.ts';

/** What can be done with a recording. */
const FINAL: [PanelCommand, string][] = [
  ['compare', 'Compare snapshots...'],
  ['verify', 'Verify fix...'],
  ['export', 'Export...'],
];
const RECORDING: [PanelCommand, string][] = [
  ['takeSnapshot', 'Take snapshot'],
  ['compare', 'Compare snapshots...'],
];

/** Replaces what `root` shows. What it gives back shows further content of the same type in place, if it can. */
export function mountContent(
  root: HTMLElement,
  content: PanelContent,
  store: Store,
  host: Host,
): ((next: PanelContent) => boolean) | undefined {
  root.replaceChildren();
  root.className = content.type;
  switch (content.type) {
    case 'loading': {
      const update = mountLoading(root, content, host);
      return (next) => {
        if (next.type === 'loading') update(next);
        return next.type === 'loading';
      };
    }
    case 'error':
      mountError(root, content.error, host);
      return undefined;
    case 'report':
      root.classList.add(content.data.findings.verdict);
      if (!content.final)
        root.append(
          h(
            'p',
            { class: 'provisional', role: 'status' },
            t('Still recording: this is what is known so far.'),
          ),
        );
      if (host.editor) root.append(actionsView(host.editor, content.final ? FINAL : RECORDING));
      mountReport(root, content.data, store, host, content.final);
      return undefined;
    case 'diff':
      // The tone of what is shown as growth.
      root.classList.add(content.report?.findings.verdict ?? 'inconclusive');
      mountDiff(root, content, store, host);
      return undefined;
    case 'summary':
      mountSummary(root, content, store, host);
      return undefined;
    case 'profile':
      mountProfile(root, content, store, host);
      return undefined;
  }
}
