/** What is to be said of processes, in sentences. */
import type { ProcessRow } from '../../protocol/findings.ts';
import { noun, processText } from '../../protocol/process-words.ts';
import { counted } from '../../protocol/wording.ts';

/** Told one by one. */
const NAMED = 3;

const OWNERS = {
  session: 'ended sessions',
  run: 'ended runs',
  step: 'earlier steps',
  model: 'earlier steps',
  tool: 'ended tool calls',
};

/** `2 child processes of ended sessions still run: `node server.js` (pid 4711), started in session 41, at tools.ts:20, 48 MB; ...`. */
export function processNotes(rows: readonly ProcessRow[], cwd: string | undefined): string[] {
  const notes: string[] = [];
  const left = rows.filter(({ state }) => state === 'left');
  const kinds = new Set(left.map(({ role, origin }) => `${role} ${origin ? OWNERS[origin.kind] : ''}`));
  for (const kind of kinds) {
    const these = left.filter(({ role, origin }) => `${role} ${origin ? OWNERS[origin.kind] : ''}` === kind);
    const [{ role, origin }] = these;
    const what = counted(these.length, noun(role)) + (origin ? ` of ${OWNERS[origin.kind]}` : '');
    notes.push(`${what} still ${these.length === 1 ? 'runs' : 'run'}, unused: ${named(these, cwd)}.`);
  }
  const outlived = rows.filter(({ state }) => state === 'outlived');
  if (outlived.length) {
    const run = outlived.length === 1 ? 'runs' : 'run';
    notes.push(
      `${counted(outlived.length, 'child process')} still ${run} now that the program has ended: ${named(outlived, cwd)}.`,
    );
  }
  const rest = rows.filter(({ state }) => state === 'running');
  const parts = (['child', 'worker'] as const).flatMap((role) => {
    const count = rest.filter((row) => row.role === role).length;
    return count ? [counted(count, notes.length ? `other ${noun(role)}` : noun(role))] : [];
  });
  if (parts.length) notes.push(`${parts.join(' and ')} ${rest.length === 1 ? 'is' : 'are'} running.`);
  return notes;
}

function named(rows: readonly ProcessRow[], cwd: string | undefined): string {
  const shown = rows.slice(0, NAMED).map((row) => processText(row, cwd));
  if (rows.length > NAMED) shown.push(`and ${rows.length - NAMED} more`);
  return shown.join('; ');
}
