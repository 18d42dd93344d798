/** Entry of the HTML report: reads the data beside it and shows it. */

import type { ReportData } from '../src/protocol/report.ts';
import type { Host } from './host.ts';
import { INITIAL_STATE, Store } from './state.ts';
import { h } from './views/dom.ts';
import { mountReport } from './views/report.ts';

const data = JSON.parse(document.getElementById('report-data')!.textContent!) as ReportData;
const store = new Store(INITIAL_STATE);
const host: Host = { copy };
const root = document.getElementById('report')!;
root.classList.add(data.findings.verdict);
mountReport(root, data, store, host);

const { findings } = data.findings;
const unfold = ({ id }: { id: string }): void => store.dispatch({ type: 'toggle-finding', id, open: true });
const asked = /^#finding-(\d+)$/.exec(location.hash);
if (asked && Number(asked[1]) < findings.length) unfold(findings[Number(asked[1])]);
// Paper can't be unfolded.
window.addEventListener('beforeprint', () => findings.forEach(unfold));

async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Pages opened from a file have no clipboard object in some browsers.
  const field = h('textarea', { class: 'unseen' });
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  if (!done) throw new Error('The browser did not copy.');
}
