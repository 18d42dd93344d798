/** What was measured, as Markdown. */
import type { Agreement, Share } from './agree.ts';
import type { Measured } from './measure.ts';

/** One engine's runs of one kind. */
export interface Runs {
  title: string;
  summaries: Measured[];
  diffs: Measured[];
  /** Why there is none, or none of one kind. */
  summaryProblem?: string;
  diffProblem?: string;
}

/** Medians; times in seconds, each with the ratio to ours in brackets. The first is ours, if any is. */
export function timesTable(runs: readonly Runs[]): string {
  const ours = runs[0];
  const rows = runs.map((engine) => {
    const cell = (
      kind: 'summaries' | 'diffs',
      read: (run: Measured) => number | undefined,
      unit = 1,
    ): string => {
      const value = median(engine[kind], read);
      if (value === undefined) return '-';
      const own = median(ours[kind], read);
      const ratio = engine === ours || !own ? '' : ` (${(value / own).toFixed(1)}x)`;
      return `${short(value / unit)}${ratio}`;
    };
    const cells = [
      cell('summaries', ({ graph }) => graph),
      cell('summaries', ({ retained }) => retained),
      cell('summaries', ({ done }) => done),
      cell('summaries', ({ cpu }) => cpu),
      cell('summaries', ({ peakRss }) => peakRss, 2 ** 20),
      cell('diffs', ({ done }) => done),
      cell('diffs', ({ cpu }) => cpu),
      cell('diffs', ({ peakRss }) => peakRss, 2 ** 20),
    ];
    if (engine.summaryProblem) cells[2] = engine.summaryProblem;
    if (engine.diffProblem) cells[5] = engine.diffProblem;
    return `| ${[engine.title, ...cells].join(' | ')} |`;
  });
  return [
    '| engine | graph, s | retained sizes, s | class summary, s | CPU, s | peak RSS, MiB | diff of two, s | CPU, s | peak RSS, MiB |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

export interface AgreementRow {
  title: string;
  agreement: Agreement;
  ownRules?: string;
}

/** What each engine says as against DevTools' engine. */
export function agreementTable(rows: readonly AgreementRow[], leak: number): string {
  const yes = (same: boolean | undefined): string => (same === undefined ? '-' : same ? 'same' : 'differs');
  const share = (of: Share | undefined): string =>
    of === undefined ? '-' : of.same === of.of ? `all ${of.of}` : `${of.same} of ${of.of}`;
  return [
    `| engine | nodes | edges | total size | classes: count | shallow size | retained size | diff | leak (${leak}) | its own rules |`,
    '|---|---|---|---|---|---|---|---|---|---|',
    ...rows.map(({ title, agreement: it, ownRules }) => {
      const numbers = [yes(it.nodes), yes(it.edges), yes(it.total), share(it.counts), share(it.shallow)];
      const cells = [...numbers, share(it.retained), share(it.diff), it.leak ?? '-', ownRules ?? ''];
      return `| ${[title, ...cells].join(' | ')} |`;
    }),
  ].join('\n');
}

/** Three digits, or all before the point. */
function short(value: number): string {
  return value < 100 ? value.toPrecision(3) : value.toFixed(0);
}

/** When each phase began, in seconds, of one run; the last is the end. */
export function phasesLine({ phases = [], done }: Measured): string {
  return [...phases.map(([name, at]) => `${name} ${at.toFixed(2)}`), `done ${done.toFixed(2)}`].join(', ');
}

export function median<T>(runs: readonly T[], read: (run: T) => number | undefined): number | undefined {
  const values = runs.map(read).filter((value) => value !== undefined);
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}
