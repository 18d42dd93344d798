/** The command `objects`: which objects there are, and all about one. */
import { parseQuery } from '../protocol/heap-query.ts';
import { MOST_ROWS, type NodeSort } from '../protocol/heap-rows.ts';
import { EXIT_OK } from './exit.ts';
import { look, parseNodeId, snapshotWords } from './inspect.ts';
import { type Call, jsonOnStdout, withEngine, writeJson } from './io.ts';
import { objectsText, objectText } from './object-tables.ts';

const TOP = 30;

const SORTS = { retained: 'retainedSize', size: 'selfSize', distance: 'distance', id: 'nodeId' } as const;

export async function objects(call: Call): Promise<number> {
  const [file] = snapshotWords(call, ['FILE']);
  const { values } = call;
  const range = { start: 0, count: Math.min(MOST_ROWS, values.count('top') ?? TOP) };
  const sort: { by: NodeSort } = {
    by: SORTS[values.oneOf('sort', ['retained', 'size', 'distance', 'id']) ?? 'retained'],
  };
  const id = values.text('id');
  if (id !== undefined) return one(call, file, id, range);
  const className = values.text('class');
  const query = { ...parseQuery(values.text('where') ?? ''), ...(className !== undefined && { className }) };
  const found = await withEngine(call, (ask) => ask('heap/nodes', { file, query, range, sort }));
  writeJson(call, { format: 'heapline-objects/1', file, query, ...found });
  if (!jsonOnStdout(values)) call.io.stdout.write(objectsText(found, look(call.io)));
  return EXIT_OK;
}

async function one(
  call: Call,
  file: string,
  id: string,
  range: { start: number; count: number },
): Promise<number> {
  const nodeId = parseNodeId(call.spec, id, 'heapline objects FILE --id @18231');
  const told = await withEngine(call, async (ask) => ({
    node: await ask('heap/node', { file, nodeId }),
    fields: await ask('heap/fields', { file, nodeId, range }),
    retainers: await ask('heap/retainers', { file, nodeId, range }),
    dominated: await ask('heap/dominated', { file, nodeId, range }),
  }));
  writeJson(call, { format: 'heapline-object/1', file, ...told });
  if (!jsonOnStdout(call.values)) call.io.stdout.write(objectText(told, look(call.io)));
  return EXIT_OK;
}
