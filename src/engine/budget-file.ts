/** `.heapline/budgets.json`: found and read. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findNodeAtLocation, getNodeValue, type ParseError, parseTree } from 'jsonc-parser';
import { HeaplineError } from '../base/errors.ts';
import { readBudgets, type WrittenBudgets } from '../protocol/budgets.ts';
import { findUpwards, lineAndColumn, wordsOf } from './ignore-file.ts';

export const BUDGETS_FILE = join('.heapline', 'budgets.json');

/** What a budgets file may ask for on a crossing. No command: that is the user's own alone to say. */
const ON = ['collect', 'snapshot'] as const;
export type FileAction = (typeof ON)[number];

export interface BudgetFile {
  file: string;
  budgets: WrittenBudgets;
  on?: FileAction[];
}

const KEYS = ['version', 'budgets', 'onCrossing', '$schema'];

/**
 * The nearest budgets file from a folder upwards; comments are let pass.
 * @throws HeaplineError `malformed`, naming file, line, column and the key that is off; `not-found` where it can't be read
 */
export function readBudgetFile(folder: string): BudgetFile | undefined {
  const file = findUpwards(folder, BUDGETS_FILE);
  if (!file || !existsSync(file)) return undefined;
  const text = textOf(file);
  const wrong = (offset: number, message: string): HeaplineError =>
    new HeaplineError('malformed', `${file}:${lineAndColumn(text, offset)}: ${message}.`);
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  if (errors.length) throw wrong(errors[0].offset, wordsOf(errors[0]));
  if (root?.type !== 'object') throw wrong(0, 'an object with `version` and `budgets` is expected');
  const at = (...path: string[]): number => findNodeAtLocation(root, path)?.parent?.offset ?? root.offset;
  const value = getNodeValue(root) as Record<string, unknown>;
  for (const key of Object.keys(value)) {
    if (key === 'command')
      throw wrong(at(key), "`command` can't stand here: only your own settings or command line can name one");
    if (!KEYS.includes(key))
      throw wrong(at(key), `there is no \`${key}\` here; there are ${KEYS.join(', ')}`);
  }
  if (value.version !== 1) throw wrong(at('version'), '`"version": 1` is expected');
  const budgets = readBudgets(value.budgets ?? {}, (key, why) => {
    throw wrong(key ? at('budgets', key) : at('budgets'), key ? `\`${key}\`: ${why}` : why);
  });
  const { onCrossing } = value;
  if (onCrossing === undefined) return { file, budgets };
  const on = Array.isArray(onCrossing) ? onCrossing : [onCrossing];
  if (!on.every((one): one is FileAction => ON.some((known) => known === one)))
    throw wrong(at('onCrossing'), '`onCrossing` must be a list of "collect" and "snapshot"');
  return { file, budgets, on };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    throw new HeaplineError('not-found', `${file} can't be read: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}
