import { malformed } from './bad-file.ts';
import { CLOSE_LIST, COMMA, isSpace, OPEN_LIST, showByte, skipSpace, type ValueReader } from './bytes.ts';
import { type Column, makeColumn, resized } from './columns.ts';
import { compileRowParser, longestRow, type RowParser } from './row-parser.ts';
import { type ColumnPlan, type FieldPlan, fieldPlans, makeColumns, UINT32_END } from './row-plan.ts';

const FIRST_ROWS = 1024;
/** As many as 2^64 has. */
const MOST_DIGITS = 20;

/** Reads a flat list of unsigned integers, `fields.length` to a row, into columns. */
export class RowReader implements ValueReader {
  done = false;
  /** Rows read so far. */
  count = 0;
  private readonly section: string;
  private readonly fields: readonly string[];
  private readonly plans: readonly ColumnPlan[];
  private readonly byField: readonly (FieldPlan | undefined)[];
  private readonly expected: number | undefined;
  private readonly parse: RowParser;
  private readonly row: Float64Array;
  private columns: Column[];
  private capacity: number;
  private opened = false;

  /**
   * @param expected rows that the file's header announces; memory is taken for them at once.
   * @throws RangeError when there is not so much memory.
   */
  constructor(section: string, fields: readonly string[], plans: readonly ColumnPlan[], expected?: number) {
    this.section = section;
    this.fields = fields;
    this.plans = plans;
    this.expected = expected;
    this.capacity = expected ?? FIRST_ROWS;
    this.columns = makeColumns(plans, this.capacity);
    this.byField = fieldPlans(fields, plans);
    this.parse = compileRowParser(this.byField);
    this.row = new Float64Array(fields.length);
  }

  /** The column of a field; cut to the rows read where their number was not known before. */
  take(field: string): Column | undefined {
    const at = this.plans.findIndex((plan) => plan.field === field);
    const column: Column | undefined = this.columns[at];
    return column && this.expected === undefined ? resized(column, this.count) : column;
  }

  /** All columns, in the order of the plans, to be filled from behind by others meanwhile. */
  get shared(): readonly Column[] {
    return this.columns;
  }

  /** Whether rows, and nothing else, were read up to the one given, so that a row must follow. */
  standsAt(row: number): boolean {
    return this.opened && !this.done && this.count === row;
  }

  /** Ends the list: others have read the rows that were missing. */
  endAs(rows: number): void {
    this.count = rows;
    this.done = true;
  }

  place(): string {
    const of = this.expected === undefined ? '' : ` of ${this.expected}`;
    return `inside "${this.section}", after ${this.count}${of} rows`;
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    let at = this.opened ? start : this.readOpening(bytes, start, end);
    const last = end - longestRow(this.fields.length);
    while (this.opened && !this.done) {
      at = this.parse(bytes, at, last, this, this.capacity, this.columns);
      const next = this.readRow(bytes, at, end);
      if (next < 0) break;
      at = next;
    }
    return at;
  }

  private readOpening(bytes: Uint8Array, start: number, end: number): number {
    const at = skipSpace(bytes, start, end);
    if (at === end) return at;
    if (bytes[at] !== OPEN_LIST) throw malformed(`"${this.section}" is not a list.`);
    this.opened = true;
    return at + 1;
  }

  /** Reads one row of any spacing and size, with all checks; -1 where the bytes end before it does. */
  private readRow(bytes: Uint8Array, start: number, end: number): number {
    let at = skipSpace(bytes, start, end);
    if (at < end && bytes[at] === CLOSE_LIST && this.count === 0) return this.close(at);
    let after = COMMA;
    for (let field = 0; field < this.row.length; field++) {
      if (after === CLOSE_LIST) throw malformed(`"${this.section}" ends inside row ${this.count}.`);
      at = skipSpace(bytes, at, end);
      const digits = at;
      let value = 0;
      while (at < end && bytes[at] >= 0x30 && bytes[at] <= 0x39) value = value * 10 + bytes[at++] - 0x30;
      if (at - digits > MOST_DIGITS) throw malformed(`Too long a number in ${this.where(field)}.`);
      if (at === end) return -1;
      if (at === digits || !(isSpace(bytes[at]) || bytes[at] === COMMA || bytes[at] === CLOSE_LIST)) {
        throw malformed(`Unexpected ${showByte(bytes[at])} in ${this.where(field)}.`);
      }
      this.row[field] = value;
      at = skipSpace(bytes, at, end);
      if (at === end) return -1;
      after = bytes[at++];
      if (after !== COMMA && after !== CLOSE_LIST) {
        throw malformed(`Unexpected ${showByte(after)} after ${this.where(field)}.`);
      }
    }
    this.store();
    return after === CLOSE_LIST ? this.close(at - 1) : at;
  }

  private store(): void {
    if (this.count === this.capacity) this.grow();
    for (let field = 0; field < this.row.length; field++) {
      const value = this.row[field];
      const plan = this.byField[field];
      if (!plan) continue;
      const stored = value / plan.unit;
      if (stored >= plan.below || !Number.isInteger(stored)) {
        throw malformed(`The number ${value} in ${this.where(field)} is out of range.`);
      }
      if (stored >= UINT32_END && this.columns[plan.column] instanceof Uint32Array) {
        this.columns[plan.column] = widened(this.columns[plan.column]);
      }
      this.columns[plan.column][this.count] = stored;
    }
    this.count++;
  }

  private grow(): void {
    if (this.expected !== undefined) {
      throw malformed(`"${this.section}" has more than the ${this.expected} rows that the header announces.`);
    }
    this.capacity *= 2;
    this.columns = this.columns.map((column) => resized(column, this.capacity));
  }

  private close(at: number): number {
    if (this.expected !== undefined && this.count !== this.expected) {
      throw malformed(`"${this.section}" has ${this.count} rows, but the header announces ${this.expected}.`);
    }
    this.done = true;
    return at + 1;
  }

  private where(field: number): string {
    return `"${this.section}", row ${this.count}, field "${this.fields[field]}"`;
  }
}

function widened(column: Column): Float64Array {
  const wide = makeColumn(Float64Array, column.length);
  wide.set(column);
  return wide;
}
