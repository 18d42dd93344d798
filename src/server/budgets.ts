import { HeaplineError } from '../base/errors.ts';
import type { BudgetOptions } from '../capture/budget-keeper.ts';
import { type BudgetFile, readBudgetFile } from '../engine/budget-file.ts';
import { mergeBudgets } from '../protocol/budgets.ts';
import type { BudgetWishes } from '../protocol/server.ts';

/**
 * The budgets of a recording: the editor's settings before the nearest budgets file, that before what is usual. A file
 * that can't be used limits nothing. @param problem told what is wrong with it
 */
export function budgetsFor(
  { written, folder, on, command }: BudgetWishes = { written: {} },
  problem: (text: string) => void,
): BudgetOptions {
  let file: BudgetFile | undefined;
  try {
    file = folder === undefined ? undefined : readBudgetFile(folder);
  } catch (error) {
    if (!HeaplineError.is(error)) throw error;
    problem(error.toLine());
  }
  const actions = on ?? file?.on ?? [];
  return {
    limits: mergeBudgets(file?.budgets ?? {}, written),
    on: { collect: actions.includes('collect'), snapshot: actions.includes('snapshot'), command },
  };
}
