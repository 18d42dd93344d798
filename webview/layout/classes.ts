/** Rows of the class table: differences, filter and order. */

import { ascending, descending } from 'd3';
import type { Findings, Site } from '../../src/protocol/findings.ts';
import type { ClassTrend } from '../../src/protocol/report.ts';
import type { ViewState } from '../state.ts';

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

/** Those whose name holds the filter's text (upper or lower case), in the chosen order. */
export function chosenClasses(
  views: readonly ClassView[],
  { classFilter, classSort }: Pick<ViewState, 'classFilter' | 'classSort'>,
): ClassView[] {
  const wanted = classFilter.trim().toLowerCase();
  const { column } = classSort;
  const order = classSort.descending ? descending : ascending;
  return views
    .filter((view) => view.className.toLowerCase().includes(wanted))
    .sort((a, b) => order(a[column], b[column]));
}
