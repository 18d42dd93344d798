import { formatBytes } from '../base/units.ts';
import type { Estimate, Ledger, LedgerRow, LedgerTable } from '../protocol/ledger.ts';
import { counted } from '../protocol/wording.ts';

const FEW = 3;

/** Who keeps most, one line for each kind: `step 23 turn, 1.01 MB (937 kB to 1.08 MB); ...`. Names are the program's, between backticks. */
export function ledgerLines(ledger: Ledger | undefined): string[] {
  if (!ledger) return [];
  const { steps, sessions, tools } = ledger;
  return [line('step', steps), line('session', sessions), line('tool', tools)].filter((text) => text !== '');
}

function line(noun: string, { rows, total }: LedgerTable): string {
  const most = [...rows].sort((a, b) => b.live.bytes - a.live.bytes).slice(0, FEW);
  const keep = most.filter(({ live }) => live.low > 0);
  if (!keep.length) return '';
  return `Of ${counted(total, noun)} most is kept by ${keep.map(rowText).join('; ')}.`;
}

function rowText({ kind, number, name, session, live }: LedgerRow): string {
  const of = name || !session ? quoted(name) : `of ${quoted(session)}`;
  const label = kind === 'step' || !of ? [kind, number, of].filter(Boolean).join(' ') : of;
  return `${label}, ${range(live)}`;
}

function range({ bytes, low, high }: Estimate): string {
  return `${formatBytes(bytes)} (${formatBytes(low)} to ${formatBytes(high)})`;
}

function quoted(name: string | undefined): string {
  return name ? `\`${name.replaceAll('`', "'")}\`` : '';
}
