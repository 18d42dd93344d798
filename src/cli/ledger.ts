/** The command `ledger`: what sessions, runs, steps and tools allocated, and what of that is alive. */
import { resolve } from 'node:path';
import type { Ledger, LedgerRow, LedgerTable } from '../protocol/ledger.ts';
import { usage } from './args.ts';
import { EXIT_OK } from './exit.ts';
import { look } from './inspect.ts';
import { ask, type Call, jsonOnStdout, kindOf, writeJson } from './io.ts';
import { ledgerText } from './ledger-table.ts';

const TOP = 30;
const KINDS = ['step', 'session', 'run', 'tool', 'model'] as const;
const SORTS = ['live', 'allocated', 'time', 'order'] as const;

export async function ledger(call: Call): Promise<number> {
  const { io, spec, values, words } = call;
  if (words.length !== 1) throw usage(spec, 'Which recording?', 'heapline ledger RECORDING.');
  if (kindOf(io, words[0]) !== 'folder')
    throw usage(spec, `${words[0]} is a file; a ledger is made of a recording, which is a folder.`);
  const sort = values.oneOf('sort', SORTS) ?? 'live';
  const top = values.count('top', 0) ?? TOP;
  const found = await ask(call, 'ledger', { recordingDir: resolve(io.cwd, words[0]) });
  const seen = KINDS.find((kind) => tableOf(found, kind).total > 0) ?? 'step';
  const by = values.oneOf('by', KINDS) ?? seen;
  writeJson(call, found);
  if (jsonOnStdout(values)) return EXIT_OK;
  for (const note of found.notes) call.progress.line(note);
  const table = tableOf(found, by);
  const rows = [...table.rows].sort((a, b) => orderOf(sort, b) - orderOf(sort, a));
  io.stdout.write(ledgerText(found, by, { ...table, rows: top ? rows.slice(0, top) : rows }, look(io)));
  return EXIT_OK;
}

function tableOf(found: Ledger, by: (typeof KINDS)[number]): LedgerTable {
  if (by === 'step') return found.steps;
  return found[`${by}s`];
}

function orderOf(sort: (typeof SORTS)[number], { live, allocated, durationMs, number }: LedgerRow): number {
  if (sort === 'order') return -number;
  return sort === 'live' ? live.bytes : sort === 'time' ? durationMs : allocated;
}
