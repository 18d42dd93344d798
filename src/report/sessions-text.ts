/** Pools and sessions for a terminal. */
import { formatBytes, formatCount } from '../base/units.ts';
import { capacityOf, span } from '../protocol/capacity.ts';
import {
  closedSentence,
  evictionSentence,
  heldSentence,
  sizeSentence,
  useSentence,
} from '../protocol/session-words.ts';
import type { SessionPool, SessionsReport } from '../protocol/sessions.ts';
import { codeSpans, printable } from '../protocol/wording.ts';
import { type Span, wrap } from './wrap.ts';

export interface SessionsLook {
  color: boolean;
  /** Columns. */
  width: number;
}

const LABEL = 13;
const MOST_HELD = 5;
const MAX_NAME = 80;
const MAX_SENTENCE = 600;

/** All that is known, with a newline at the end. @param memory bytes that capacity is asked for, in place of the known limits */
export function sessionsText(report: SessionsReport, look: SessionsLook, memory?: number): string {
  const lines: string[] = [];
  const add = (spans: Span[], first?: Span, indent = 2): void => {
    lines.push(...wrap(spans, { ...look, width: Math.max(24, look.width), first, indent }));
  };
  const row = (label: string, text: string): void =>
    add(prose(text), { text: `  ${label}`.padEnd(LABEL + 2), style: 'dim' }, LABEL + 2);
  for (const pool of report.pools) {
    if (lines.length) lines.push('');
    poolRows(report, pool, memory, add, row);
  }
  const { closed } = report;
  if (closed) {
    if (lines.length) lines.push('');
    add(prose(closedSentence(closed), 'bold'));
    for (const held of closed.held.slice(0, MOST_HELD)) add(prose(heldSentence(held)), { text: '  ' }, 4);
    const more = closed.heldCount - Math.min(MOST_HELD, closed.held.length);
    if (more > 0) add([{ text: `and ${formatCount(more)} more`, style: 'dim' }], { text: '  ' }, 4);
  }
  return `${lines.join('\n')}\n`;
}

function poolRows(
  report: SessionsReport,
  pool: SessionPool,
  memory: number | undefined,
  add: (spans: Span[], first?: Span, indent?: number) => void,
  row: (label: string, text: string) => void,
): void {
  const kind = pool.containers > 1 ? `${formatCount(pool.containers)} of ${pool.className}` : pool.className;
  add([
    { text: printable(pool.name, MAX_NAME), style: 'bold' },
    { text: ` (${printable(kind, MAX_NAME)}): ${sizeSentence(pool)}` },
  ]);
  row('a pool, as', pool.evidence.join(' '));
  if (pool.path.length) row('held by', pool.path.map((name) => printable(name, MAX_NAME)).join(' > '));
  if (pool.use) row('in use', useSentence(pool.use));
  row('eviction', evictionSentence(pool.eviction, pool.entries));
  if (pool.heapPerNew !== undefined)
    row('check', `the whole heap gained ${formatBytes(pool.heapPerNew)} for each new entry`);
  const [largest] = pool.largest;
  if (largest)
    row(
      'largest',
      `${formatBytes(largest.bytes)} @${largest.nodeId}${largest.key === undefined ? '' : `, \`${largest.key.replaceAll('`', "'")}\``}`,
    );
  if (pool.with !== undefined) {
    const main = report.pools.find(({ nodeId }) => nodeId === pool.with);
    if (main) row('capacity', `the same keys as \`${main.name.replaceAll('`', "'")}\`, counted there`);
    return;
  }
  const capacity = capacityOf(report, pool, memory);
  if (!capacity) return;
  row('capacity', capacity.formula);
  if (capacity.ttl?.tooShort)
    row(
      '',
      `sessions went on after pauses of up to ${span(report.longestPauseMs ?? 0)}: that TTL would end some`,
    );
}

function prose(text: string, style?: Span['style']): Span[] {
  return codeSpans(printable(text, MAX_SENTENCE)).map((part) =>
    part.code ? { text: `\`${part.text}\``, style: 'bold' } : { text: part.text, style },
  );
}
