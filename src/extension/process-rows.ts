/** How child processes and workers look in the view. */
import { formatBytes, formatDuration } from '../base/units.ts';
import type { ProcessFacts, ProcessRow } from '../protocol/findings.ts';
import { printable, shortSite, siteLabel } from '../protocol/wording.ts';
import type { Localizer } from './row.ts';

export function processesRow(facts: ProcessFacts | undefined, l10n: Localizer) {
  if (!facts) return undefined;
  const { rows, notes, more = 0 } = facts;
  const left = rows.filter(({ state }) => state !== 'running').length;
  return {
    label: l10n.t('Processes'),
    description: left
      ? l10n.t('{0} running, {1} left behind', rows.length + more, left)
      : l10n.t('{0} running', rows.length + more),
    tooltip: notes.map((note) => printable(note, 1000).replaceAll('`', '')).join('\n'),
    icon: left ? 'warning' : 'server-process',
    color: left ? 'list.warningForeground' : undefined,
    context: 'processes',
    state: 'collapsed' as const,
  };
}

export function processRow(row: ProcessRow, l10n: Localizer) {
  const { role, pid, command, state, site, bytes, started, rpc } = row;
  const name = printable(command);
  const why =
    state === 'left'
      ? l10n.t('left behind')
      : state === 'outlived'
        ? l10n.t('outlived the program')
        : undefined;
  const size = bytes ? formatBytes(bytes) : undefined;
  const id = role === 'worker' ? undefined : l10n.t('process {0}', pid);
  return {
    label: name,
    description: [why, id, size, site && shortSite(site)].filter(Boolean).join('  '),
    tooltip: [
      name,
      id,
      rpc && l10n.t('It speaks JSON-RPC, as MCP servers do.'),
      startedBy(row, l10n),
      l10n.t('Started {0} after the recording began.', formatDuration(started)),
      site && l10n.t('Started at {0}', printable(siteLabel(site))),
      state === 'left' && l10n.t('What it was started for is over, and nobody was seen to use it since.'),
    ]
      .filter(Boolean)
      .join('\n'),
    icon: state === 'running' ? (role === 'worker' ? 'gear' : 'server-process') : 'warning',
    color: state === 'running' ? undefined : 'list.warningForeground',
    context: site ? 'process.site' : 'process',
    spoken: [name, id, why, size].filter(Boolean).join(', '),
    state: 'none' as const,
    ...(site && { command: 'heapline.openSite' }),
  };
}

function startedBy({ origin }: ProcessRow, l10n: Localizer): string | undefined {
  if (!origin) return undefined;
  const name = printable(origin.name ?? '');
  switch (origin.kind) {
    case 'session':
      return l10n.t('Started in session {0}.', name);
    case 'run':
      return l10n.t('Started in run {0}.', name);
    case 'tool':
      return l10n.t('Started in tool call {0}.', name);
    case 'model':
      return l10n.t('Started in a model call.');
    default:
      return l10n.t('Started in step {0}.', name);
  }
}
