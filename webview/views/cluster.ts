/** What holds the objects of a class: ways from roots to some of them, merged; asked for by a button on its row. */

import { formatCount } from '../../src/base/units.ts';
import type { Asked } from '../ask.ts';
import type { Host } from '../host.ts';
import { graphOfPaths } from '../layout/path-graph.ts';
import { t } from '../text.ts';
import { append, h, longText } from './dom.ts';
import { pathGraphView } from './path-graph.ts';

export interface Cluster {
  /** Below the table of classes. */
  element: HTMLElement;
  show(className: string): void;
}

/** Ways that are merged. */
const MOST = 60;

/** Undefined where nobody can be asked, as in a report. */
export function clusterView(host: Host, of: Asked, cwd: string | undefined): Cluster | undefined {
  const { ask } = host;
  if (!ask) return undefined;
  const element = h('div', { class: 'cluster', id: 'cluster', tabindex: -1, hidden: true });
  let last = 0;
  return {
    element,
    show(className) {
      last++;
      const asked = last;
      const status = h('p', { class: 'dim', role: 'status' }, t('Loading...'));
      const title = h('h3', {}, t('What holds'), ' ', h('code', {}, className));
      element.hidden = false;
      element.replaceChildren(title, status);
      element.focus({ preventScroll: true });
      element.scrollIntoView({ block: 'nearest' });
      ask('pathGraph', { of: { className }, most: MOST }, of).then(
        (paths) => {
          if (asked !== last) return;
          const target = paths.nodes.findIndex((node) => node.target);
          const graph = graphOfPaths(paths);
          status.textContent = t(
            'Ways from roots to {0} of {1} objects, those that are held alike together.',
            formatCount(paths.followed),
            formatCount(paths.objects),
          );
          if (target < 0) return;
          const { key } = graph.nodes[target];
          append(element, [pathGraphView({ id: 'cluster-path', graph, target: key, cwd, of }, host)]);
          element.scrollIntoView({ block: 'nearest' });
        },
        (error: unknown) => {
          if (asked === last) status.replaceChildren(longText(error instanceof Error ? error.message : ''));
        },
      );
    },
  };
}
