/** How processes, and where memory grew, are put into words: shared by the engine, the reports and the views. */
import { formatBytes } from '../base/units.ts';
import type { MemoryParts, ProcessRow, Site } from './findings.ts';
import { siteLabel, unticked } from './wording.ts';

/** Bytes: what gained less did not grow. */
const LEAST = 100_000;

/** ``node server.js` (pid 4711), started in session 41, at tools.ts:20, 48 MB`. */
export function processText(row: ProcessRow, cwd: string | undefined): string {
  const { command, role, pid, origin, site, bytes } = row;
  const parts = [role === 'worker' ? `\`${unticked(command)}\`` : `\`${unticked(command)}\` (pid ${pid})`];
  if (origin) parts.push(`started in ${originText(origin)}`);
  if (site) parts.push(`at ${lineOf(site, cwd)}`);
  if (bytes) parts.push(formatBytes(bytes));
  return parts.join(', ');
}

const ORIGINS = { session: 'session', run: 'run', step: 'step', model: 'model call', tool: 'tool call' };

/** `session `41``, `step 3`, `a run`. */
function originText({ kind, name }: NonNullable<ProcessRow['origin']>): string {
  if (name === undefined || kind === 'model') return `a ${ORIGINS[kind]}`;
  return `${ORIGINS[kind]} ${kind === 'step' ? name : `\`${unticked(name)}\``}`;
}

/** `tools.ts:20`. */
export function lineOf(site: Site, cwd: string | undefined): string {
  return siteLabel(site, cwd).replace(/:\d+$/, '');
}

export function noun(role: ProcessRow['role']): string {
  return role === 'worker' ? 'worker thread' : 'child process';
}

/** `Memory grew most in child processes: +320 MB; the heap +1.2 MB.`; nothing where nothing grew. */
export function partsNotes({
  heap,
  buffers,
  external,
  native,
  nativePerMinute,
  children,
}: MemoryParts): string[] {
  const notes: string[] = [];
  const parts: [string, number][] = [
    ['the heap', heap],
    ['buffers', buffers],
    ['other external memory', external],
    ...(nativePerMinute === undefined ? [] : [['native memory', native] as [string, number]]),
    ['child processes', children],
  ];
  const grown = parts.filter(([, bytes]) => bytes >= LEAST).sort((a, b) => b[1] - a[1]);
  const [most, ...others] = grown;
  if (most) {
    const rest = others.map(([name, bytes]) => `${name} +${formatBytes(bytes)}`).join(', ');
    notes.push(`Memory grew most in ${most[0]}: +${formatBytes(most[1])}${rest && `; ${rest}`}.`);
  }
  if (nativePerMinute !== undefined)
    notes.push(
      `Native memory that V8 is not told of grew by ${formatBytes(nativePerMinute)} a minute; not judged.`,
    );
  return notes;
}
