/** Keys beyond this are counted, not compared. */
const MAX_KEYS = 50_000;
/** Share of the program's time that looking may take: one part in so many. */
const SPARING = 20;

/**
 * What a plain object used as a dictionary gains and loses, by its keys, looked at now and then: nothing that stands
 * in for such an object, or for the one it inherits from, goes unnoticed by the program. So no line is seen.
 */
export class KeyWatch {
  private came = 0;
  private went = 0;
  private known?: Set<PropertyKey>;
  private size: number;
  private next = Number.NEGATIVE_INFINITY;

  constructor(
    container: object,
    private readonly now: () => number,
  ) {
    const keys = Reflect.ownKeys(container);
    this.size = keys.length;
    this.note(keys);
  }

  /** How many keys came and went so far. @param atOnce even where it was looked at a moment ago */
  look(container: object, atOnce = false): { came: number; went: number } {
    const began = this.now();
    if (atOnce || began >= this.next) {
      const keys = Reflect.ownKeys(container);
      const { known } = this;
      const fresh = known
        ? keys.reduce((sum, key) => (known.has(key) ? sum : sum + 1), 0)
        : Math.max(0, keys.length - this.size);
      this.came += fresh;
      this.went += this.size + fresh - keys.length;
      this.size = keys.length;
      this.note(keys);
      const ended = this.now();
      this.next = ended + SPARING * (ended - began);
    }
    return { came: this.came, went: this.went };
  }

  /** Holds no key any longer. */
  forget(): void {
    this.known = undefined;
  }

  private note(keys: readonly PropertyKey[]): void {
    this.known = keys.length <= MAX_KEYS ? new Set(keys) : undefined;
  }
}
