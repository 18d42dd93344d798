/** The pictures of a report that are not of one finding. */

import type { ReportData } from '../../src/protocol/report.ts';
import type { Host } from '../host.ts';
import { h, section } from './dom.ts';
import { dominatorsView } from './dominators.ts';
import { flameView } from './flame.ts';

export function picturesView({ boxes, flame, recording }: ReportData, host: Host): DocumentFragment {
  const fragment = document.createDocumentFragment();
  if (boxes)
    fragment.append(section('heap-boxes', 'What retains most', dominatorsView(boxes, recording.cwd, host)));
  if (flame && flame.size > 0)
    fragment.append(
      section(
        'allocations',
        'Where live memory was allocated',
        h('div', {}, flameView(flame, recording.cwd, host, 'grown')),
      ),
    );
  return fragment;
}
