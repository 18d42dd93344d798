/**
 * Lists of numbers as places in a tree: equal lists are at one place. Place 0 is the empty list; others are numbered
 * as they come. A hash table without objects: 12 bytes a place at best, 24 at worst.
 */
export class ListTree {
  private parents = new Uint32Array(1 << 10);
  private items = new Uint32Array(1 << 10);
  /** Place by hash of parent and item; 0 is free. */
  private table = new Uint32Array(1 << 11);
  private count = 1;

  /** The place of the list at `place` with `item` behind it: an old one, or the next new number. */
  next(place: number, item: number): number {
    const { parents, items } = this;
    let { table } = this;
    let slot = hash(place, item) & (table.length - 1);
    for (let found = table[slot]; found !== 0; found = table[slot]) {
      if (parents[found] === place && items[found] === item) return found;
      slot = (slot + 1) & (table.length - 1);
    }
    if (this.count === parents.length) {
      this.grow();
      table = this.table;
      slot = this.free(place, item);
    }
    table[slot] = this.count;
    this.parents[this.count] = place;
    this.items[this.count] = item;
    return this.count++;
  }

  /** The list at a place. */
  list(place: number): number[] {
    const list: number[] = [];
    for (let at = place; at !== 0; at = this.parents[at]) list.push(this.items[at]);
    return list.reverse();
  }

  private grow(): void {
    const size = 2 * this.parents.length;
    const [parents, items] = [new Uint32Array(size), new Uint32Array(size)];
    parents.set(this.parents);
    items.set(this.items);
    [this.parents, this.items, this.table] = [parents, items, new Uint32Array(2 * size)];
    for (let at = 1; at < this.count; at++) this.table[this.free(parents[at], items[at])] = at;
  }

  private free(place: number, item: number): number {
    const { table } = this;
    let slot = hash(place, item) & (table.length - 1);
    while (table[slot] !== 0) slot = (slot + 1) & (table.length - 1);
    return slot;
  }
}

function hash(a: number, b: number): number {
  const mixed = Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
