/** What a page asks of its snapshots, asked of the server. */
import { join } from 'node:path';
import { HeaplineError } from '../../base/errors.ts';
import type { HeapMethods, HeapQuestions } from '../../protocol/heap-rows.ts';
import type { PanelSource, PanelToEditor } from '../../protocol/panel.ts';
import type { RequestOptions, Server } from '../server.ts';

type Question = Extract<PanelToEditor, { type: 'ask' }>;

/** Which file is asked is ours to say. @throws HeaplineError of the server; `not-found` where there is no such snapshot */
export async function askHeap(
  { question, params, snapshot, against, earlier }: Question,
  source: PanelSource,
  server: Server,
  options: RequestOptions,
): Promise<HeapQuestions[keyof HeapQuestions]['result']> {
  const [asked, other] = earlier ? (['earlier', 'later'] as const) : (['later', 'earlier'] as const);
  const file = fileOf(source, snapshot, asked);
  if (!file) throw new HeaplineError('not-found', 'There is no such snapshot here.');
  const compares = question === 'boxes' || question === 'nodes';
  const before = compares ? fileOf(source, against, other) : undefined;
  const whole = { ...params, file, before } as HeapMethods[`heap/${typeof question}`]['params'];
  return server.request(`heapline/heap/${question}`, whole as never, options);
}

function fileOf(
  source: PanelSource,
  number: number | undefined,
  which: 'earlier' | 'later',
): string | undefined {
  const dir = source.type === 'report' || source.type === 'diff' ? source.dir : undefined;
  if (number !== undefined && dir)
    return join(dir, 'snapshots', `${String(number).padStart(4, '0')}.heapsnapshot`);
  if (source.type === 'diff') return which === 'later' ? source.after.file : source.before.file;
  return source.type === 'summary' && which === 'later' ? source.file : undefined;
}
