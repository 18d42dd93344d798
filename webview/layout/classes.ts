/** Rows of the class table: differences, filter and order. */

import { ascending, descending } from 'd3';
import type { Findings, Site } from '../../src/protocol/findings.ts';
import type { ClassTrend } from '../../src/protocol/report.ts';
import type { ViewState } from '../state.ts';
import { type ClassFacts, classFilter } from './class-filter.ts';

export interface ClassView {
  className: string;
  counts: number[];
  sizes: number[];
  count: number;
  countDelta: number;
  size: number;
  sizeDelta: number;
}

export function classViews(trend: ClassTrend): ClassView[] {
  return trend.rows.map(({ className, counts, sizes }) => ({
    className,
    counts,
    sizes,
    count: counts.at(-1) ?? 0,
    countDelta: (counts.at(-1) ?? 0) - (counts[0] ?? 0),
    size: sizes.at(-1) ?? 0,
    sizeDelta: (sizes.at(-1) ?? 0) - (sizes[0] ?? 0),
  }));
}

/** Where classes are written, as far as the paths of findings say. */
export function classSites({ findings }: Findings): Map<string, Site> {
  const sites = new Map<string, Site>();
  for (const { retainingPath } of findings) {
    for (const { className, site } of retainingPath)
      if (site?.evidence?.startsWith('class') && !sites.has(className)) sites.set(className, site);
  }
  return sites;
}

/**
 * Those that the filter lets through, in the chosen order.
 * @throws HeaplineError `usage` for a filter that is none
 */
export function chosenClasses(
  views: readonly ClassView[],
  state: Pick<ViewState, 'classFilter' | 'classSort'>,
): ClassView[] {
  const matches = classFilter(state.classFilter);
  const { column, descending: falling } = state.classSort;
  const order = falling ? descending : ascending;
  return views.filter((view) => matches(factsOf(view))).sort((a, b) => order(a[column], b[column]));
}

function factsOf({ className, size, sizeDelta, count, countDelta, counts }: ClassView): ClassFacts {
  const grown = sizeDelta > 0 || countDelta > 0;
  return { name: className, size, count, isNew: count > 0 && !counts[0], grown };
}
