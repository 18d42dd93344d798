/** What the command line and the nearest budgets file limit. */
import type { BudgetActions, BudgetOptions } from '../capture/budget-keeper.ts';
import { readBudgetFile } from '../engine/budget-file.ts';
import { mergeBudgets, parseBudget, type WrittenBudgets } from '../protocol/budgets.ts';
import { usage } from './args.ts';
import type { Call } from './io.ts';

const ACTIONS = ['collect', 'snapshot'] as const;

/** @throws HeaplineError `usage`, or of the file: a limit that is misspelt would pass everything */
export function budgetsOf({ io, spec, values }: Call): BudgetOptions {
  const file = readBudgetFile(io.cwd);
  const words = values.text('budget')?.split(',') ?? [];
  const written: WrittenBudgets = Object.assign(
    {},
    ...words.map((word) => {
      try {
        return parseBudget(word);
      } catch (error) {
        throw usage(spec, `\`--budget\`: ${(error as Error).message}.`);
      }
    }),
  );
  const on = values.text('on-budget')?.split(',') ?? file?.on ?? [];
  const unknown = on.find((one) => !ACTIONS.some((action) => action === one));
  if (unknown !== undefined)
    throw usage(spec, `\`--on-budget ${unknown}\` is not one of ${ACTIONS.join(', ')}.`);
  const actions: BudgetActions = {
    collect: on.includes('collect'),
    snapshot: on.includes('snapshot'),
    command: values.text('on-budget-run'),
  };
  return { limits: mergeBudgets(file?.budgets ?? {}, written), on: actions };
}
