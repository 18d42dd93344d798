import type { LedgerRow, LedgerTable } from '../../protocol/ledger.ts';
import { mergeInto, mergeRows } from './sums.ts';

/** Rows of one kind, of which only those that matter most are kept one by one. */
export class Rows<T extends { row: LedgerRow }> {
  private kept: T[] = [];
  private rest?: LedgerRow;
  private total = 0;

  /** @param most rows that are kept while more come */
  constructor(private readonly most: number) {}

  get isWhole(): boolean {
    return this.rest === undefined;
  }

  get all(): readonly T[] {
    return this.kept;
  }

  add(entry: T): void {
    this.total++;
    this.kept.push(entry);
    if (this.kept.length >= 2 * this.most) this.prune(this.most);
  }

  /** @param most rows to show */
  table(most: number): LedgerTable {
    if (this.kept.length > most) this.prune(most);
    const { total, rest } = this;
    const rows = this.kept.map(({ row }) => row).sort((a, b) => a.from - b.from || a.number - b.number);
    return rest ? { total, rows, rest } : { total, rows };
  }

  private prune(most: number): void {
    const order = [...this.kept].sort((a, b) => b.row.live.bytes - a.row.live.bytes || b.row.to! - a.row.to!);
    this.kept = order.slice(0, most);
    for (const { row } of order.slice(most)) {
      if (this.rest) mergeInto(this.rest, row);
      else this.rest = mergeRows([row]);
    }
  }
}

/** Rows by name: of each one, all spans of that name together. */
export class NamedRows {
  private readonly rows = new Map<string, LedgerRow>();
  private total = 0;
  private rest?: LedgerRow;

  /** @param most names */
  constructor(private readonly most: number) {}

  add(name: string, row: LedgerRow): void {
    this.total++;
    const known = this.rows.get(name) ?? (this.rows.size >= this.most ? this.rest : undefined);
    const { session, ...named } = row;
    if (known) mergeInto(known, named);
    else if (this.rows.size < this.most) this.rows.set(name, { ...named, name });
    else this.rest = mergeRows([named]);
  }

  table(): LedgerTable {
    const rows = [...this.rows.values()].sort(
      (a, b) => b.live.bytes - a.live.bytes || b.allocated - a.allocated,
    );
    const { total, rest } = this;
    return rest ? { total, rows, rest } : { total, rows };
  }
}
