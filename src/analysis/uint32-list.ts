/** A list of numbers of 32 bits that grows: 4 to 8 bytes each. */
export class Uint32List {
  length = 0;
  private items = new Uint32Array(64);

  push(item: number): void {
    if (this.length === this.items.length) {
      const larger = new Uint32Array(2 * this.length);
      larger.set(this.items);
      this.items = larger;
    }
    this.items[this.length++] = item;
  }

  pop(): number {
    return this.items[--this.length];
  }

  at(index: number): number {
    return this.items[index];
  }

  /** A view, until more is pushed. */
  column(): Uint32Array {
    return this.items.subarray(0, this.length);
  }
}
