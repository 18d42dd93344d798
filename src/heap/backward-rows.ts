import { COMMA } from './bytes.ts';
import type { Column } from './columns.ts';
import { type BackwardRowParser, compileBackwardRowParser, longestRow } from './row-parser.ts';
import { type ColumnPlan, type FieldPlan, fieldPlans, UINT32_END } from './row-plan.ts';

const NEWLINE = 0x0a;
/** So many digits fit into `longestRow`. */
const MOST_DIGITS = 10;

/** Reads the rows of a list from its end towards its beginning, as V8 spaces them, into columns made by another. */
export class BackwardRowReader {
  /** The last row read: those from here on are. */
  count: number;
  private readonly columns: readonly Column[];
  private readonly fields: readonly (FieldPlan | undefined)[];
  private readonly parse: BackwardRowParser;
  private readonly longest: number;

  /** @param rows how many the list has */
  constructor(
    fields: readonly string[],
    plans: readonly ColumnPlan[],
    columns: readonly Column[],
    rows: number,
  ) {
    this.count = rows;
    this.columns = columns;
    this.fields = fieldPlans(fields, plans);
    this.parse = compileBackwardRowParser(this.fields);
    this.longest = longestRow(fields.length);
  }

  /**
   * Reads rows of which the last one ends at `end`, down to row `limit` or as long as a row of any length is sure to be whole.
   * Returns where the row before ends (at its comma); -1 where the bytes are no rows as V8 writes them.
   */
  read(bytes: Uint8Array, end: number, limit: number): number {
    let at = end;
    for (;;) {
      at = this.parse(bytes, at, this.longest, this, limit, this.columns);
      if (at < this.longest || this.count <= limit) return at;
      at = this.readRow(bytes, at);
      if (at < 0) return -1;
    }
  }

  /** One row with numbers of up to ten digits. */
  private readRow(bytes: Uint8Array, end: number): number {
    const row = this.count - 1;
    let at = bytes[end - 1] === NEWLINE ? end - 1 : end;
    for (let field = this.fields.length - 1; field >= 0; field--) {
      const last = at;
      let value = 0;
      let scale = 1;
      while (last - at < MOST_DIGITS && bytes[at - 1] >= 0x30 && bytes[at - 1] <= 0x39) {
        value += (bytes[--at] - 0x30) * scale;
        scale *= 10;
      }
      if (at === last || bytes[--at] !== COMMA) return -1;
      const plan = this.fields[field];
      if (!plan) continue;
      const stored = value / plan.unit;
      if (stored >= plan.below || stored >= UINT32_END || !Number.isInteger(stored)) return -1;
      this.columns[plan.column][row] = stored;
    }
    this.count = row;
    return at;
  }
}
