/** The ledger as text. */
import { formatBytes, formatCount, formatDuration } from '../base/units.ts';
import type { Estimate, Ledger, LedgerRow, LedgerTable } from '../protocol/ledger.ts';
import type { SpanKind } from '../protocol/recording.ts';
import { counted, percent } from '../protocol/wording.ts';
import { type Column, tableLines } from './table.ts';
import type { Look } from './tables.ts';

const NOUNS: Record<SpanKind, string> = {
  session: 'session',
  run: 'run',
  step: 'step',
  model: 'model',
  tool: 'tool',
};

const COLUMNS: Column[] = [
  { title: '', right: true, spare: 1 },
  { title: 'Name', shrinks: true },
  { title: 'Alive', right: true },
  { title: 'between', right: true, spare: 4 },
  { title: 'Allocated', right: true },
  { title: 'Objects', right: true, spare: 7 },
  { title: 'Heap', right: true, spare: 6 },
  { title: 'External', right: true, spare: 8 },
  { title: 'RSS', right: true, spare: 9 },
  { title: 'Time', right: true, spare: 3 },
  { title: 'Calls', right: true, spare: 5 },
  { title: 'Tokens', right: true, spare: 10 },
];

/** @param table the rows to show, of all that there are */
export function ledgerText(
  { at, live, samplingInterval }: Ledger,
  by: SpanKind,
  table: LedgerTable,
  { width, paint }: Look,
): string {
  const rows = table.rest ? [...table.rows, table.rest] : table.rows;
  const cells = rows.map((row) => cellsOf(row, row === table.rest, by));
  const [header, ...lines] = tableLines(COLUMNS, cells, width);
  const inSpans = live.total > 0 ? percent(live.inSpans / live.total) : '0 %';
  const shown = table.rows.reduce(
    (sum, { count }) => sum + (by === 'step' ? 1 : count),
    table.rest?.count ?? 0,
  );
  const more = table.total - shown;
  return [
    paint(
      'bold',
      `At snapshot ${at.snapshot} (${formatDuration(at.t)}): ${formatBytes(live.total)} alive of what was allocated since recording began, ${inSpans} of it in what was seen`,
    ),
    paint(
      'dim',
      `a sample every ${formatBytes(samplingInterval)}${live.byCohorts ? '; set right with what the snapshots hold' : ''}`,
    ),
    '',
    paint('dim', header),
    ...lines,
    ...(more > 0 ? [paint('dim', `... and ${counted(more, NOUNS[by])} more; --top 0 shows all`)] : []),
    ...(table.total ? [] : [`No ${NOUNS[by]} was seen.`]),
    '',
  ].join('\n');
}

function cellsOf(row: LedgerRow, isRest: boolean, by: SpanKind): string[] {
  const { number, count, name, session, live, allocated, objects, durationMs } = row;
  const named = by === 'tool' || by === 'model';
  const calls = row.modelCalls + row.toolCalls;
  const tokens = (row.inputTokens ?? 0) + (row.outputTokens ?? 0);
  return [
    isRest ? '' : named ? `${formatCount(count)}x` : String(number),
    isRest
      ? `the other ${formatCount(count)}`
      : [name, session === name ? '' : session].filter(Boolean).join(' · '),
    formatBytes(live.bytes),
    range(live),
    formatBytes(allocated),
    objects === undefined ? '' : formatCount(objects),
    change(row.heapDelta),
    change(row.externalDelta),
    change(row.rssDelta),
    `${formatDuration(durationMs)}${row.to === undefined ? '+' : ''}`,
    calls ? formatCount(calls) : '',
    tokens ? formatCount(tokens) : '',
  ];
}

function range({ low, high }: Estimate): string {
  return `${formatBytes(low)} - ${formatBytes(high)}`;
}

function change(bytes: number | undefined): string {
  return bytes === undefined ? '' : `${bytes > 0 ? '+' : ''}${formatBytes(bytes)}`;
}
