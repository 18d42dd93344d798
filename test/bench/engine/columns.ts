/** A typed array that grows. */

type Numbers = Uint8Array | Uint16Array | Uint32Array;

export class Column<T extends Numbers> {
  length = 0;
  private array: T;
  private readonly make: new (
    length: number,
  ) => T;

  constructor(make: new (length: number) => T, capacity: number) {
    this.make = make;
    this.array = new make(capacity);
  }

  push(value: number): void {
    if (this.length === this.array.length) {
      const larger = new this.make(Math.ceil(this.length * 1.5) + 16);
      larger.set(this.array);
      this.array = larger;
    }
    this.array[this.length++] = value;
  }

  get(index: number): number {
    return this.array[index];
  }

  set(index: number, value: number): void {
    this.array[index] = value;
  }

  /** A view, until more is pushed. */
  values(): T {
    return this.array.subarray(0, this.length) as T;
  }
}
