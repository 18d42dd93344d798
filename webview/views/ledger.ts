/** What sessions, runs, steps and tools allocated, and what of that is alive. */

import { formatBytes, formatCount, formatDuration } from '../../src/base/units.ts';
import type { Ledger, LedgerRow, LedgerTable } from '../../src/protocol/ledger.ts';
import type { ReportData } from '../../src/protocol/report.ts';
import { t } from '../text.ts';
import { type Child, h, longText, section, table } from './dom.ts';

/** Rows of each table, those that keep most first. */
const FEW = 15;

const TABLES: [(ledger: Ledger) => LedgerTable, string][] = [
  [({ steps }) => steps, 'Steps'],
  [({ sessions }) => sessions, 'Sessions'],
  [({ runs }) => runs, 'Runs'],
  [({ tools }) => tools, 'Tools'],
  [({ models }) => models, 'Models'],
];

/** @param open its first table is unfolded */
export function ledgerView({ ledger }: ReportData, open: boolean): HTMLElement | undefined {
  if (!ledger) return undefined;
  const tables = TABLES.map(([of, title]) => ({ found: of(ledger), title })).filter(
    ({ found }) => found.total,
  );
  if (!tables.length) return undefined;
  const { live, at } = ledger;
  return section(
    'ledger',
    'Memory by step',
    h(
      'p',
      { class: 'dim' },
      longText(
        t(
          'At snapshot {0}: {1} are alive of what was allocated since the recording began, {2} of them in what the agent was seen to do.',
          at.snapshot,
          formatBytes(live.total),
          formatBytes(live.inSpans),
        ),
      ),
    ),
    ...tables.map(({ found, title }, i) =>
      h(
        'details',
        { class: 'ledger', open: open && i === 0 },
        h('summary', {}, `${t(title)} (${formatCount(found.total)})`),
        rowsView(found, title),
      ),
    ),
    ...ledger.notes.map((note) => h('p', { class: 'dim' }, longText(note))),
  );
}

function rowsView(found: LedgerTable, title: string): HTMLElement {
  const rows = [...found.rows].sort((a, b) => b.live.bytes - a.live.bytes);
  const shown = rows.slice(0, FEW);
  const more = found.total - shown.reduce((sum, { count }) => sum + count, 0);
  return h(
    'div',
    {},
    table(
      title,
      ['Name', 'Alive', 'Between', 'Allocated', 'Heap', 'External', 'RSS', 'Time', 'Calls', 'Tokens'],
      shown.map(cells),
    ),
    more > 0 && h('p', { class: 'dim' }, t('and {0} more', formatCount(more))),
  );
}

function cells(row: LedgerRow): Child[] {
  const { live, number, count, name, session } = row;
  const tokens = (row.inputTokens ?? 0) + (row.outputTokens ?? 0);
  const calls = row.modelCalls + row.toolCalls;
  const label = [count > 1 ? `${formatCount(count)}×` : `${number}`, name, session]
    .filter(Boolean)
    .join(' · ');
  return [
    label,
    formatBytes(live.bytes),
    `${formatBytes(live.low)} – ${formatBytes(live.high)}`,
    formatBytes(row.allocated),
    change(row.heapDelta),
    change(row.externalDelta),
    change(row.rssDelta),
    `${formatDuration(row.durationMs)}${row.to === undefined ? '+' : ''}`,
    calls ? formatCount(calls) : '',
    tokens ? formatCount(tokens) : '',
  ];
}

function change(bytes: number | undefined): string {
  return bytes === undefined ? '' : `${bytes > 0 ? '+' : ''}${formatBytes(bytes)}`;
}
