import { type Column, makeColumn } from './columns.ts';

/** A column wanted from rows: which field, in what array, and what the field may hold. */
export interface ColumnPlan {
  field: string;
  array: Uint8ArrayConstructor | Uint32ArrayConstructor | Float64ArrayConstructor;
  /** Stored numbers are below this; unless told, what the array can hold. */
  below?: number;
  /** The file counts in multiples of this; stored is the number divided by it. */
  unit?: number;
  /** Numbers past 2^32 are allowed and turn the column into a Float64Array. */
  widens?: boolean;
  /** Entries left free behind the rows. */
  spare?: number;
}

/** What becomes of one field of a row. */
export interface FieldPlan {
  /** Position among the columns. */
  column: number;
  /** Stored is the number divided by this; it must come out even. */
  unit: number;
  /** Stored numbers are below this. */
  below: number;
}

export const UINT32_END = 2 ** 32;

/** One plan for each field of a row, undefined for those passed over. */
export function fieldPlans(
  fields: readonly string[],
  plans: readonly ColumnPlan[],
): readonly (FieldPlan | undefined)[] {
  return fields.map((field) => {
    const column = plans.findIndex((plan) => plan.field === field);
    if (column < 0) return undefined;
    const { unit = 1, below = endOf(plans[column]) } = plans[column];
    return { column, unit, below };
  });
}

/** @throws RangeError when there is not so much memory */
export function makeColumns(plans: readonly ColumnPlan[], rows: number): Column[] {
  return plans.map(({ array, spare = 0 }) => makeColumn<Column>(array, rows + spare));
}

function endOf(plan: ColumnPlan): number {
  if (plan.widens || plan.array === Float64Array) return Number.MAX_SAFE_INTEGER + 1;
  return plan.array === Uint8Array ? 256 : UINT32_END;
}
